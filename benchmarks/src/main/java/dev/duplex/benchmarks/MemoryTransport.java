package dev.duplex.benchmarks;

import dev.duplex.transport.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** A transport without a network: reads what it was given, counts and discards what is written. Closing it closes its input. */
final class MemoryTransport implements Transport {
    private static final SocketAddress NOWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    private final InputStream input;
    private final CountingOutput output = new CountingOutput();

    MemoryTransport(InputStream input) {
        this.input = input;
    }

    /** Bytes that were written. Exact only when nobody writes any more. */
    long written() {
        return output.bytes;
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public void readTimeout(int millis) {
        // Nothing here is ever late
    }

    @Override
    public void shutdownOutput() {
        // Nobody waits for the end of what is discarded
    }

    @Override
    public void close() {
        try {
            input.close();
        } catch (IOException e) {
            throw new UncheckedIOException("an input in memory cannot fail to close", e);
        }
    }

    @Override
    public SocketAddress remoteAddress() {
        return NOWHERE;
    }

    @Override
    public SocketAddress localAddress() {
        return NOWHERE;
    }

    private static final class CountingOutput extends OutputStream {
        private long bytes; // a connection writes under its frame lock

        @Override
        public void write(int b) {
            bytes++;
        }

        @Override
        public void write(byte[] source, int offset, int length) {
            bytes += length;
        }
    }
}
