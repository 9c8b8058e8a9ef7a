package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.engine.Opening;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.RequestHead;
import dev.duplex.peer.RawPeer;
import dev.duplex.transport.SocketTransport;
import dev.duplex.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The smallest host there can be: a listening socket, a thread for each connection, and what the container asks of a host. */
public final class TestHost implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    final DuplexServerContainer container;
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final @Nullable SSLContext tls;
    private volatile UnaryOperator<HostRequest> requests = UnaryOperator.identity();
    private volatile Runnable beforeServing = () -> {};

    /** Of this container, which it stops at its own end. */
    public TestHost(DuplexServerContainer container) throws IOException {
        this(container, null);
    }

    TestHost(DuplexServerContainer container, @Nullable SSLContext tls) throws IOException {
        this.container = container;
        this.tls = tls;
        Thread.ofVirtual().name("test-accept").start(this::accept);
    }

    /** A host of these annotated classes. */
    static TestHost of(Class<?>... endpoints) throws Exception {
        TestHost host = new TestHost(DuplexServerContainer.builder().build());
        for (Class<?> endpoint : endpoints) {
            host.container.addEndpoint(endpoint);
        }
        return host;
    }

    /** What a request is changed into before the container sees it. */
    TestHost requests(UnaryOperator<HostRequest> change) {
        requests = change;
        return this;
    }

    /** What happens between the 101 and the life of the session, which it cancels by a CancellationException. */
    TestHost beforeServing(Runnable step) {
        beforeServing = step;
        return this;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Of a path at it. */
    public URI uri(String rest) {
        return URI.create((tls == null ? "ws" : "wss") + "://localhost:" + port() + rest);
    }

    /** A client with a TCP connection and no handshake. */
    RawPeer raw() throws IOException {
        return new RawPeer(new Socket(InetAddress.getLoopbackAddress(), port()), true);
    }

    /** A client whose handshake is done, with further lines of header. */
    RawPeer open(String target, String... lines) throws IOException {
        RawPeer raw = raw();
        raw.ask(target, lines);
        assertThat(raw.head()).startsWith("HTTP/1.1 101 Switching Protocols\r\n");
        return raw;
    }

    private void accept() {
        while (true) {
            Socket socket;
            try {
                socket = listener.accept();
            } catch (IOException closed) {
                return;
            }
            Thread.ofVirtual().name("test-connection").start(() -> serve(socket));
        }
    }

    private void serve(Socket socket) {
        try (Transport transport =
                tls == null ? SocketTransport.plain(socket) : SocketTransport.tlsServer(socket, tls)) {
            Opening opening = new Opening(transport, System.nanoTime() + LIMIT.toNanos());
            try {
                RequestHead head = RequestHead.parse(opening.readRequest());
                Upgrade upgrade = container.upgrade(requests.apply(new Request(head, transport, tls != null)));
                opening.write(upgrade.response());
                try {
                    beforeServing.run();
                } catch (CancellationException e) {
                    upgrade.abandon();
                    return;
                }
                upgrade.serve(opening);
            } catch (HandshakeFailure e) {
                opening.refuse(e);
            }
        } catch (IOException gone) {
            // The client knows
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        container.stop(Duration.ZERO);
    }

    record Request(RequestHead head, Transport transport, boolean secure) implements HostRequest {
        @Override
        public SocketAddress localAddress() {
            return transport.localAddress();
        }

        @Override
        public SocketAddress remoteAddress() {
            return transport.remoteAddress();
        }

        @Override
        public @Nullable Principal principal() {
            return null;
        }

        @Override
        public boolean isUserInRole(String role) {
            return false;
        }

        @Override
        public @Nullable Object httpSession() {
            return null;
        }

        @Override
        public List<X509Certificate> certificates() {
            return List.of();
        }
    }
}
