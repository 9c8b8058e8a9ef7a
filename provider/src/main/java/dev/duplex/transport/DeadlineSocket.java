package dev.duplex.transport;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/**
 * A connected socket to put TLS on, whose read timeout counts from when it is set and not from each read. One read of TLS makes many of the
 * wire; with the plain meaning, a remote end that sends a byte now and then would hold it for ever.
 */
final class DeadlineSocket extends Socket {
    private final Socket wire;
    private volatile int millis;
    private volatile long setAt;

    DeadlineSocket(Socket wire) {
        this.wire = wire;
    }

    @Override
    public void setSoTimeout(int timeout) throws SocketException {
        setAt = System.nanoTime();
        millis = timeout;
        wire.setSoTimeout(timeout);
    }

    @Override
    public int getSoTimeout() {
        return millis;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(wire.getInputStream()) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int limit = millis;
                if (limit > 0) {
                    long left = limit - (System.nanoTime() - setAt) / 1_000_000;
                    if (left <= 0 && available() == 0) { // what is there already can be had
                        throw new SocketTimeoutException("the time for reading is over");
                    }
                    wire.setSoTimeout((int) Math.max(left, 1));
                }
                return super.read(bytes, offset, length);
            }
        };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return wire.getOutputStream();
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }

    @Override
    public void shutdownInput() throws IOException {
        wire.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        wire.shutdownOutput();
    }

    @Override
    public boolean isConnected() {
        return wire.isConnected();
    }

    @Override
    public boolean isBound() {
        return wire.isBound();
    }

    @Override
    public boolean isClosed() {
        return wire.isClosed();
    }

    @Override
    public boolean isInputShutdown() {
        return wire.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return wire.isOutputShutdown();
    }

    @Override
    public InetAddress getInetAddress() {
        return wire.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return wire.getLocalAddress();
    }

    @Override
    public int getPort() {
        return wire.getPort();
    }

    @Override
    public int getLocalPort() {
        return wire.getLocalPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return wire.getRemoteSocketAddress();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return wire.getLocalSocketAddress();
    }

    @Override
    public int getSoLinger() throws SocketException {
        return wire.getSoLinger();
    }

    @Override
    public void setSoLinger(boolean on, int linger) throws SocketException {
        wire.setSoLinger(on, linger);
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        wire.setTcpNoDelay(on);
    }
}
