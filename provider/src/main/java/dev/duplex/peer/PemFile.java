package dev.duplex.peer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of one PEM file (RFC 7468), read whole; text around the blocks is a comment.
 *
 * @param use what the file was named for, as failures say it
 */
record PemFile(String use, Path file, List<Block> blocks) {
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";

    /** The kinds of key a certificate of TLS can have. */
    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

    /** What stands between a BEGIN and its END line, decoded. */
    @SuppressWarnings("ArrayRecordComponent") // blocks are not compared
    record Block(String label, byte[] der) {}

    static PemFile read(Path file, String use) {
        String text;
        try {
            // Comments may be in any encoding; the blocks are ASCII.
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw unusable(use, file, "there is no such file", e);
        } catch (IOException e) {
            throw unusable(use, file, "it cannot be read: " + e, e);
        }
        List<Block> blocks = new ArrayList<>();
        int end = 0;
        for (int begin; (begin = text.indexOf(BEGIN, end)) >= 0; ) {
            int labelAt = begin + BEGIN.length();
            int labelEnd = text.indexOf(DASHES, labelAt);
            String label = labelEnd < 0 ? "" : text.substring(labelAt, labelEnd);
            end = text.indexOf("-----END " + label + DASHES, labelAt);
            if (end < 0) {
                throw unusable(use, file, "a BEGIN line in it has no END line");
            }
            String body = text.substring(labelEnd + DASHES.length(), end);
            if (body.contains("Proc-Type:")) {
                throw unusable(
                        use,
                        file,
                        "its " + label + " is encrypted in OpenSSL's own old form; \"openssl pkcs8 -topk8\" makes"
                                + " PKCS#8 of it");
            }
            try {
                blocks.add(new Block(label, Base64.getDecoder().decode(body.replaceAll("\\s", ""))));
            } catch (IllegalArgumentException e) {
                throw unusable(use, file, "its " + label + " is not base64", e);
            }
        }
        if (blocks.isEmpty()) {
            throw unusable(use, file, "it is not PEM: no BEGIN line is in it");
        }
        return new PemFile(use, file, List.copyOf(blocks));
    }

    /** All certificates, in the order of the file, at least one. */
    List<X509Certificate> certificates() {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks) {
            if (block.label.equals("CERTIFICATE")) {
                try {
                    certificates.add((X509Certificate) CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(block.der)));
                } catch (CertificateException e) {
                    throw unusable(use, file, "its certificate " + (certificates.size() + 1) + " is malformed", e);
                }
            }
        }
        if (certificates.isEmpty()) {
            throw unusable(use, file, "it holds no certificate");
        }
        return List.copyOf(certificates);
    }

    /** The only private key of the file. */
    PrivateKey privateKey(char[] password) {
        List<Block> keys = blocks.stream()
                .filter(block -> block.label.endsWith("PRIVATE KEY"))
                .toList();
        if (keys.size() != 1) {
            throw unusable(use, file, "it must hold one private key and holds " + keys.size());
        }
        Block block = keys.get(0);
        boolean encrypted = block.label.equals("ENCRYPTED PRIVATE KEY");
        if (encrypted && password.length == 0) {
            throw unusable(use, file, "its private key is encrypted and no password was given");
        }
        try {
            return decode(encrypted ? decrypt(block.der, password) : pkcs8(block));
        } catch (IOException | GeneralSecurityException e) {
            String why = encrypted
                    ? "its private key cannot be decrypted with the password given"
                    : "its " + block.label + " is malformed or of a kind that TLS cannot use";
            throw unusable(use, file, why, e);
        }
    }

    /** The exception for a file that cannot serve what it was named for. */
    static IllegalArgumentException unusable(String use, Path file, String why) {
        return unusable(use, file, why, null);
    }

    static IllegalArgumentException unusable(String use, Path file, String why, @Nullable Exception cause) {
        return new IllegalArgumentException("The " + use + " file " + file + " cannot be used: " + why, cause);
    }

    private static byte[] pkcs8(Block block) throws InvalidKeySpecException {
        return switch (block.label) {
            case "PRIVATE KEY" -> block.der;
            case "RSA PRIVATE KEY" -> Der.pkcs8OfPkcs1(block.der);
            case "EC PRIVATE KEY" -> Der.pkcs8OfSec1(block.der);
            default -> throw new InvalidKeySpecException("Known are PKCS#8, PKCS#1 and SEC1");
        };
    }

    private static byte[] decrypt(byte[] der, char[] password) throws IOException, GeneralSecurityException {
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
        AlgorithmParameters parameters = info.getAlgParameters();
        if (parameters == null) {
            throw new NoSuchAlgorithmException(info.getAlgName());
        }
        // PBES2 is a frame for other algorithms, and the JDK knows them by the name that its parameters spell.
        String algorithm = info.getAlgName().startsWith("PBEWith") ? info.getAlgName() : parameters.toString();
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(
                Cipher.DECRYPT_MODE,
                SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password)),
                parameters);
        return cipher.doFinal(info.getEncryptedData());
    }

    private static PrivateKey decode(byte[] pkcs8) throws GeneralSecurityException {
        InvalidKeySpecException refusal = new InvalidKeySpecException("Not a key of " + KEY_ALGORITHMS);
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                refusal.addSuppressed(e);
            }
        }
        throw refusal;
    }
}
