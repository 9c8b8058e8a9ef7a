package dev.duplex.peer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.UnrecoverableKeyException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes the {@link SSLContext} of a {@code wss} server or client from PEM files or a key store.
 *
 * <pre>{@code
 * SSLContext server = Tls.context()
 *         .privateKey(Path.of("key.pem"))
 *         .certificate(Path.of("chain.pem"))
 *         .build();
 * SSLContext client = Tls.context().trust(Path.of("ca.pem")).build();
 * }</pre>
 */
public final class Tls {
    private Tls() {}

    /** A builder that, left as it is, builds the context of a client that trusts what the JDK trusts. */
    public static Builder context() {
        return new Builder();
    }

    /**
     * Reads each file when it is named: a file that is missing, malformed or of no use where it is named is an
     * {@link IllegalArgumentException} that names it and says why. Keeps no password. Confined to one thread.
     */
    public static final class Builder {
        private static final char[] NO_PASSWORD = {};

        private @Nullable Path keyFile;
        private @Nullable PrivateKey key;
        private @Nullable Path chainFile;
        private List<X509Certificate> chain = List.of();
        private KeyManager @Nullable [] storeKeys;
        private final List<X509Certificate> trusted = new ArrayList<>();

        private Builder() {}

        /**
         * Takes the one private key in a PEM file: PKCS#8 (RSA, RSASSA-PSS, EC, EdDSA), PKCS#1 (RSA) or SEC1 (EC), not
         * encrypted. The file may hold certificates too, which are left alone here.
         */
        public Builder privateKey(Path file) {
            return privateKey(file, NO_PASSWORD);
        }

        /** Takes the one private key in a PEM file as {@link #privateKey(Path)} does, also an encrypted PKCS#8 one. */
        public Builder privateKey(Path file, char[] password) {
            key = PemFile.read(file, "private key").privateKey(password);
            keyFile = file;
            return this;
        }

        /**
         * Takes all certificates in a PEM file as the chain to present: first the one that belongs to the private key,
         * each issued by the next. The file may hold the private key too, which is left alone here.
         */
        public Builder certificate(Path file) {
            List<X509Certificate> read = PemFile.read(file, "certificate").certificates();
            for (int i = 1; i < read.size(); i++) {
                // RFC 8446 §4.4.2: each following certificate should directly certify the one preceding it.
                if (!read.get(i - 1).getIssuerX500Principal().equals(read.get(i).getSubjectX500Principal())) {
                    throw PemFile.unusable(
                            "certificate",
                            file,
                            "each certificate must be issued by the next, and \""
                                    + read.get(i - 1).getSubjectX500Principal() + "\" is not issued by \""
                                    + read.get(i).getSubjectX500Principal() + "\"");
                }
            }
            chain = read;
            chainFile = file;
            return this;
        }

        /**
         * Trusts the certificates in a PEM file instead of those the JDK trusts; a further call adds to them. A client
         * checks its server's certificate against them, a server the certificates of clients if it asks for any.
         */
        public Builder trust(Path file) {
            trusted.addAll(PemFile.read(file, "trust").certificates());
            return this;
        }

        /** Takes the private keys and their certificates in a PKCS#12 or JKS store, whose keys have the store's password. */
        public Builder keyStore(Path file, char[] password) {
            if (!Files.isRegularFile(file)) {
                throw PemFile.unusable("key store", file, "there is no such file");
            }
            try {
                KeyStore store = KeyStore.getInstance(file.toFile(), password);
                boolean holdsKey = false;
                for (String alias : Collections.list(store.aliases())) {
                    holdsKey |= store.isKeyEntry(alias);
                }
                if (!holdsKey) {
                    throw PemFile.unusable("key store", file, "it holds no private key");
                }
                storeKeys = keyManagers(store, password);
                return this;
            } catch (IOException e) {
                // KeyStore.load's contract: a wrong password is an IOException caused by UnrecoverableKeyException.
                String why = e.getCause() instanceof UnrecoverableKeyException
                        ? "the password is wrong"
                        : "it cannot be read: " + e.getMessage();
                throw PemFile.unusable("key store", file, why, e);
            } catch (UnrecoverableKeyException e) {
                throw PemFile.unusable("key store", file, "a key in it has another password than the store", e);
            } catch (GeneralSecurityException e) {
                throw PemFile.unusable("key store", file, "it is not a PKCS#12 or JKS store", e);
            }
        }

        /**
         * The context made of what was named.
         *
         * @throws IllegalArgumentException if the private key does not belong to the first certificate
         * @throws IllegalStateException if a private key has no certificate, a certificate no private key, or both a
         *     private key and a key store were named
         */
        public SSLContext build() {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(keys(), trust(), null);
                return context;
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException("The JDK cannot make the TLS context: " + e.getMessage(), e);
            }
        }

        private KeyManager @Nullable [] keys() throws GeneralSecurityException, IOException {
            if (key == null && chainFile == null) {
                return storeKeys;
            }
            if (storeKeys != null) {
                throw new IllegalStateException(
                        "The private key comes from PEM files or from a key store, and both were named");
            }
            if (chainFile == null) {
                throw new IllegalStateException(
                        "A private key needs its certificate, and none was named beside " + keyFile);
            }
            if (key == null) {
                throw new IllegalStateException(
                        "A certificate needs its private key, and none was named beside " + chainFile);
            }
            X509Certificate own = chain.get(0);
            if (!belong(key, own.getPublicKey())) {
                throw PemFile.unusable(
                        "certificate",
                        chainFile,
                        "its first certificate, of \"" + own.getSubjectX500Principal()
                                + "\", does not match the private key in " + keyFile);
            }
            KeyStore store = emptyStore();
            store.setKeyEntry("own", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
            return keyManagers(store, NO_PASSWORD);
        }

        private TrustManager @Nullable [] trust() throws GeneralSecurityException, IOException {
            if (trusted.isEmpty()) {
                return null;
            }
            KeyStore store = emptyStore();
            for (int i = 0; i < trusted.size(); i++) {
                store.setCertificateEntry("trusted" + i, trusted.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        }

        private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        }

        private static KeyManager[] keyManagers(KeyStore store, char[] password) throws GeneralSecurityException {
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, password);
            return factory.getKeyManagers();
        }

        /** Whether what the private key signs, the public key verifies; RSA keys are compared by their modulus. */
        private static boolean belong(PrivateKey key, PublicKey publicKey) throws GeneralSecurityException {
            if (key instanceof RSAKey mine && publicKey instanceof RSAKey theirs) {
                return mine.getModulus().equals(theirs.getModulus());
            }
            if (!key.getAlgorithm().equals(publicKey.getAlgorithm())) {
                return false;
            }
            byte[] probe = "Duplex".getBytes(StandardCharsets.US_ASCII);
            Signature signature =
                    Signature.getInstance(key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : key.getAlgorithm());
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(probe);
            try {
                return signature.verify(signed);
            } catch (SignatureException e) {
                return false; // the two are of different curves
            }
        }
    }
}
