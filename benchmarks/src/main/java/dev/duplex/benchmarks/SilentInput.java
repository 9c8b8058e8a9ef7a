package dev.duplex.benchmarks;

import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;

/** Nothing, until it is closed: then the end of the stream. Safe for any thread. */
final class SilentInput extends InputStream {
    private final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public int read() throws InterruptedIOException {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while waiting for what never comes");
        }
        return -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws InterruptedIOException {
        return read();
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
