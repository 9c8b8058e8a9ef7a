package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.ConnectRequest;
import dev.duplex.peer.Message;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.Tls;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsEchoServerTest {
    @TempDir
    static Path folder;

    static Certificates certificates;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = Certificates.in(folder);
    }

    @Test
    void echoesToAClientThatTrustsItsCertificate() throws Exception {
        try (Program server = start();
                WsPeer peer = connect(server.url())) {
            peer.write("secret");
            Message answer = peer.readMessage(Program.DEADLINE);
            assertThat(answer.text()).isEqualTo("secret");
        }
    }

    @Test
    void isRefusedByAClientThatDoesNotTrustItsCertificate() throws Exception {
        try (Program server = start()) {
            String url = server.url();
            assertThatThrownBy(() -> WebSockets.connect(url)).isInstanceOf(SSLException.class);
        }
    }

    @Test
    void pingsAPeerThatIsQuiet() throws Exception {
        try (Program server = start("--ping", "1")) {
            URI url = URI.create(server.url());
            try (RawClient quiet =
                    new RawClient(trusting().getSocketFactory().createSocket(url.getHost(), url.getPort()), url)) {
                assertThat(quiet.receive(1)).isEqualTo("89");
            }
        }
    }

    @Test
    void saysHowEachConnectionEnded() throws Exception {
        try (Program server = start()) {
            String url = server.url();
            try (WsPeer peer = connect(url)) {
                peer.shutdown(4321, "enough");
            }
            String line;
            do {
                line = server.line();
            } while (!line.contains("closed"));
            assertThat(line).contains("4321").contains("enough");
        }
    }

    @Test
    void saysHowToMakeACertificateThatIsMissing() throws Exception {
        Path missing = folder.resolve("missing.pem");
        try (Program server = Program.start(
                "tls-echo", "--port", "0", "--certificate", missing.toString(), "--key", missing.toString())) {
            assertThat(server.exitCode()).isEqualTo(2);
            assertThat(server.errors())
                    .contains("there is no certificate " + missing)
                    .contains("openssl req -x509");
        }
    }

    @Test
    void namesTheFileThatIsNoCertificate() throws Exception {
        Path broken = Files.writeString(folder.resolve("broken.pem"), "not PEM");
        try (Program server = Program.start(
                "tls-echo",
                "--port",
                "0",
                "--certificate",
                broken.toString(),
                "--key",
                certificates.key().toString())) {
            assertThat(server.exitCode()).isEqualTo(2);
            assertThat(server.errors()).contains("broken.pem").hasLineCount(1);
        }
    }

    private static Program start(String... more) throws IOException {
        String[] command = {
            "tls-echo",
            "--port",
            "0",
            "--certificate",
            certificates.certificate().toString(),
            "--key",
            certificates.key().toString()
        };
        return Program.start(java.util.stream.Stream.of(command, more)
                .flatMap(java.util.Arrays::stream)
                .toArray(String[]::new));
    }

    private static WsPeer connect(String url) throws IOException {
        return WebSockets.connect(
                url,
                ConnectRequest.none(),
                PeerOptions.builder().sslContext(trusting()).build());
    }

    private static SSLContext trusting() throws IOException {
        return Tls.context().trust(certificates.certificate()).build();
    }
}
