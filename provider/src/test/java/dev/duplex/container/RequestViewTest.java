package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.RequestHead;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RequestViewTest {
    private static final SocketAddress ANYWHERE = InetSocketAddress.createUnresolved("client.example", 4711);

    /** A request of a host that knows more than one over a socket does. */
    private record Known(
            RequestHead head,
            SocketAddress localAddress,
            SocketAddress remoteAddress,
            List<X509Certificate> certificates)
            implements HostRequest {
        @Override
        public boolean secure() {
            return true;
        }

        @Override
        public Principal principal() {
            return () -> "ann";
        }

        @Override
        public boolean isUserInRole(String role) {
            return role.equals("admin");
        }

        @Override
        public @Nullable Object httpSession() {
            return "the session";
        }
    }

    private static RequestView view(SocketAddress local, SocketAddress remote, String... lines)
            throws HandshakeFailure {
        String head = "GET /a/b?x=1&y=2 HTTP/1.1\r\nHost: example.com:8443\r\n" + String.join("", lines) + "\r\n";
        return new RequestView(new Known(RequestHead.parse(head), local, remote, List.of()), Map.of("id", "b"));
    }

    private static SocketAddress address(String name, int... bytes) throws UnknownHostException {
        byte[] raw = {(byte) bytes[0], (byte) bytes[1], (byte) bytes[2], (byte) bytes[3]};
        return new InetSocketAddress(
                name == null ? InetAddress.getByAddress(raw) : InetAddress.getByAddress(name, raw), 80);
    }

    @Test
    void tellsWhatTheRequestSays() throws Exception {
        RequestView view = view(ANYWHERE, ANYWHERE, "X-Two: a\r\n", "x-two: b\r\n");
        assertThat(view.getRequestURI()).isEqualTo(URI.create("wss://example.com:8443/a/b?x=1&y=2"));
        assertThat(view.getQueryString()).isEqualTo("x=1&y=2");
        assertThat(view.getParameterMap()).isEqualTo(Map.of("id", List.of("b"), "x", List.of("1"), "y", List.of("2")));
        assertThat(view.getHeaders().get("X-TWO")).containsExactly("a", "b");
        assertThatThrownBy(() -> view.getHeaders().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> view.getParameterMap().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void tellsWhatTheHostKnows() throws Exception {
        RequestView view = view(ANYWHERE, ANYWHERE);
        assertThat(view.getUserPrincipal().getName()).isEqualTo("ann");
        assertThat(view.isUserInRole("admin")).isTrue();
        assertThat(view.isUserInRole("guest")).isFalse();
        assertThat(view.getHttpSession()).isEqualTo("the session");
        assertThat(view.getUserX509CertificateChain()).isNull();
    }

    @Test
    void tellsBothAddresses() throws Exception {
        RequestView view = view(address("server.example", 10, 0, 0, 1), address(null, 10, 0, 0, 2));
        assertThat(view.getLocalAddress()).isEqualTo("10.0.0.1");
        assertThat(view.getLocalHostName()).isEqualTo("server.example");
        assertThat(view.getLocalPort()).isEqualTo(80);
        assertThat(view.getRemoteAddress()).isEqualTo("10.0.0.2");
        assertThat(view.getRemoteHostName()).isEqualTo("10.0.0.2"); // without asking the network
        assertThat(view.getRemotePort()).isEqualTo(80);
    }

    @Test
    void hasSomethingToTellOfAddressesOfOtherKinds() throws Exception {
        RequestView view = view(UnixDomainSocketAddress.of("a.socket"), ANYWHERE);
        assertThat(view.getLocalAddress()).isEqualTo("a.socket");
        assertThat(view.getLocalPort()).isEqualTo(-1);
        assertThat(view.getRemoteAddress()).isEqualTo("client.example");
        assertThat(view.getRemotePort()).isEqualTo(4711);
    }

    @ParameterizedTest
    @CsvSource({
        "'de-CH, en;q=0.8', de-CH",
        "'en;q=0.8, de-CH', de-CH",
        "'*, fr;q=0.5', fr",
        "'de;q=0, fr', fr",
    })
    void prefersTheLocaleThatTheClientLikesBest(String header, String expected) throws Exception {
        assertThat(view(ANYWHERE, ANYWHERE, "Accept-Language: " + header + "\r\n")
                        .getPreferredLocale())
                .isEqualTo(Locale.forLanguageTag(expected));
    }

    @ParameterizedTest
    @CsvSource({"'a@b;c'", "'*'", "''", "'de;q=2'"})
    void prefersThatOfTheServerWhenTheClientSaysNothingOfUse(String header) throws Exception {
        assertThat(view(ANYWHERE, ANYWHERE, "Accept-Language: " + header + "\r\n")
                        .getPreferredLocale())
                .isEqualTo(Locale.getDefault());
        assertThat(view(ANYWHERE, ANYWHERE).getPreferredLocale()).isEqualTo(Locale.getDefault());
    }
}
