package dev.duplex.peer.interop;

import dev.duplex.peer.Tls;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;

/** A fresh private key and its self-signed certificate, as PEM files made by openssl. */
public record Identity(Path key, Path certificate) {
    public static final List<String> RSA = List.of("rsa:2048");
    public static final List<String> EC = List.of("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1");

    /** Makes one for a server on this machine. */
    public static Identity local(Path folder) throws IOException {
        return make(folder, "own", EC, "DNS:localhost,IP:127.0.0.1");
    }

    /**
     * Makes one, named in its subject and in the names of its files.
     *
     * @param names as a subjectAltName has them, say {@code DNS:localhost,IP:127.0.0.1}
     */
    public static Identity make(Path folder, String name, List<String> algorithm, String names) throws IOException {
        Identity made = new Identity(folder.resolve(name + ".key.pem"), folder.resolve(name + ".cert.pem"));
        List<String> arguments = new ArrayList<>(List.of("req", "-x509", "-nodes", "-days", "2", "-newkey"));
        arguments.addAll(algorithm);
        arguments.addAll(List.of("-subj", "/CN=" + name, "-addext", "subjectAltName=" + names));
        arguments.addAll(List.of("-keyout", made.key.toString(), "-out", made.certificate.toString()));
        Tool.OPENSSL.run(Duration.ofSeconds(30), folder, arguments.toArray(String[]::new));
        return made;
    }

    /** For who has this identity. */
    public SSLContext serving() {
        return Tls.context().privateKey(key).certificate(certificate).build();
    }

    /** For who believes this identity and no other. */
    public SSLContext trusting() {
        return Tls.context().trust(certificate).build();
    }
}
