package dev.duplex.servlet;

import dev.duplex.transport.Ends;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import org.xnio.IoUtils;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * A blocking stream over a channel of Undertow, plain or under TLS.
 *
 * <p>Only its I/O thread reads, asks for events and finishes the output, because the conduit of TLS changes its state without a lock; it reads
 * ahead, so that events need not be turned off and on for each message. Writes are the engine's own, which the conduit has a monitor for.
 */
final class UndertowTransport extends ChannelTransport {
    private static final System.Logger LOG = System.getLogger(UndertowTransport.class.getName());

    /** How much is read ahead, and a buffer of Undertow's more: what a sender has on its way in a fast network. */
    private static final int AHEAD_BYTES = 64 << 10;
    /** The most that one write is given: the JDK copies all of it to memory outside of the heap, and keeps that for each thread. */
    private static final int PIECE_BYTES = 128 << 10;

    private final StreamConnection connection;
    private final ByteBufferPool buffers;
    private final ConduitStreamSourceChannel source;
    private final ConduitStreamSinkChannel sink;
    private final ReadAhead ahead = new ReadAhead(AHEAD_BYTES);

    private volatile boolean finishing;

    /** A stream that nothing is read of before {@link #listen()}. */
    UndertowTransport(Ends ends, StreamConnection connection, ByteBufferPool buffers) {
        super(ends);
        this.connection = connection;
        this.buffers = buffers;
        this.source = connection.getSourceChannel();
        this.sink = connection.getSinkChannel();
    }

    /** Begins to read. On the I/O thread, because that may be in the reader of requests now, which stops events behind our back. */
    void listen() {
        connection.setCloseListener(closed -> ended());
        onIoThread(() -> {
            leaveTimeouts();
            source.setReadListener(channel -> fill());
            sink.setWriteListener(channel -> drained());
            sink.suspendWrites();
            source.resumeReads();
            if (!connection
                    .isOpen()) { // closed before it had the listener, and whose events are not asked for any more
                ended();
            }
        });
    }

    private void ended() {
        ahead.end(null);
        readable();
        writable();
    }

    /** How long a connection may idle is the WebSocket's own affair; what an operator has set is meant for requests. */
    private void leaveTimeouts() {
        try {
            connection.setOption(Options.READ_TIMEOUT, 0);
            connection.setOption(Options.WRITE_TIMEOUT, 0);
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(Level.DEBUG, "the timeouts of " + connection + " stay", e);
        }
    }

    private void fill() {
        try (PooledByteBuffer pooled = buffers.allocate()) {
            ByteBuffer buffer = pooled.getBuffer();
            int count;
            do {
                if (!ahead.hasRoom()) {
                    source.suspendReads(); // who empties it resumes
                    break;
                }
                buffer.clear();
                count = source.read(buffer);
                if (count < 0) {
                    source.suspendReads();
                    ahead.end(null);
                } else {
                    ahead.add(buffer.flip());
                }
            } while (count == buffer.capacity()); // less: nothing is left, or the event comes again
        } catch (IOException e) {
            source.suspendReads();
            ahead.end(e);
        } catch (IllegalStateException e) { // the server stops, and has no buffers any more
            source.suspendReads();
            ahead.end(new IOException(e.getMessage(), e));
        }
        readable();
    }

    private void drained() {
        sink.suspendWrites();
        if (finishing) {
            finish();
        }
        writable();
    }

    @Override
    int readNow(byte[] bytes, int offset, int length) throws IOException {
        int count = ahead.take(bytes, offset, length);
        if (ahead.wantsMore()) {
            onIoThread(source::resumeReads);
        }
        return count;
    }

    @Override
    void wantRead() {
        // Whatever comes is read ahead, and signalled
    }

    @Override
    int writeNow(byte[] bytes, int offset, int length) throws IOException {
        return sink.write(ByteBuffer.wrap(bytes, offset, Math.min(length, PIECE_BYTES)));
    }

    @Override
    boolean flushNow() throws IOException {
        return sink.flush(); // what TLS has encrypted and the network has not taken
    }

    @Override
    void wantWrite() {
        onIoThread(sink::resumeWrites);
    }

    @Override
    void finishOutput() {
        finishing = true;
        onIoThread(this::finish);
    }

    private void finish() {
        try {
            sink.shutdownWrites();
            if (!sink.flush()) { // the goodbye of TLS
                sink.resumeWrites();
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the end of the output of " + connection + " was not sent", e);
            IoUtils.safeClose(connection);
        }
    }

    @Override
    void cut() {
        if (finishing) {
            onIoThread(() -> IoUtils.safeClose(connection)); // behind the goodbye
        } else {
            IoUtils.safeClose(connection);
        }
    }

    private void onIoThread(Runnable task) {
        try {
            connection.getIoThread().execute(task);
        } catch (RejectedExecutionException e) { // the server has stopped
            ahead.end(new IOException("Undertow has stopped", e));
            IoUtils.safeClose(connection);
            readable();
            writable();
        }
    }
}
