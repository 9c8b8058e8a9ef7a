package dev.duplex.arquillian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import org.jboss.arquillian.config.descriptor.api.ContainerDef;
import org.jboss.arquillian.config.descriptor.impl.ContainerDefImpl;
import org.jboss.arquillian.container.spi.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code arquillian.xml} may say of a container. */
final class ContainerSettingsTest {
    private static final String PASSWORD = "geheim";

    @TempDir
    Path folder;

    @Test
    void nothingHasToBeSaid() throws IOException {
        ContainerSettings settings = settings();
        assertThat(settings.host()).isEqualTo("127.0.0.1");
        assertThat(settings.port()).isZero();
        assertThat(settings.contextPath()).isNull();
        assertThat(settings.isolated()).isNull();
        assertThat(settings.tolerateFailedDeployments()).isFalse();
        assertThat(settings.stopTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.serverProperties()).isEmpty();
        assertThat(settings.identity()).isNull();
    }

    @Test
    void whatIsSaidIsTakenWithoutTheSpaceAroundIt() {
        ContainerSettings settings = settings(
                "host",
                " ::1 ",
                "port",
                "\n  8080\n",
                "contextPath",
                "/",
                "isolated",
                "false",
                "tolerateFailedDeployments",
                "true",
                "stopTimeout",
                "2.5",
                "dev.duplex.compression",
                " false ");
        assertThat(settings.container()).isEqualTo("test");
        assertThat(settings.host()).isEqualTo("::1");
        assertThat(settings.port()).isEqualTo(8080);
        assertThat(settings.contextPath()).isEmpty();
        assertThat(settings.isolated()).isFalse();
        assertThat(settings.tolerateFailedDeployments()).isTrue();
        assertThat(settings.stopTimeout()).isEqualTo(Duration.ofMillis(2500));
        assertThat(settings.serverProperties())
                .containsOnlyKeys("dev.duplex.compression")
                .containsValue("false");
        assertThat(settings("stopTimeout", "PT1M").stopTimeout()).isEqualTo(Duration.ofMinutes(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "host | `` | host must be the name or an address of this machine, not \"\"",
                "port | http | port must be a number from 0 to 65535, 0 for any that is free, not \"http\"",
                "port | -1 | port must be a number from 0 to 65535, 0 for any that is free, not \"-1\"",
                "port | 65536 | port must be a number from 0 to 65535, 0 for any that is free, not \"65536\"",
                "contextPath | chat | contextPath must be empty, or start with a slash and end with none, not \"chat\"",
                "contextPath | /chat/ | contextPath must be empty, or start with a slash and end with none, not"
                        + " \"/chat/\"",
                "isolated | yes | isolated must be true or false, not \"yes\"",
                "tolerateFailedDeployments | 1 | tolerateFailedDeployments must be true or false, not \"1\"",
                "stopTimeout | soon | stopTimeout must be a number of seconds, or a duration such as PT2.5S, not"
                        + " \"soon\"",
                "stopTimeout | NaN | stopTimeout must be a number of seconds, or a duration such as PT2.5S, not"
                        + " \"NaN\"",
                "stopTimeout | -1 | stopTimeout must be a number of seconds, or a duration such as PT2.5S, not \"-1\"",
                "stopTimeout | PTX | stopTimeout must be a number of seconds, or a duration such as PT2.5S, not"
                        + " \"PTX\"",
                "tls | on | tls must be true or false, not \"on\"",
                "tlsKeyStore | `` | tlsKeyStore must be a PKCS#12 or JKS file, not \"\"",
                "tlsKeyStore | none.p12 | none.p12",
                "tlsKey | key.pem | tlsCertificate and tlsKey need each other, and tlsCertificate is missing",
                "tlsCertificate | own.pem | tlsCertificate and tlsKey need each other, and tlsKey is missing",
                "dev.duplex.compression | perhaps | dev.duplex.compression",
                "dev.duplex.speed | high | There is no property dev.duplex.speed"
            })
    void aWrongValueIsRefusedByName(String property, String value, String why) {
        assertThatThrownBy(() -> settings(property, value))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("The container test of arquillian.xml is wrong: ")
                .hasMessageContaining(why);
    }

    @Test
    void aPropertyThatDoesNotExistIsRefusedWithThoseThatDo() {
        assertThatThrownBy(() -> settings("prot", "8080"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("The container test of arquillian.xml is wrong: there is no property prot, whose value is"
                        + " \"8080\"; there are host, port, contextPath, isolated, tolerateFailedDeployments,"
                        + " stopTimeout, tls, tlsCertificate, tlsKey, tlsKeyStore, tlsPassword and those of the"
                        + " server, dev.duplex.*");
    }

    @Test
    void aKeyStoreNeedsItsPassword() throws IOException {
        Path store = folder.resolve("own.p12");
        Identity.write(store, PASSWORD, "localhost");
        assertThat(settings("tlsKeyStore", store.toString(), "tlsPassword", PASSWORD)
                        .identity())
                .isNotNull();
        assertThatThrownBy(() -> settings("tlsKeyStore", store.toString(), "tlsPassword", "wrong-one"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("own.p12")
                .hasMessageContaining("password is wrong");
    }

    @Test
    void thereIsOneSourceOfTheKey() throws Exception {
        Path store = folder.resolve("own.p12");
        Path certificate = folder.resolve("own.pem");
        Path key = folder.resolve("own.key.pem");
        Identity.write(store, PASSWORD, "localhost");
        KeyStore loaded = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        Key secret = loaded.getKey("duplex", PASSWORD.toCharArray());
        pem(certificate, "CERTIFICATE", loaded.getCertificate("duplex").getEncoded());
        pem(key, "PRIVATE KEY", secret.getEncoded());

        assertThat(settings("tlsCertificate", certificate.toString(), "tlsKey", key.toString())
                        .identity())
                .isNotNull();
        assertThatThrownBy(() ->
                        settings("tlsKeyStore", store.toString(), "tlsPassword", PASSWORD, "tlsKey", key.toString()))
                .hasMessageContaining("from tlsKeyStore, or from tlsKey with tlsCertificate: leave one of them out");
        assertThatThrownBy(() ->
                        settings("tls", "false", "tlsCertificate", certificate.toString(), "tlsKey", key.toString()))
                .hasMessageContaining("tls is false, and a file for TLS is named: leave one of them out");
    }

    private static void pem(Path file, String kind, byte[] content) throws IOException {
        Files.writeString(
                file,
                "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                        + kind + "-----\n");
    }

    private static ContainerSettings settings(String... said) {
        ContainerDef definition = new ContainerDefImpl("arquillian.xml").setContainerName("test");
        for (int i = 0; i < said.length; i += 2) {
            definition.property(said[i], said[i + 1]);
        }
        ContainerSettings settings = new ContainerSettings();
        settings.read(definition);
        settings.validate();
        return settings;
    }
}
