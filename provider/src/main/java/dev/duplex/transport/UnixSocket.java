package dev.duplex.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A connected Unix domain socket with the methods of {@link Socket} that a transport needs, read timeouts among them. One thread may read while
 * another writes; {@link #close()} is for any thread and wakes both.
 *
 * <p>A read without a timeout blocks in the channel, on the caller's thread. The channel has no reads that end in time, and a selector would cost
 * two file descriptors more; so a read with a timeout is done by a virtual thread of its own, and one that is late is left to the next read.
 */
public final class UnixSocket extends Socket {
    /** Bytes that a read with a timeout takes at most: what it reads late is kept. */
    private static final int AHEAD = 4096;
    /** Bytes of one read or write: the JDK copies them to memory outside the heap, and keeps that memory. */
    private static final int MOST = 64 * 1024;

    private final SocketChannel channel;
    private final Input input = new Input();
    private final Output output = new Output();
    private volatile int millis;

    /** A socket of a connected channel that blocks and that nobody else uses. */
    public UnixSocket(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public void setSoTimeout(int timeout) {
        millis = timeout;
    }

    @Override
    public int getSoTimeout() {
        return millis;
    }

    @Override
    public InputStream getInputStream() {
        return input;
    }

    @Override
    public OutputStream getOutputStream() {
        return output;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public void shutdownInput() throws IOException {
        channel.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isBound() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    /** The file of the server's socket: the client's has no name of its own as a rule. */
    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        try {
            SocketAddress remote = channel.getRemoteAddress();
            return remote == null || remote.toString().isEmpty() ? channel.getLocalAddress() : remote;
        } catch (IOException e) {
            return null; // it is closed; as Socket says
        }
    }

    /** As {@link #getRemoteSocketAddress()}. */
    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        try {
            SocketAddress local = channel.getLocalAddress();
            return local == null || local.toString().isEmpty() ? channel.getRemoteAddress() : local;
        } catch (IOException e) {
            return null; // as above
        }
    }

    /** There is no lingering: closing never blocks. */
    @Override
    public int getSoLinger() {
        return -1;
    }

    @Override
    public void setSoLinger(boolean on, int linger) {
        // What was written is in the other end's buffer already
    }

    @Override
    public void setTcpNoDelay(boolean on) {
        // Nothing is delayed
    }

    @Override
    public String toString() {
        return "UnixSocket[" + getLocalSocketAddress() + "]";
    }

    /** What a channel throws, as a socket would. */
    private static SocketException asOfSocket(IOException e) {
        String sentence = e instanceof ClosedByInterruptException
                ? "Closed by interrupt"
                : e instanceof ClosedChannelException ? "Socket closed" : String.valueOf(e.getMessage());
        SocketException failed = new SocketException(sentence);
        failed.initCause(e);
        return failed;
    }

    /** Confined to one thread at a time, as reading is. */
    private final class Input extends InputStream {
        private final byte[] one = new byte[1];
        /** A read that its caller may not have waited for; null when there is none. */
        private @Nullable Ahead ahead;

        @Override
        public int read() throws IOException {
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int limit = millis;
            try {
                if (ahead == null && limit == 0) {
                    return channel.read(ByteBuffer.wrap(bytes, offset, Math.min(length, MOST)));
                }
                if (ahead == null) {
                    ahead = new Ahead(channel, Math.min(length, AHEAD));
                }
                int count = ahead.read(limit);
                if (count < 0) {
                    return -1;
                }
                int taken = Math.min(count, length);
                ahead.bytes.get(bytes, offset, taken);
                if (!ahead.bytes.hasRemaining()) {
                    ahead = null;
                }
                return taken;
            } catch (InterruptedIOException e) { // a timeout among them
                throw e;
            } catch (IOException e) {
                throw asOfSocket(e);
            }
        }

        /** What was read ahead; of what is in the system's buffer, a channel does not tell. */
        @Override
        public int available() {
            return ahead != null && ahead.done() ? ahead.bytes.remaining() : 0;
        }

        @Override
        public void close() throws IOException {
            UnixSocket.this.close();
        }
    }

    /** One read of the channel on a thread of its own. */
    private static final class Ahead {
        /** Once the read is done, what it brought and was not taken. */
        final ByteBuffer bytes;

        private final FutureTask<Integer> reading;

        Ahead(SocketChannel channel, int capacity) {
            bytes = ByteBuffer.allocate(capacity);
            reading = new FutureTask<>(() -> {
                int count = channel.read(bytes);
                bytes.flip();
                return count;
            });
            Thread.ofVirtual().name("duplex-unix-read").start(reading);
        }

        boolean done() {
            return reading.isDone();
        }

        /** Waits until it is done; -1 at the end of the stream, else how many bytes are left. */
        int read(int limit) throws IOException {
            try {
                int count = limit == 0 ? reading.get() : reading.get(limit, TimeUnit.MILLISECONDS);
                return count < 0 ? -1 : bytes.remaining();
            } catch (TimeoutException e) {
                throw new SocketTimeoutException("Read timed out");
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("Interrupted while reading");
            }
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                int end = offset + length;
                for (int at = offset; at < end; ) {
                    at += channel.write(ByteBuffer.wrap(bytes, at, Math.min(end - at, MOST)));
                }
            } catch (IOException e) {
                throw asOfSocket(e);
            }
        }

        @Override
        public void close() throws IOException {
            UnixSocket.this.close();
        }
    }
}
