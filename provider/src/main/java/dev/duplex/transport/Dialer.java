package dev.duplex.transport;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Connects sockets, and holds what is opened over them to the same deadline, a time of {@link System#nanoTime()}. Safe for any thread. */
public final class Dialer {
    private Dialer() {}

    /** What opens something over a socket, such as TLS. */
    @FunctionalInterface
    public interface Opener<T extends @Nullable Object> {
        /** Opens it; may block. */
        T open() throws IOException;
    }

    /**
     * A socket that is connected to the host before the deadline. The addresses of its name are tried one after the other and share the
     * time.
     *
     * @throws UnknownHostException when the host has no address
     * @throws SocketTimeoutException when time ran out
     * @throws ConnectException when no address can be connected to; its cause is what the first one said, the others suppressed in it
     * @throws InterruptedIOException when the thread was interrupted during the look-up
     */
    public static Socket dial(String host, int port, long until) throws IOException {
        InetAddress[] addresses = resolve(host, port, until);
        IOException first = null;
        for (int i = 0; i < addresses.length; i++) {
            // What is left of the time is shared by the addresses that are left
            long share = (until - System.nanoTime()) / (addresses.length - i);
            Socket socket = new Socket();
            try {
                socket.connect(
                        new InetSocketAddress(addresses[i], port),
                        Math.clamp(TimeUnit.NANOSECONDS.toMillis(share), 1, Integer.MAX_VALUE));
                return socket;
            } catch (IOException e) {
                socket.close();
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (System.nanoTime() - until >= 0 || first instanceof SocketTimeoutException) {
            throw late("No connection with " + address(host, port) + " in time", first);
        }
        ConnectException failed = new ConnectException("No connection with " + address(host, port) + ": "
                + (first == null ? "no address" : first.getMessage()));
        failed.initCause(first);
        throw failed;
    }

    /**
     * Opens something over a socket before the deadline, or cuts the socket: what TLS reads and writes has no other deadline.
     *
     * @throws SocketTimeoutException when it failed because time ran out, or after that; the cause tells how
     */
    public static <T extends @Nullable Object> T before(long until, Socket socket, Opener<T> opener)
            throws IOException {
        Watch watch = new Watch(cutAt(socket, until));
        watch.runBy(until);
        boolean opened = false;
        try {
            T result = opener.open();
            opened = true;
            return result;
        } catch (IOException e) {
            throw System.nanoTime() - until >= 0 ? late("The time to open a connection is over", e) : e;
        } finally {
            watch.cancel();
            if (!opened) {
                SocketTransport.cut(socket);
            }
        }
    }

    /** A check that cuts the socket when the time has come. */
    private static LongUnaryOperator cutAt(Socket socket, long until) {
        return now -> {
            if (now - until < 0) {
                return until;
            }
            SocketTransport.cut(socket);
            return Watch.NEVER;
        };
    }

    /** Looks a name up. The JDK's look-up has no deadline, so it gets a thread of its own, which may outlive the wait for it. */
    private static InetAddress[] resolve(String host, int port, long until) throws IOException {
        FutureTask<InetAddress[]> lookUp = new FutureTask<>(() -> InetAddress.getAllByName(host));
        Thread.ofVirtual().name("duplex-dns").start(lookUp);
        try {
            return lookUp.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw late("No connection with " + address(host, port) + ": its look-up took too long", e);
        } catch (ExecutionException e) {
            UnknownHostException unknown = new UnknownHostException(
                    "No connection with " + address(host, port) + ": the host " + host + " is not known");
            unknown.initCause(e.getCause());
            throw unknown;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while looking up " + host);
        }
    }

    private static String address(String host, int port) {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    private static SocketTimeoutException late(String sentence, @Nullable Exception cause) {
        SocketTimeoutException late = new SocketTimeoutException(sentence);
        late.initCause(cause);
        return late;
    }
}
