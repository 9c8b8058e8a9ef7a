package dev.duplex.arquillian;

import dev.duplex.peer.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Who the server is over TLS, and how a client comes to trust that.
 *
 * @param server with the private key and its certificate
 * @param client trusts this certificate and no other
 */
record Identity(SSLContext server, SSLContext client) {
    private static final String NO_SECRET = "changeit"; // of a store that is deleted before the server starts
    private static final int KEYTOOL_SECONDS = 60;

    /**
     * That of PEM files.
     *
     * @throws IllegalArgumentException that names the file that cannot be used, and says why
     */
    static Identity pem(Path certificate, Path key, char[] password) {
        return new Identity(
                Tls.context().certificate(certificate).privateKey(key, password).build(),
                Tls.context().trust(certificate).build());
    }

    /**
     * That of a PKCS#12 or JKS store.
     *
     * @throws IllegalArgumentException that names the file that cannot be used, and says why
     */
    static Identity keyStore(Path file, char[] password) {
        SSLContext server = Tls.context().keyStore(file, password).build();
        try {
            KeyStore own = KeyStore.getInstance(file.toFile(), password);
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            for (String alias : Collections.list(own.aliases())) {
                Certificate[] chain = own.getCertificateChain(alias);
                if (chain != null) {
                    trusted.setCertificateEntry(alias, chain[0]);
                }
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext client = SSLContext.getInstance("TLS");
            client.init(null, trust.getTrustManagers(), null);
            return new Identity(server, client);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("the key store " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * One that did not exist before, and that holds for this host, {@code localhost} and the loopback addresses.
     *
     * @throws IOException when that fails; its text has what keytool said
     */
    static Identity selfSigned(String host) throws IOException {
        TemporaryFolder folder = TemporaryFolder.create();
        try {
            Path store = folder.path().resolve("identity.p12");
            write(store, NO_SECRET, host);
            return keyStore(store, NO_SECRET.toCharArray());
        } finally {
            folder.delete();
        }
    }

    /** Writes one to a new store. The JDK has no API that signs a certificate, so its keytool does. */
    static void write(Path store, String password, String host) throws IOException {
        String name = (host.indexOf(':') >= 0 || host.matches("[\\d.]+") ? "ip:" : "dns:") + host;
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=Duplex in a test",
                "-ext",
                "san=" + name + ",dns:localhost,ip:127.0.0.1,ip:::1",
                "-validity",
                "2",
                "-alias",
                "duplex",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                password);
        Path output = store.resolveSibling("keytool.txt");
        Process keytool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!ended(keytool) || keytool.exitValue() != 0) {
            throw new IOException("keytool of the JDK made no certificate: "
                    + Files.readString(output).strip());
        }
    }

    private static boolean ended(Process keytool) throws IOException {
        try {
            return keytool.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool made a certificate", e);
        } finally {
            keytool.destroyForcibly(); // has no effect on one that has ended
        }
    }
}
