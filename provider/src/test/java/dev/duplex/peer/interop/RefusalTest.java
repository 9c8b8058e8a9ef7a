package dev.duplex.peer.interop;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.duplex.peer.ConnectRequest;
import dev.duplex.peer.HandshakeException;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.PeerServer;
import dev.duplex.peer.Tls;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that come about only when they are allowed to, with every other implementation. */
@Timeout(120)
@ParameterizedClass
@EnumSource(PeerKind.class)
final class RefusalTest {
    @TempDir
    private static Path folder;

    private static @Nullable PeerProcess child;
    private static @Nullable Identity localhost;
    private static @Nullable Identity elsewhere;

    RefusalTest(PeerKind kind) {
        assertThat(kind).isNotNull();
    }

    @BeforeParameterizedClassInvocation
    static void start(PeerKind kind) throws IOException {
        child = kind.start();
        localhost = Identity.make(folder, "localhost", Identity.EC, "DNS:localhost");
        elsewhere = Identity.make(folder, "elsewhere", Identity.RSA, "DNS:elsewhere.example");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        if (child != null) {
            child.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 503})
    void theirRefusalIsReportedWithItsStatus(int status) {
        RemoteServer server = child().listen(Map.of("status", status));
        assertThatExceptionOfType(HandshakeException.class)
                .isThrownBy(() -> WebSockets.connect("ws://127.0.0.1:" + server.port() + "/"))
                .withMessageContaining("127.0.0.1:" + server.port())
                .withMessageContaining(Integer.toString(status))
                .satisfies(e -> assertThat(e.status()).isEqualTo(status));
    }

    @Test
    void anotherPathThanOursIsRefusedWith404() throws IOException {
        AtomicInteger handled = new AtomicInteger();
        try (PeerServer server = WebSockets.server("ws://127.0.0.1:0/chat", peer -> handled.incrementAndGet())) {
            RemotePeer theirs = child().connect(Map.of("url", "ws://127.0.0.1:" + server.port() + "/other"));
            assertThat(theirs.refusedWith()).isEqualTo(404);
        }
        assertThat(handled).hasValue(0);
    }

    @Test
    void moreConnectionsThanAllowedAreRefusedWith503() throws IOException {
        PeerOptions one = PeerOptions.builder().maxConnections(1).build();
        try (PeerServer server = WebSockets.bind("ws://127.0.0.1:0/", one)) {
            RemotePeer first = child().connect(Map.of("url", server.uri().toString()));
            first.opened();
            RemotePeer second = child().connect(Map.of("url", server.uri().toString()));
            assertThat(second.refusedWith()).isEqualTo(503);
            first.text("still here");
            try (WsPeer ours = requireNonNull(server.accept(PeerProcess.LIMIT))) {
                assertThat(requireNonNull(ours.readMessage(PeerProcess.LIMIT)).text())
                        .isEqualTo("still here");
            }
        }
    }

    @Test
    void serverThatIsTrustedAndHasTheNameIsConnectedTo() throws IOException {
        RemoteServer server = listen(localhost());
        try (WsPeer ours =
                connect("wss://localhost:" + server.port() + "/", localhost().trusting())) {
            assertThat(ours.isOpen()).isTrue();
            assertThat(server.accept().opened().serverName()).isEqualTo("localhost");
        }
    }

    @Test
    void serverOfAnotherNameIsRefused() throws IOException {
        RemoteServer server = listen(elsewhere());
        assertThatExceptionOfType(SSLHandshakeException.class)
                .isThrownBy(() -> connect(
                        "wss://localhost:" + server.port() + "/", elsewhere().trusting()))
                .withMessageContaining("localhost");
    }

    @Test
    void serverOfAnotherAddressIsRefused() throws IOException {
        RemoteServer server = listen(localhost());
        assertThatExceptionOfType(SSLHandshakeException.class)
                .isThrownBy(() -> connect(
                        "wss://127.0.0.1:" + server.port() + "/", localhost().trusting()))
                .withMessageContaining("127.0.0.1");
    }

    @Test
    void serverThatIsNotTrustedIsRefused() throws IOException {
        RemoteServer server = listen(localhost());
        String uri = "wss://localhost:" + server.port() + "/";
        for (SSLContext context : List.of(elsewhere().trusting(), Tls.context().build())) {
            assertThatExceptionOfType(SSLHandshakeException.class)
                    .isThrownBy(() -> connect(uri, context))
                    .withMessageContaining("unable to find valid certification path");
        }
        // What the server sees first is the connection that is allowed: the others never were one.
        try (WsPeer ours = connect(uri, localhost().trusting())) {
            ours.write("first");
            RemotePeer theirs = server.accept();
            theirs.opened();
            assertThat(theirs.nextText()).isEqualTo("first");
        }
    }

    @Test
    void ourServerIsRefusedByAClientThatDoesNotTrustIt() throws IOException {
        PeerOptions options =
                PeerOptions.builder().sslContext(localhost().serving()).build();
        AtomicInteger handled = new AtomicInteger();
        try (PeerServer server = WebSockets.server("wss://localhost:0/", peer -> handled.incrementAndGet(), options)) {
            String uri = "wss://localhost:" + server.port() + "/";
            RemotePeer theirs = child().connect(
                            Map.of("url", uri, "ca", elsewhere().certificate().toString()));
            assertThat(theirs.failure()).containsIgnoringCase("certificate");
        }
        assertThat(handled).hasValue(0);
    }

    @Test
    void serverThatSpeaksNoTlsIsRefused() {
        RemoteServer server = child().listen(Map.of());
        assertThatExceptionOfType(SSLException.class)
                .isThrownBy(() -> connect(
                        "wss://localhost:" + server.port() + "/", localhost().trusting()));
    }

    @Test
    void serverThatSpeaksTlsIsNotTakenForAPlainOne() {
        RemoteServer server = listen(localhost());
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> WebSockets.connect("ws://localhost:" + server.port() + "/"));
    }

    private static RemoteServer listen(Identity identity) {
        return child().listen(Map.of("tls", Pair.tls(identity)));
    }

    private static WsPeer connect(String uri, SSLContext context) throws IOException {
        return WebSockets.connect(
                uri,
                ConnectRequest.none(),
                PeerOptions.builder().sslContext(context).build());
    }

    private static PeerProcess child() {
        return requireNonNull(child);
    }

    private static Identity localhost() {
        return requireNonNull(localhost);
    }

    private static Identity elsewhere() {
        return requireNonNull(elsewhere);
    }
}
