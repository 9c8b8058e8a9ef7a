package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.duplex.peer.Tls;
import dev.duplex.peer.interop.Identity;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that show a certificate in TLS, and those that should. */
@Timeout(120)
final class ClientCertificatesTest {
    @TempDir
    private static Path folder;

    private static Identity server;
    private static Identity alice;
    private static Identity stranger;

    @BeforeAll
    static void makeKeys() throws IOException {
        server = Identity.local(folder);
        alice = Identity.make(folder, "alice", Identity.EC, "DNS:alice");
        stranger = Identity.make(folder, "stranger", Identity.EC, "DNS:stranger");
    }

    /** Says who its user is, to the session and in the handshake. */
    @ServerEndpoint(value = "/who", configurator = Who.Handshake.class)
    public static final class Who {
        @OnMessage
        public String tell(String question, Session session) {
            assertThat(session.isSecure()).isTrue();
            assertThat(session.getRequestURI()).hasScheme("wss");
            return name(session.getUserPrincipal()) + " "
                    + session.getUserProperties().get("certificates");
        }

        private static String name(Principal user) {
            return user == null ? "nobody" : user.getName();
        }

        /** Notes the certificates. */
        public static final class Handshake extends ServerEndpointConfig.Configurator {
            @Override
            public void modifyHandshake(
                    ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
                config.getUserProperties().put("certificates", name(request.getUserPrincipal()) + chain(request));
            }

            // A method of API 2.3, which the request has whatever the API
            private static String chain(HandshakeRequest request) {
                try {
                    var method = request.getClass().getDeclaredMethod("getUserX509CertificateChain");
                    method.setAccessible(true);
                    X509Certificate[] chain = (X509Certificate[]) method.invoke(request);
                    return chain == null ? " none" : " " + chain.length;
                } catch (ReflectiveOperationException e) {
                    throw new LinkageError(e.getMessage(), e);
                }
            }
        }
    }

    private static DuplexServer.Builder builder() {
        SSLContext context = Tls.context()
                .privateKey(server.key())
                .certificate(server.certificate())
                .trust(alice.certificate())
                .build();
        return DuplexServer.builder().port(0).endpoint(Who.class).sslContext(context);
    }

    private static SSLParameters needing() {
        SSLParameters parameters = new SSLParameters();
        parameters.setNeedClientAuth(true);
        return parameters;
    }

    private static SSLParameters wanting() {
        SSLParameters parameters = new SSLParameters();
        parameters.setWantClientAuth(true);
        return parameters;
    }

    /** The user of a client that shows a certificate, where this authenticator is asked. */
    private static String userBy(Authenticator authenticator) throws Exception {
        try (DuplexServer serving = builder()
                        .sslParameters(needing())
                        .authenticator(authenticator)
                        .start();
                RawClient client = as(alice, serving)) {
            client.send(RawClient.upgrade("/who"));
            assertThat(client.head()).startsWith("HTTP/1.1 101 ");
            client.sendText("?");
            return client.textUpToClose(1000);
        }
    }

    @Test
    void authenticatorSeesTheCertificateWhoseUserStaysUnlessItNamesAnother() throws Exception {
        assertThat(userBy(request -> Authenticator.nobody())).isEqualTo("CN=alice CN=alice 1");
        assertThat(userBy(request -> User.named(
                        "of " + request.certificates().getFirst().getSubjectX500Principal() + " " + request.secure())))
                .isEqualTo("of CN=alice true of CN=alice true 1");
    }

    private static RawClient as(Identity client, DuplexServer server) throws IOException {
        SSLContext context = Tls.context()
                .privateKey(client.key())
                .certificate(client.certificate())
                .trust(ClientCertificatesTest.server.certificate())
                .build();
        return RawClient.to(server, context.getSocketFactory());
    }

    private static RawClient asNobody(DuplexServer server) throws IOException {
        return RawClient.to(server, ClientCertificatesTest.server.trusting().getSocketFactory());
    }

    /** For a client that shows its certificate, whatever the server says that it trusts. */
    private static SSLSocketFactory insisting(Identity client) throws GeneralSecurityException, IOException {
        X509Certificate certificate;
        try (InputStream in = Files.newInputStream(client.certificate())) {
            certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
        String key = Files.readString(client.key()).replaceAll("-----.*-----|\\s", "");
        PrivateKey privateKey = KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key)));
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(server.certificate())) {
            trusted.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {new Insisting(certificate, privateKey)}, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    /** Has one certificate, and chooses it. */
    private static final class Insisting extends X509ExtendedKeyManager {
        private final X509Certificate certificate;
        private final PrivateKey key;

        Insisting(X509Certificate certificate, PrivateKey key) {
            this.certificate = certificate;
            this.key = key;
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return "own";
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {certificate};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return null;
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return null;
        }
    }

    private static void tells(RawClient client, String who) throws IOException {
        client.send(RawClient.upgrade("/who"));
        assertThat(client.head()).startsWith("HTTP/1.1 101 ");
        client.sendText("who?");
        client.expectText(who);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void certificateThatIsTrustedNamesTheUser(boolean needed) throws Exception {
        try (DuplexServer server =
                        builder().sslParameters(needed ? needing() : wanting()).start();
                RawClient client = as(alice, server)) {
            tells(client, "CN=alice CN=alice 1");
        }
    }

    @Test
    void certificateThatIsWantedOnlyMayBeMissing() throws Exception {
        try (DuplexServer server = builder().sslParameters(wanting()).start();
                RawClient client = asNobody(server)) {
            tells(client, "nobody nobody none");
        }
    }

    @Test
    void nobodyIsAskedForACertificateByDefault() throws Exception {
        try (DuplexServer server = builder().start();
                RawClient client = as(alice, server)) {
            tells(client, "nobody nobody none");
        }
    }

    @Test
    void certificateThatIsNeededMustCome() throws Exception {
        try (DuplexServer server = builder().sslParameters(needing()).start();
                RawClient client = asNobody(server)) {
            assertThat(catchThrowable(() -> tells(client, "nobody"))).isInstanceOf(IOException.class);
            try (RawClient other = as(alice, server)) {
                tells(other, "CN=alice CN=alice 1");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void certificateThatIsNotTrustedIsRefused(boolean needed) throws Exception {
        try (DuplexServer server =
                        builder().sslParameters(needed ? needing() : wanting()).start();
                RawClient client = RawClient.to(server, insisting(stranger))) {
            assertThat(catchThrowable(() -> tells(client, "nobody nobody none")))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void versionsOfTlsAreThoseOfTheParameters() throws Exception {
        SSLParameters old = new SSLParameters();
        old.setProtocols(new String[] {"TLSv1.2"});
        try (DuplexServer server = builder().sslParameters(old).start();
                RawClient client = asNobody(server)) {
            tells(client, "nobody nobody none");
            assertThat(client.tlsVersion()).isEqualTo("TLSv1.2");
        }
    }

    @Test
    void parametersThatCannotBeKeptAreRefusedAtTheStart() {
        SSLParameters unknown = new SSLParameters();
        unknown.setCipherSuites(new String[] {"TLS_NONE_SUCH"});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().sslParameters(unknown).start())
                .withMessageContaining("TLS_NONE_SUCH");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Echo.builder().sslParameters(needing()).start())
                .withMessage("sslParameters need an sslContext: without one there is no TLS");
    }
}
