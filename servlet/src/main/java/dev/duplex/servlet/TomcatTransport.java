package dev.duplex.servlet;

import dev.duplex.transport.Ends;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import org.apache.tomcat.util.net.Nio2Channel;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SecureNio2Channel;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * A blocking stream over a socket wrapper of Tomcat, which one of its connectors for NIO or NIO2 has made, with TLS or without.
 *
 * <p>Each call of the wrapper is under the wrapper's own lock, which Tomcat holds while it handles an event: a wrapper that is closed gives its buffers
 * and its channel to the next connection, and who still used them would read and write there. Nothing under the lock waits for the network.
 */
final class TomcatTransport extends ChannelTransport {
    private static final System.Logger LOG = System.getLogger(TomcatTransport.class.getName());

    /** What NIO2 gathers in one write. */
    private static final int GATHERED_BYTES = 64 * 1024;

    private final SocketWrapperBase<?> wrapper;
    private final ReentrantLock lock;
    private final TomcatConnections others;

    TomcatTransport(SocketWrapperBase<?> wrapper, Ends ends, TomcatConnections others) {
        super(ends);
        this.wrapper = wrapper;
        this.others = others;
        this.lock = wrapper.getLock();
    }

    /** Tells who reads or writes that Tomcat has closed the connection, if it has. Never blocks. */
    void failIfClosed() {
        if (wrapper.isClosed()) {
            failed(new IOException("Tomcat has closed the connection"));
        }
    }

    @Override
    int readNow(byte[] bytes, int offset, int length) throws IOException {
        lock.lock();
        try {
            checkOpen();
            return wrapper.read(false, bytes, offset, length);
        } catch (EOFException e) {
            return -1;
        } catch (RuntimeException e) {
            throw stopped(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    void wantRead() throws IOException {
        lock.lock();
        try {
            checkOpen();
            wrapper.registerReadInterest();
        } catch (RuntimeException e) {
            throw stopped(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    int writeNow(byte[] bytes, int offset, int length) throws IOException {
        lock.lock();
        try {
            checkOpen();
            if (wrapper.hasDataToWrite() && wrapper.flush(false)) {
                return 0;
            }
            int count = Math.min(length, portion());
            wrapper.write(false, bytes, offset, count);
            return count;
        } catch (RuntimeException e) {
            throw stopped(e);
        } finally {
            lock.unlock();
        }
    }

    /** What the wrapper takes without memory of its own, of which it would take any amount. */
    private int portion() {
        return wrapper.getSocket() instanceof Nio2Channel
                ? GATHERED_BYTES
                : wrapper.getSocketBufferHandler().getWriteBuffer().capacity();
    }

    @Override
    boolean flushNow() throws IOException {
        lock.lock();
        try {
            checkOpen();
            return !wrapper.flush(false);
        } catch (RuntimeException e) {
            throw stopped(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    void wantWrite() throws IOException {
        lock.lock();
        try {
            checkOpen();
            wrapper.registerWriteInterest();
        } catch (RuntimeException e) {
            throw stopped(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    void finishOutput() throws IOException {
        lock.lock();
        try {
            checkOpen();
            switch (wrapper.getSocket()) {
                case SecureNioChannel secured -> {
                    secured.getIOChannel().write(goodbye(secured.getSslEngine()));
                    secured.getIOChannel().shutdownOutput();
                }
                case NioChannel plain -> plain.getIOChannel().shutdownOutput();
                case SecureNio2Channel secured -> {
                    // The first attempt is made by this thread; who does not read that much needs no goodbye
                    var unused = secured.getIOChannel().write(goodbye(secured.getSslEngine()));
                    secured.getIOChannel().shutdownOutput();
                }
                case Nio2Channel plain -> plain.getIOChannel().shutdownOutput();
                default -> {} // of a connector that is not known here: closing tells the remote end
            }
        } finally {
            lock.unlock();
        }
    }

    /** TLS's close_notify. The channel's own way to send it ends reading too, and that of NIO2 waits for the network. */
    private static ByteBuffer goodbye(SSLEngine engine) throws IOException {
        engine.closeOutbound();
        ByteBuffer packet = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), packet);
        return packet.flip();
    }

    /** Whoever holds the lock may be a virtual thread that no carrier runs now, and this thread the timer's, which all connections have in common. */
    @Override
    void cut() {
        others.remove(this);
        if (lock.tryLock()) {
            try {
                closeWrapper();
            } finally {
                lock.unlock();
            }
        } else {
            Thread.ofVirtual()
                    .name("duplex-close")
                    .inheritInheritableThreadLocals(false)
                    .start(this::closeWrapper);
        }
    }

    private void closeWrapper() {
        lock.lock();
        try {
            if (wrapper.getSocket() instanceof Nio2Channel channel && !wrapper.isClosed()) {
                close(channel.getIOChannel()); // the wrapper would say goodbye first under TLS, and wait for that
            }
            wrapper.close();
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "closing a connection of a connector that stops failed", e);
        } finally {
            lock.unlock();
        }
    }

    private static void close(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "closing a connection failed", e);
        }
    }

    /** A connector that stops takes itself apart without the lock, and so while its connections are used. */
    private static IOException stopped(RuntimeException e) {
        return new IOException("Tomcat's connector has stopped", e);
    }

    private void checkOpen() throws ClosedChannelException {
        if (wrapper.isClosed()) {
            throw new ClosedChannelException();
        }
    }
}
