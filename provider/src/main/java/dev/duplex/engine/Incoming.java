package dev.duplex.engine;

import dev.duplex.deflate.ByteBuilder;
import dev.duplex.deflate.Decompressor;
import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.FrameReader;
import dev.duplex.frame.Opcodes;
import dev.duplex.frame.ProtocolFailure;
import dev.duplex.frame.Utf8Validator;
import dev.duplex.transport.Transport;
import dev.duplex.transport.Watch;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The reading side of a connection: frames, inflated and judged. Confined to the thread that has the reading side. */
final class Incoming {
    /** A limit: bytes that have come are read, none is waited for. */
    static final long WHAT_IS_THERE = -1;
    /** Bytes of a compressed frame up to which it gets a buffer of twice its size at once; a larger one lets it grow. */
    private static final int FIRST_INFLATED = 32 << 10;

    private final Transport transport;
    private boolean limited;
    /** Also for waiting between frames, see {@link FrameReader#await()}. */
    final FrameReader reader;

    private final @Nullable Decompressor decompressor;
    private final @Nullable Utf8Validator inflatedText;
    /** Bytes that the compressed message has come to so far. */
    private int messageBytes;
    /** What the last frame inflated to; null when its payload stands in the reader. */
    private @Nullable ByteBuilder inflated;

    /**
     * Creates the reading side.
     *
     * @param limits see {@link FrameReader}
     */
    Incoming(Transport transport, boolean maskExpected, @Nullable Decompressor decompressor, IntUnaryOperator limits) {
        this.transport = transport;
        this.reader = new FrameReader(transport.input(), maskExpected, decompressor != null, limits);
        this.decompressor = decompressor;
        this.inflatedText = decompressor == null ? null : new Utf8Validator();
    }

    /** Puts bytes in front of the stream that were read from it before. */
    void unread(byte[] bytes, int offset, int length) {
        reader.unread(bytes, offset, length);
    }

    /**
     * Lets reads fail with SocketTimeoutException when {@code timeout} nanoseconds from now are over; 0 for never,
     * {@link #WHAT_IS_THERE} for when no further byte has come. What the last frame
     * inflated to is forgotten: it is not kept while the connection waits.
     */
    void limit(long timeout) throws IOException {
        inflated = null;
        if (timeout != 0) {
            limited = true;
            reader.source(new Limited(transport, timeout < 0 ? Watch.NEVER : System.nanoTime() + timeout));
        } else if (limited) {
            limited = false;
            transport.readTimeout(0);
            reader.source(transport.input());
        }
    }

    /** Whether the next frame has come, whole, or most likely so: the small array of an idle time was filled up and cut it. */
    boolean frameIsThere() {
        return reader.frameIsThere() || reader.isCut();
    }

    /** When a byte came last, by System.nanoTime(). Safe for any thread. */
    long heardAt() {
        return reader.heardAt();
    }

    /** Reads the next frame of any kind; false at the end of the stream. After a timeout the next call goes on. */
    boolean read() throws IOException {
        inflated = null;
        if (!reader.read()) {
            return false;
        }
        if (decompressor != null
                && inflatedText != null
                && reader.compressed()
                && !Opcodes.isControl(reader.opcode())) {
            inflate(decompressor, inflatedText);
        }
        return true;
    }

    int opcode() {
        return reader.opcode();
    }

    boolean fin() {
        return reader.fin();
    }

    /** The array that holds the payload, valid until the next frame is read. */
    byte[] payload() {
        return inflated != null ? inflated.array() : reader.payload();
    }

    int payloadOffset() {
        return inflated != null ? 0 : reader.payloadOffset();
    }

    int payloadLength() {
        return inflated != null ? inflated.length() : reader.payloadLength();
    }

    /** The payload in an array that the caller keeps. */
    byte[] takePayload() {
        return inflated != null ? inflated.toByteArray() : reader.takePayload();
    }

    /** The payload of the Close frame that was read. */
    CloseFrame close() throws ProtocolFailure {
        return CloseFrame.parse(reader.payload(), reader.payloadOffset(), reader.payloadLength());
    }

    /** Reads and forgets what comes until the end of the stream, or for so many nanoseconds. */
    void drain(long timeout) throws IOException {
        InputStream source = new Limited(transport, System.nanoTime() + timeout);
        byte[] forgotten = new byte[512]; // many connections may fail at a time
        int count;
        do {
            count = source.read(forgotten, 0, forgotten.length);
        } while (count >= 0);
    }

    /** Frees native memory and gives borrowed buffers back. Nothing can be read any more. */
    void release() {
        reader.release();
        if (decompressor != null) {
            decompressor.close();
        }
    }

    private void inflate(Decompressor decompressor, Utf8Validator text) throws ProtocolFailure {
        boolean first = reader.opcode() != Opcodes.CONTINUATION;
        if (first) {
            messageBytes = 0;
            text.reset();
        }
        int limit = reader.maxPayload();
        ByteBuilder out = new ByteBuilder(2 * Math.min(reader.payloadLength(), FIRST_INFLATED));
        decompressor.decompress(
                reader.payload(),
                reader.payloadOffset(),
                reader.payloadLength(),
                reader.fin(),
                // A message without a limit comes in pieces, so small that they inflate to little
                limit == FrameReader.UNLIMITED ? Integer.MAX_VALUE : limit - messageBytes,
                out);
        messageBytes = limit == FrameReader.UNLIMITED ? 0 : messageBytes + out.length();
        inflated = out;
        if (reader.text() && (!text.accept(out.array(), 0, out.length()) || (reader.fin() && !text.complete()))) {
            // RFC 6455 §8.1
            throw new ProtocolFailure(CloseFrame.INVALID_PAYLOAD, "a text message is not UTF-8");
        }
    }

    /** The transport's bytes: all reads under one deadline, or without one, each for what is there: it waits a millisecond. */
    private static final class Limited extends InputStream {
        private final Transport transport;
        private final long until;
        private boolean tried; // what is there already can be had, however short the time

        Limited(Transport transport, long until) {
            this.transport = transport;
            this.until = until;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            long left = until == Watch.NEVER ? 0 : until - System.nanoTime();
            if (left <= 0 && tried && until != Watch.NEVER) {
                throw new SocketTimeoutException("the time for reading is over");
            }
            tried = true;
            long millis = TimeUnit.NANOSECONDS.toMillis(Math.max(left, 0)) + 1;
            transport.readTimeout((int) Math.min(millis, Integer.MAX_VALUE)); // for each read, as the transport asks
            return transport.input().read(bytes, offset, length);
        }

        @Override
        public int available() throws IOException {
            return transport.input().available();
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("frames are read in blocks");
        }
    }
}
