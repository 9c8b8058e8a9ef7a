package dev.duplex.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A peer of either role and its other end by hand, over a TCP connection of 127.0.0.1 and with the handshake done. */
record Wire(WsPeer peer, RawPeer raw) implements AutoCloseable {
    static Wire of(Role role) throws IOException {
        return of(role, PeerOptions.defaults());
    }

    static Wire of(Role role, PeerOptions options) throws IOException {
        Sockets sockets = Sockets.connected();
        WsPeer peer = WsPeer.over(sockets.near())
                .role(role)
                .handshaked(true)
                .options(options)
                .open();
        return new Wire(peer, new RawPeer(sockets.far(), role == Role.SERVER));
    }

    /** The two ends of a TCP connection. */
    record Sockets(Socket near, Socket far) {
        static Sockets connected() throws IOException {
            return connected(0);
        }

        /** With a receive buffer of that many bytes at the far end, if not 0. */
        static Sockets connected(int farReceiveBuffer) throws IOException {
            InetAddress loopback = InetAddress.getLoopbackAddress();
            try (ServerSocket listener = new ServerSocket(0, 1, loopback)) {
                if (farReceiveBuffer > 0) {
                    listener.setReceiveBufferSize(farReceiveBuffer);
                }
                Socket near = new Socket(loopback, listener.getLocalPort());
                return new Sockets(near, listener.accept());
            }
        }
    }

    /** Runs it on a virtual thread. */
    static <T> Future<T> start(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        Thread.ofVirtual().name("test").start(future);
        return future;
    }

    /** Its result, in time; what it threw is thrown. */
    static <T> T result(Future<T> future) throws Exception {
        try {
            return future.get(RawPeer.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } catch (TimeoutException e) {
            throw new AssertionError("not done within " + RawPeer.LIMIT, e);
        }
    }

    /** What it fails with, in time. */
    static Throwable failure(Future<?> future) throws InterruptedException {
        try {
            throw new AssertionError("did not fail: " + future.get(RawPeer.LIMIT.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            throw new AssertionError("not done within " + RawPeer.LIMIT, e);
        }
    }

    static void await(CompletableFuture<?> future) throws Exception {
        Object unused = result(future);
    }

    @Override
    public void close() throws IOException {
        peer.close();
        raw.close();
    }
}
