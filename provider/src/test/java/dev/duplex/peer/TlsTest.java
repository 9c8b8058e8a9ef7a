package dev.duplex.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.duplex.peer.interop.Identity;
import dev.duplex.peer.interop.Tool;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class TlsTest {
    private static final char[] PASSWORD = "correct horse".toCharArray();
    private static final char[] WRONG = "wrong".toCharArray();
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String NAMES = "DNS:localhost,IP:127.0.0.1";

    @TempDir
    private static Path folder;

    private static Identity rsa;
    private static Identity ec;

    @BeforeAll
    static void makeKeys() throws Exception {
        rsa = Identity.make(folder, "rsa", Identity.RSA, NAMES);
        ec = Identity.make(folder, "ec", Identity.EC, NAMES);
        openssl("rsa", "-in", rsa.key(), "-traditional", "-out", "rsa.pkcs1.pem");
        openssl("ec", "-in", ec.key(), "-out", "ec.sec1.pem");
        openssl("ecparam", "-name", "secp384r1", "-genkey", "-out", "ec384.pem");
        selfSign("ec384.pem", "ec384.cert.pem");
        openssl("genpkey", "-algorithm", "ed25519", "-out", "ed25519.pem");
        selfSign("ed25519.pem", "ed25519.cert.pem");
        openssl("genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "pss.pem");
        selfSign("pss.pem", "pss.cert.pem");
        openssl("pkcs8", "-topk8", "-in", rsa.key(), "-passout", "pass:correct horse", "-out", "rsa.encrypted.pem");
        openssl(
                "pkcs8",
                "-topk8",
                "-v1",
                "PBE-SHA1-3DES",
                "-in",
                ec.key(),
                "-passout",
                "pass:correct horse",
                "-out",
                "ec.encrypted.pem");
        openssl("rsa", "-in", rsa.key(), "-traditional", "-aes128", "-passout", "pass:x", "-out", "rsa.legacy.pem");
        write("key-first.pem", Files.readString(rsa.key()), Files.readString(rsa.certificate()));
        write("key-last.pem", "A comment: ä\r\n", Files.readString(ec.certificate()), Files.readString(ec.key()));
        write("windows.pem", Files.readString(rsa.key()).replace("\n", "\r\n"));

        openssl(
                "req",
                "-x509",
                "-nodes",
                "-days",
                "2",
                "-newkey",
                "rsa:2048",
                "-subj",
                "/CN=root",
                "-keyout",
                "root.key.pem",
                "-out",
                "root.pem");
        issue("root", "middle", "basicConstraints=critical,CA:TRUE\n");
        issue("middle", "leaf", "subjectAltName=" + NAMES + "\n");
        write("chain.pem", read("leaf.pem"), read("middle.pem"));
        write("chain-unordered.pem", read("middle.pem"), read("leaf.pem"));

        keytool("own", "PKCS12", "store.p12", "-keyalg", "RSA", "-keysize", "2048");
        keytool("ec", "PKCS12", "store.p12", "-keyalg", "EC");
        keytool("own", "JKS", "store.jks", "-keyalg", "EC");
        keytool("own", "JKS", "two-passwords.jks", "-keyalg", "EC", "-keypass", "another");
        export("store.p12", "own");
        export("store.p12", "ec");
        export("store.jks", "own");
    }

    static Stream<Arguments> keys() {
        char[] none = {};
        return Stream.of(
                argumentSet("PKCS#8 RSA", rsa.key(), rsa.certificate(), none),
                argumentSet("PKCS#8 RSA with Windows' line ends", file("windows.pem"), rsa.certificate(), none),
                argumentSet("PKCS#8 EC", ec.key(), ec.certificate(), none),
                argumentSet("PKCS#8 Ed25519", file("ed25519.pem"), file("ed25519.cert.pem"), none),
                argumentSet("PKCS#8 RSASSA-PSS", file("pss.pem"), file("pss.cert.pem"), none),
                argumentSet("PKCS#1 RSA", file("rsa.pkcs1.pem"), rsa.certificate(), none),
                argumentSet("SEC1 EC", file("ec.sec1.pem"), ec.certificate(), none),
                argumentSet("SEC1 EC behind EC PARAMETERS", file("ec384.pem"), file("ec384.cert.pem"), none),
                argumentSet("encrypted RSA", file("rsa.encrypted.pem"), rsa.certificate(), PASSWORD),
                argumentSet("encrypted EC, old cipher", file("ec.encrypted.pem"), ec.certificate(), PASSWORD),
                argumentSet("plain RSA with a password", rsa.key(), rsa.certificate(), PASSWORD),
                argumentSet("bundle, key first", file("key-first.pem"), file("key-first.pem"), none),
                argumentSet("bundle, key last", file("key-last.pem"), file("key-last.pem"), none));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void serverProvesItselfWithKeyAndCertificate(Path key, Path certificate, char[] password) throws Exception {
        SSLContext server =
                Tls.context().privateKey(key, password).certificate(certificate).build();
        SSLContext client = Tls.context().trust(certificate).build();

        assertThat(handshake(server, client)).startsWith("TLSv1.3 CN=");
    }

    @Test
    void keyAndCertificateMayBeNamedInEitherOrder() throws Exception {
        SSLContext server = Tls.context()
                .certificate(rsa.certificate())
                .privateKey(rsa.key())
                .build();
        SSLContext client = Tls.context().trust(rsa.certificate()).build();

        assertThat(handshake(server, client)).isEqualTo("TLSv1.3 CN=rsa");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void serverProvesItselfWithEachKeyOfAStore(String store, String alias, String suite) throws Exception {
        SSLContext server = Tls.context().keyStore(file(store), PASSWORD).build();
        SSLContext client =
                Tls.context().trust(file(store + "-" + alias + ".pem")).build();

        assertThat(handshake(server, client, suite)).isEqualTo("TLSv1.2 CN=" + alias);
    }

    static Stream<Arguments> stores() {
        return Stream.of(
                argumentSet("PKCS#12, RSA", "store.p12", "own", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
                argumentSet("PKCS#12, EC", "store.p12", "ec", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
                argumentSet("JKS, EC", "store.jks", "own", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
    }

    @Test
    void serverPresentsTheWholeChain() throws Exception {
        SSLContext client = Tls.context().trust(file("root.pem")).build();
        SSLContext whole = Tls.context()
                .privateKey(file("leaf.key.pem"))
                .certificate(file("chain.pem"))
                .build();
        SSLContext leafOnly = Tls.context()
                .privateKey(file("leaf.key.pem"))
                .certificate(file("leaf.pem"))
                .build();

        assertThat(handshake(whole, client)).isEqualTo("TLSv1.3 CN=leaf");
        assertThatThrownBy(() -> handshake(leafOnly, client)).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void trustReplacesWhatTheJdkTrustsAndFurtherCallsAdd() throws Exception {
        SSLContext server = Tls.context()
                .privateKey(rsa.key())
                .certificate(rsa.certificate())
                .build();

        assertThatThrownBy(() -> handshake(server, Tls.context().build())).isInstanceOf(SSLHandshakeException.class);
        assertThatThrownBy(() ->
                        handshake(server, Tls.context().trust(ec.certificate()).build()))
                .isInstanceOf(SSLHandshakeException.class);
        assertThat(handshake(
                        server,
                        Tls.context()
                                .trust(ec.certificate())
                                .trust(rsa.certificate())
                                .build()))
                .isEqualTo("TLSv1.3 CN=rsa");
    }

    @Test
    void trustTakesEveryCertificateOfABundle() throws Exception {
        write("bundle.pem", Files.readString(ec.certificate()), Files.readString(rsa.certificate()));
        SSLContext client = Tls.context().trust(file("bundle.pem")).build();
        for (Identity identity : List.of(rsa, ec)) {
            SSLContext server = Tls.context()
                    .privateKey(identity.key())
                    .certificate(identity.certificate())
                    .build();
            assertThat(handshake(server, client)).startsWith("TLSv1.3 CN=");
        }
    }

    static Stream<Named<Consumer<Path>>> uses() {
        return Stream.of(
                named("private key", path -> Tls.context().privateKey(path)),
                named("certificate", path -> Tls.context().certificate(path)),
                named("trust", path -> Tls.context().trust(path)),
                named("key store", path -> Tls.context().keyStore(path, PASSWORD)));
    }

    @ParameterizedTest
    @MethodSource("uses")
    void missingFileFailsAtOnce(Consumer<Path> use) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> use.accept(file("absent.pem")))
                .withMessageMatching("The (private key|certificate|trust|key store) file .*absent.pem cannot be used: "
                        + "there is no such file");
    }

    @ParameterizedTest
    @MethodSource("uses")
    void fileOfAnotherKindFailsAtOnce(Consumer<Path> use) throws IOException {
        write("notes.txt", "Nothing in here is a key.\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> use.accept(file("notes.txt")))
                .withMessageMatching("The (private key|certificate|trust|key store) file .*notes.txt cannot be used: "
                        + "it is not (PEM: no BEGIN line is in it|a PKCS#12 or JKS store)");
    }

    @Test
    void folderCannotBeRead() {
        assertUnusable(() -> Tls.context().privateKey(folder), "private key", folder)
                .hasMessageContaining("it cannot be read: ");
    }

    @Test
    void truncatedPemIsRefused() throws IOException {
        String whole = Files.readString(rsa.key());
        Path cut = write("cut.pem", whole.substring(0, whole.length() / 2));
        assertUnusable(() -> Tls.context().privateKey(cut), "private key", cut)
                .hasMessageEndingWith("a BEGIN line in it has no END line");
    }

    @Test
    void damagedBase64IsRefused() throws IOException {
        Path damaged = write("damaged.pem", Files.readString(rsa.certificate()).replaceFirst("\nMII", "\nM*I"));
        assertUnusable(() -> Tls.context().certificate(damaged), "certificate", damaged)
                .hasMessageEndingWith("its CERTIFICATE is not base64");
    }

    @ParameterizedTest
    @MethodSource("malformedKeys")
    void malformedKeyIsRefused(String label, byte[] der) throws IOException {
        Path malformed = write("malformed.pem", pem(label, der));
        assertUnusable(() -> Tls.context().privateKey(malformed, PASSWORD), "private key", malformed)
                .hasMessageEndingWith(
                        label.startsWith("ENCRYPTED")
                                ? "its private key cannot be decrypted with the password given"
                                : "its " + label + " is malformed or of a kind that TLS cannot use");
    }

    static Stream<Arguments> malformedKeys() throws IOException {
        byte[] sec1 = der("ec.sec1.pem");
        byte[] endless = {0x30, (byte) 0x84, 0x7F, 1, 1, 1};
        byte[] withoutCurve = {0x30, 6, 2, 1, 1, 4, 1, 1};
        byte[] tooLong = {0x30, 9, 2, 1, 1, 4, 1, 1};
        return Stream.of(
                        "PRIVATE KEY",
                        "RSA PRIVATE KEY",
                        "EC PRIVATE KEY",
                        "ENCRYPTED PRIVATE KEY",
                        "OPENSSH PRIVATE KEY")
                .flatMap(label -> Stream.of(
                                new byte[0],
                                new byte[] {0x30},
                                endless,
                                withoutCurve,
                                tooLong,
                                Arrays.copyOf(sec1, sec1.length / 2))
                        .map(der -> Arguments.of(label, der)));
    }

    @Test
    void keyThatCannotSignIsRefused() throws IOException {
        openssl("genpkey", "-algorithm", "x25519", "-out", "x25519.pem");
        assertUnusable(() -> Tls.context().privateKey(file("x25519.pem")), "private key", file("x25519.pem"))
                .hasMessageEndingWith("its PRIVATE KEY is malformed or of a kind that TLS cannot use");
    }

    @Test
    void malformedCertificateIsRefusedByItsNumber() throws IOException {
        Path malformed = write(
                "malformed-cert.pem", Files.readString(rsa.certificate()), pem("CERTIFICATE", new byte[] {0x30, 1, 2}));
        assertUnusable(() -> Tls.context().trust(malformed), "trust", malformed)
                .hasMessageEndingWith("its certificate 2 is malformed");
    }

    @Test
    void fileWithoutCertificateIsRefused() {
        assertUnusable(() -> Tls.context().certificate(rsa.key()), "certificate", rsa.key())
                .hasMessageEndingWith("it holds no certificate");
    }

    @Test
    void fileWithoutKeyIsRefused() {
        assertUnusable(() -> Tls.context().privateKey(rsa.certificate()), "private key", rsa.certificate())
                .hasMessageEndingWith("it must hold one private key and holds 0");
    }

    @Test
    void fileWithTwoKeysIsRefused() throws IOException {
        Path two = write("two.pem", Files.readString(rsa.key()), Files.readString(ec.key()));
        assertUnusable(() -> Tls.context().privateKey(two), "private key", two)
                .hasMessageEndingWith("it must hold one private key and holds 2");
    }

    @Test
    void encryptedKeyNeedsItsPassword() {
        Path encrypted = file("rsa.encrypted.pem");
        assertUnusable(() -> Tls.context().privateKey(encrypted), "private key", encrypted)
                .hasMessageEndingWith("its private key is encrypted and no password was given");
        assertUnusable(() -> Tls.context().privateKey(encrypted, WRONG), "private key", encrypted)
                .hasMessageEndingWith("its private key cannot be decrypted with the password given");
    }

    @Test
    void keyEncryptedInTheOldWayIsRefusedWithTheWayOut() {
        Path legacy = file("rsa.legacy.pem");
        assertUnusable(() -> Tls.context().privateKey(legacy, PASSWORD), "private key", legacy)
                .hasMessageEndingWith("its RSA PRIVATE KEY is encrypted in OpenSSL's own old form; "
                        + "\"openssl pkcs8 -topk8\" makes PKCS#8 of it");
    }

    @Test
    void keyStoreNeedsItsPassword() {
        for (Path store : List.of(file("store.p12"), file("store.jks"))) {
            assertUnusable(() -> Tls.context().keyStore(store, WRONG), "key store", store)
                    .hasMessageEndingWith("the password is wrong");
        }
    }

    @Test
    void keyOfAStoreNeedsTheSamePassword() {
        Path store = file("two-passwords.jks");
        assertUnusable(() -> Tls.context().keyStore(store, PASSWORD), "key store", store)
                .hasMessageEndingWith("a key in it has another password than the store");
    }

    @Test
    void keyStoreWithoutKeyIsRefused() throws Exception {
        KeyStore store = KeyStore.getInstance(file("store.p12").toFile(), PASSWORD);
        store.deleteEntry("own");
        store.deleteEntry("ec");
        try (OutputStream out = Files.newOutputStream(file("no-key.p12"))) {
            store.store(out, PASSWORD);
        }
        assertUnusable(() -> Tls.context().keyStore(file("no-key.p12"), PASSWORD), "key store", file("no-key.p12"))
                .hasMessageEndingWith("it holds no private key");
    }

    @ParameterizedTest
    @MethodSource("strangers")
    void keyMustMatchTheFirstCertificate(Path key, Path certificate) {
        assertUnusable(
                        () -> Tls.context()
                                .privateKey(key)
                                .certificate(certificate)
                                .build(),
                        "certificate",
                        certificate)
                .hasMessageMatching(
                        ".*: its first certificate, of \"CN=[a-z0-9]+\", does not match the private key in " + key);
    }

    static Stream<Arguments> strangers() {
        return Stream.of(
                argumentSet("RSA and RSA", file("root.key.pem"), rsa.certificate()),
                argumentSet("RSA and EC", rsa.key(), ec.certificate()),
                argumentSet("EC and RSA", ec.key(), rsa.certificate()),
                argumentSet("EC and EC of another curve", ec.key(), file("ec384.cert.pem")),
                argumentSet("EC and EC of a smaller curve", file("ec384.pem"), ec.certificate()),
                argumentSet("EC and EC", ec.key(), file("store.jks-own.pem")),
                argumentSet("EC and Ed25519", ec.key(), file("ed25519.cert.pem")),
                argumentSet("issuer first", file("root.key.pem"), file("chain.pem")));
    }

    @Test
    void chainInAnotherOrderIsRefused() {
        Path unordered = file("chain-unordered.pem");
        assertUnusable(() -> Tls.context().certificate(unordered), "certificate", unordered)
                .hasMessageEndingWith("each certificate must be issued by the next, "
                        + "and \"CN=middle\" is not issued by \"CN=leaf\"");
    }

    @Test
    void keyAndCertificateNeedEachOther() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Tls.context().privateKey(rsa.key()).build())
                .withMessage("A private key needs its certificate, and none was named beside " + rsa.key());
        assertThatIllegalStateException()
                .isThrownBy(() -> Tls.context().certificate(rsa.certificate()).build())
                .withMessage("A certificate needs its private key, and none was named beside " + rsa.certificate());
    }

    @Test
    void keyComesFromPemOrFromAStore() {
        Tls.Builder both = Tls.context()
                .privateKey(rsa.key())
                .certificate(rsa.certificate())
                .keyStore(file("store.p12"), PASSWORD);
        assertThatIllegalStateException()
                .isThrownBy(both::build)
                .withMessage("The private key comes from PEM files or from a key store, and both were named");
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertUnusable(
            ThrowingCallable call, String use, Path file) {
        return assertThatThrownBy(call)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The " + use + " file " + file + " cannot be used: ");
    }

    /** A handshake with a byte each way; the client checks the host name. Returns the protocol and the server's name. */
    private static String handshake(SSLContext server, SSLContext client, String... suites) throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (SSLServerSocket listening =
                (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
            listening.setSoTimeout((int) LIMIT.toMillis());
            CompletableFuture<Void> echo = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try (var accepted = listening.accept()) {
                    accepted.setSoTimeout((int) LIMIT.toMillis());
                    accepted.getOutputStream().write(accepted.getInputStream().read());
                    echo.complete(null);
                } catch (IOException e) {
                    echo.completeExceptionally(e);
                }
            });
            try (SSLSocket socket =
                    (SSLSocket) client.getSocketFactory().createSocket(loopback, listening.getLocalPort())) {
                socket.setSoTimeout((int) LIMIT.toMillis());
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                if (suites.length > 0) {
                    socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                    socket.setEnabledCipherSuites(suites);
                }
                socket.startHandshake();
                socket.getOutputStream().write('x');
                assertThat(socket.getInputStream().read()).isEqualTo('x');
                echo.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
                return socket.getSession().getProtocol() + " "
                        + socket.getSession().getPeerPrincipal();
            }
        }
    }

    private static Path file(String name) {
        return folder.resolve(name);
    }

    private static String read(String name) throws IOException {
        return Files.readString(file(name));
    }

    private static Path write(String name, String... parts) throws IOException {
        return Files.write(file(name), String.join("", parts).getBytes(UTF_8));
    }

    private static byte[] der(String name) throws IOException {
        return Base64.getMimeDecoder().decode(read(name).replaceAll("-----.*-----", ""));
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }

    private static void openssl(Object... arguments) throws IOException {
        Tool.OPENSSL.run(
                LIMIT, folder, Stream.of(arguments).map(Object::toString).toArray(String[]::new));
    }

    private static void selfSign(String key, String certificate) throws IOException {
        openssl(
                "req",
                "-x509",
                "-days",
                "2",
                "-key",
                key,
                "-subj",
                "/CN=own",
                "-addext",
                "subjectAltName=" + NAMES,
                "-out",
                certificate);
    }

    private static void issue(String issuer, String name, String extensions) throws IOException {
        write(name + ".ext", extensions);
        openssl(
                "req",
                "-nodes",
                "-newkey",
                "rsa:2048",
                "-subj",
                "/CN=" + name,
                "-keyout",
                name + ".key.pem",
                "-out",
                name + ".csr");
        openssl(
                "x509",
                "-req",
                "-days",
                "2",
                "-in",
                name + ".csr",
                "-CA",
                issuer + ".pem",
                "-CAkey",
                issuer + ".key.pem",
                "-CAcreateserial",
                "-extfile",
                name + ".ext",
                "-out",
                name + ".pem");
    }

    /** Writes the certificate of an entry as PEM to a file named store-alias.pem. */
    private static void export(String store, String alias) throws Exception {
        KeyStore keys = KeyStore.getInstance(file(store).toFile(), PASSWORD);
        write(
                store + "-" + alias + ".pem",
                pem("CERTIFICATE", keys.getCertificate(alias).getEncoded()));
    }

    private static void keytool(String alias, String type, String store, String... more) throws IOException {
        Tool.KEYTOOL.run(
                LIMIT,
                folder,
                Stream.concat(
                                Stream.of(
                                        "-genkeypair",
                                        "-alias",
                                        alias,
                                        "-dname",
                                        "CN=" + alias,
                                        "-ext",
                                        "SAN=dns:localhost,ip:127.0.0.1",
                                        "-storetype",
                                        type,
                                        "-keystore",
                                        store,
                                        "-storepass",
                                        "correct horse"),
                                Stream.of(more))
                        .toArray(String[]::new));
    }
}
