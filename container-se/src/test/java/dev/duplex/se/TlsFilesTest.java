package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.duplex.peer.ConnectRequest;
import dev.duplex.peer.Frame;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.Tls;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import dev.duplex.peer.interop.Identity;
import dev.duplex.peer.interop.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Certificates change while a server runs. */
@Timeout(120)
final class TlsFilesTest {
    private static final Duration OFTEN = Duration.ofMillis(20);
    private static final String NAMES = "DNS:localhost,IP:127.0.0.1";
    private static final int LIVE = 220;

    @TempDir
    private static Path keys;

    @TempDir
    private Path folder;

    private static Identity first;
    private static Identity second;
    private static SSLContext trusting;

    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

    @BeforeAll
    static void makeKeys() throws IOException {
        first = Identity.make(keys, "first", Identity.EC, NAMES);
        second = Identity.make(keys, "second", Identity.RSA, NAMES);
        trusting = Tls.context()
                .trust(first.certificate())
                .trust(second.certificate())
                .build();
    }

    private static Logger logger() {
        return Logger.getLogger(TlsWatch.class.getName());
    }

    @BeforeEach
    void keepWhatIsLogged() {
        logger().setFilter((LogRecord line) -> {
            said.add(line.getLevel() + " " + line.getMessage());
            return false;
        });
    }

    @AfterEach
    void logAgain() {
        logger().setFilter(null);
    }

    private void hasSaid(String start) throws InterruptedException {
        assertThat(said.poll(20, TimeUnit.SECONDS)).isNotNull().startsWith(start);
    }

    private Path chain() {
        return folder.resolve("chain.pem");
    }

    private Path key() {
        return folder.resolve("key.pem");
    }

    private TlsFiles files() {
        return TlsFiles.pem(chain(), key()).every(OFTEN);
    }

    /** Puts a file in its place at once. */
    private static void put(Path content, Path place) throws IOException {
        Path copy = Files.copy(content, place.resolveSibling("copy"));
        Files.move(copy, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The name in the certificate that a new connection sees. */
    private static String shown(DuplexServer server) {
        try (SSLSocket socket =
                (SSLSocket) trusting.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.port())) {
            X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return certificate.getSubjectX500Principal().getName();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void shows(DuplexServer server, String name) throws InterruptedException {
        Remains.eventually("shown", () -> shown(server).equals("CN=" + name) ? 1 : 0, count -> count == 1);
    }

    /** Echoes until it is told to stop, and checks each answer. */
    private static final class Live {
        final AtomicInteger replies = new AtomicInteger();
        private final AtomicBoolean enough = new AtomicBoolean();
        private final WsPeer peer;
        private final Future<Void> echoing;

        Live(DuplexServer server, ExecutorService threads) throws IOException {
            peer = WebSockets.connect(
                    server.uri("/echo"),
                    ConnectRequest.none(),
                    PeerOptions.builder().sslContext(trusting).build());
            echoing = threads.submit(() -> {
                while (!enough.get()) {
                    String text = "reply " + replies.get();
                    peer.write(text);
                    Frame reply = peer.read(RawClient.LIMIT);
                    assertThat(reply).isNotNull();
                    assertThat(reply.text()).isEqualTo(text);
                    replies.incrementAndGet();
                    Thread.sleep(100); // leaves the processors to the others
                }
                return null;
            });
        }

        void stop() {
            enough.set(true);
        }

        void end() throws Exception {
            echoing.get(20, TimeUnit.SECONDS);
            assertThat(peer.shutdown()).isTrue();
        }
    }

    private static void allAreAnsweredAgain(List<Live> live) throws InterruptedException {
        int[] before = live.stream().mapToInt(each -> each.replies.get()).toArray();
        for (int i = 0; i < before.length; i++) {
            int known = before[i];
            Live each = live.get(i);
            Remains.eventually("replies", () -> each.replies.get(), count -> count > known);
        }
    }

    @Test
    void certificateSwappedUnderLoadIsSeenByNewConnectionsAndDisturbsNoOther() throws Exception {
        // As Kubernetes does: the files are links through a link to a directory, and that one is replaced
        Path current = folder.resolve("current");
        for (Identity each : List.of(first, second)) {
            Path version = Files.createDirectory(
                    folder.resolve("version-" + each.certificate().getFileName()));
            Files.copy(each.certificate(), version.resolve("chain.pem"));
            Files.copy(each.key(), version.resolve("key.pem"));
        }
        Files.createSymbolicLink(current, folder.resolve("version-first.cert.pem"));
        Files.createSymbolicLink(chain(), Path.of("current", "chain.pem"));
        Files.createSymbolicLink(key(), Path.of("current", "key.pem"));
        List<Live> live = new ArrayList<>();
        try (DuplexServer server = Echo.builder().tlsFiles(files()).start();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < LIVE; i++) {
                live.add(new Live(server, threads));
            }
            allAreAnsweredAgain(live);
            assertThat(shown(server)).isEqualTo("CN=first");

            Path next = Files.createSymbolicLink(folder.resolve("next"), folder.resolve("version-second.cert.pem"));
            Files.move(next, current, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            shows(server, "second");
            hasSaid("INFO new connections get the certificate that is in ");
            allAreAnsweredAgain(live);
            for (int i = 0; i < 10; i++) {
                live.add(new Live(server, threads));
            }
            allAreAnsweredAgain(live);
            live.forEach(Live::stop);
            for (Live each : live) {
                each.end();
            }
        }
        assertThat(said).isEmpty();
    }

    @Test
    void filesThatDoNotFitAreWarnedOfOnceAndTheOldOnesStay() throws Exception {
        put(first.certificate(), chain());
        put(first.key(), key());
        try (DuplexServer server = Echo.builder().tlsFiles(files()).start()) {
            put(second.certificate(), chain());
            hasSaid("WARNING the certificate stays as it is: what is in [" + chain() + ", " + key()
                    + "] cannot be used");
            assertThat(shown(server)).isEqualTo("CN=first");
            Files.delete(key());
            hasSaid("WARNING the certificate stays as it is: ");
            assertThat(shown(server)).isEqualTo("CN=first");
            put(second.key(), key());
            shows(server, "second");
            hasSaid("INFO new connections get the certificate that is in ");
            Files.writeString(chain(), "nonsense");
            hasSaid("WARNING the certificate stays as it is: ");
            assertThat(shown(server)).isEqualTo("CN=second");
        }
        assertThat(said).isEmpty();
    }

    @Test
    void keyStoreIsReloadedToo() throws Exception {
        Path store = folder.resolve("store.p12");
        put(store(first), store);
        try (DuplexServer server = Echo.builder()
                .tlsFiles(TlsFiles.keyStore(store, "secret".toCharArray()).every(OFTEN))
                .start()) {
            assertThat(shown(server)).isEqualTo("CN=first");
            put(store(second), store);
            shows(server, "second");
        }
    }

    private Path store(Identity identity) throws IOException {
        Path made = keys.resolve(identity.key().getFileName() + ".p12");
        Tool.OPENSSL.run(
                Duration.ofSeconds(30),
                keys,
                "pkcs12",
                "-export",
                "-inkey",
                identity.key().toString(),
                "-in",
                identity.certificate().toString(),
                "-out",
                made.toString(),
                "-passout",
                "pass:secret");
        return made;
    }

    @Test
    void stoppedServerLooksNoMore() throws Exception {
        Remains remains = new Remains(folder);
        put(first.certificate(), chain());
        put(first.key(), key());
        Echo.builder().tlsFiles(files()).start().close();
        remains.areNoMore();
    }

    @Test
    void filesThatCannotBeUsedAreNamedAtTheStartAndNothingIsLeft() throws Exception {
        Remains remains = new Remains(folder);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Echo.builder().tlsFiles(files()).start())
                .withMessageContaining(key().toString());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files().every(Duration.ZERO))
                .withMessage("the files must be looked at after a positive time, not PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Echo.builder()
                        .tlsFiles(files())
                        .sslContext(first.serving())
                        .start())
                .withMessage("TLS needs an sslContext or tlsFiles, not both");
        remains.areNoMore();
    }

    @Test
    void contextIsReplacedByHandToo() throws Exception {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        try (DuplexServer server = Echo.builder()
                        .sslContext(first.serving())
                        .sslParameters(parameters)
                        .start();
                RawClient before =
                        RawClient.to(server, trusting.getSocketFactory()).upgraded("/echo")) {
            server.reloadTls(second.serving());
            assertThat(shown(server)).isEqualTo("CN=second");
            before.echoes("as it was");
        }
        try (DuplexServer plain = Echo.builder().start()) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> plain.reloadTls(first.serving()))
                    .withMessage("this server has no TLS: give its builder an sslContext or tlsFiles");
        }
    }

    @Test
    void contextThatDoesNotKnowTheParametersIsRefused() throws Exception {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        try (DuplexServer server = Echo.builder()
                .sslContext(first.serving())
                .sslParameters(parameters)
                .start()) {
            parameters.setProtocols(new String[] {"TLSv9"}); // as good as a context that does not know TLS 1.3
            assertThatIllegalArgumentException().isThrownBy(() -> server.reloadTls(second.serving()));
            parameters.setProtocols(new String[] {"TLSv1.3"});
            assertThat(shown(server)).isEqualTo("CN=first");
        }
    }
}
