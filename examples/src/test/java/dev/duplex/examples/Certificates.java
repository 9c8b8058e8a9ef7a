package dev.duplex.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;

/** A certificate for the name localhost and its key, freshly made, as PEM files. */
record Certificates(Path certificate, Path key) {
    static Certificates in(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        Path store = folder.resolve("localhost.p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        try (Program program = Program.run(
                folder,
                Map.of(),
                keytool,
                "-genkeypair",
                "-alias",
                "localhost",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-keystore",
                store.toString(),
                "-storepass",
                "secret")) {
            if (program.exitCode() != 0) {
                throw new AssertionError(program.rest());
            }
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "secret".toCharArray());
        }
        return new Certificates(
                pem(
                        folder.resolve("localhost.pem"),
                        "CERTIFICATE",
                        keys.getCertificate("localhost").getEncoded()),
                pem(
                        folder.resolve("localhost-key.pem"),
                        "PRIVATE KEY",
                        Objects.requireNonNull(keys.getKey("localhost", "secret".toCharArray()))
                                .getEncoded()));
    }

    private static Path pem(Path file, String kind, byte[] content) throws IOException {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(content);
        return Files.writeString(file, "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }
}
