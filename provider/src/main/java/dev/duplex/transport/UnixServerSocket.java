package dev.duplex.transport;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Listens on a Unix domain socket, whose file it removes when it is closed. Its sockets are {@link UnixSocket}s. Safe for any thread. */
final class UnixServerSocket extends ServerSocket {
    private static final System.Logger LOG = System.getLogger(UnixServerSocket.class.getName());

    private final ServerSocketChannel channel;
    private final UnixDomainSocketAddress address;
    private final Object file; // which file this end has made, whatever stands at its path later

    /**
     * Listens. A socket that nobody listens on any more, as a process that was killed leaves it, is replaced.
     *
     * @throws BindException when somebody listens there, or something else than a socket is there
     */
    UnixServerSocket(UnixDomainSocketAddress address, int backlog) throws IOException {
        this.address = address;
        removeStale(address);
        this.channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        boolean listening = false;
        try {
            channel.bind(address, backlog);
            this.file = key(attributes(address.getPath()));
            listening = true;
        } finally {
            if (!listening) {
                channel.close();
            }
        }
    }

    private static void removeStale(UnixDomainSocketAddress address) throws IOException {
        Path path = address.getPath();
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!attributes(path).isOther()) { // a socket is no file, no directory and no link
            throw new BindException("there is something that is no socket: remove it, or name another file");
        }
        if (answers(address)) {
            throw new BindException("Address already in use");
        }
        LOG.log(Level.DEBUG, "replacing the socket {0}, which nobody listens on", path);
        Files.deleteIfExists(path);
    }

    private static boolean answers(UnixDomainSocketAddress address) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false); // it would wait for one that listens and does not accept
            return probe.connect(address) || probe.isConnectionPending();
        } catch (ConnectException e) { // refused
            return false;
        }
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** The device and inode, or else when it was made. */
    private static Object key(BasicFileAttributes attributes) {
        Object key = attributes.fileKey();
        return key != null ? key : attributes.creationTime();
    }

    @Override
    public Socket accept() throws IOException {
        return new UnixSocket(channel.accept());
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return address;
    }

    /** Removes the file while it still listens, so that who starts meanwhile at the same path does not lose its own. */
    @Override
    public void close() throws IOException {
        try {
            if (channel.isOpen()
                    && Files.exists(address.getPath(), LinkOption.NOFOLLOW_LINKS)
                    && key(attributes(address.getPath())).equals(file)) {
                Files.delete(address.getPath());
            }
        } finally {
            channel.close();
        }
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }
}
