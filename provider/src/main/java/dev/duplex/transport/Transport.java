package dev.duplex.transport;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;

/**
 * A blocking duplex byte stream. One thread may read while another writes; {@link #close()} is for any thread and
 * wakes both.
 */
public interface Transport extends Closeable {
    /** What the remote end sends. A read blocks until a byte, the end of the stream or the read timeout comes. */
    InputStream input();

    /** What goes to the remote end: with the network's own buffering only, nothing waits for a flush. */
    OutputStream output();

    /**
     * Lets a read that starts from now on throw {@link java.net.SocketTimeoutException} when nothing comes in time; nothing is lost by
     * that. It is set anew before each read: under TLS the time counts from here.
     *
     * @param millis milliseconds, 0 for no limit
     */
    void readTimeout(int millis) throws IOException;

    /** Tells the remote end that no more bytes will come; reading goes on. */
    void shutdownOutput() throws IOException;

    /** Cuts the connection at once. Never blocks, never throws, and has no effect the second time. */
    @Override
    void close();

    /** Where the remote end is. */
    SocketAddress remoteAddress();

    /** Where this end is. */
    SocketAddress localAddress();
}
