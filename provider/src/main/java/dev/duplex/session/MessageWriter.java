package dev.duplex.session;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** A text message as a stream, as {@link MessageOutputStream} is. */
final class MessageWriter extends Writer {
    private final MessageOutputStream message;
    private final Writer encoder;

    MessageWriter(MessageOutputStream message) {
        this.message = message;
        this.encoder = new OutputStreamWriter(message, StandardCharsets.UTF_8);
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
        message.begin(); // also for no characters
        encoder.write(text, offset, length);
    }

    @Override
    public void flush() throws IOException {
        encoder.flush();
    }

    @Override
    public void close() throws IOException {
        encoder.close();
    }
}
