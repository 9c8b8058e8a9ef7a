package dev.duplex.endpoint;

/** In what form a message, or a part of one, is handed over. Jakarta WebSocket §2.1.3, §4.7. */
public enum Form {
    /** A whole text message as a String. */
    TEXT,
    /** Text as it comes, in Strings that never cut a character. */
    TEXT_PART,
    /** A whole text message as a Reader that blocks. */
    READER,
    /** A whole binary message as a ByteBuffer. */
    BUFFER,
    /** Bytes as they come, in ByteBuffers. */
    BUFFER_PART,
    /** A whole binary message as an array. */
    BYTES,
    /** Bytes as they come, in arrays. */
    BYTES_PART,
    /** A whole binary message as an InputStream that blocks. */
    STREAM,
    /** A Pong as a PongMessage. */
    PONG;

    /** Whether it takes text messages. */
    public boolean isText() {
        return this == TEXT || this == TEXT_PART || this == READER;
    }

    /** Whether it takes binary messages. */
    public boolean isBinary() {
        return !isText() && this != PONG;
    }

    /** Whether a message is handed over while it comes, whatever its size: in parts or as a stream. */
    public boolean isStreamed() {
        return switch (this) {
            case TEXT_PART, READER, BUFFER_PART, BYTES_PART, STREAM -> true;
            case TEXT, BUFFER, BYTES, PONG -> false;
        };
    }
}
