package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.PeerPolicy;
import jakarta.websocket.DeploymentException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConnectionPolicyTest {
    @PeerPolicy(
            pingFrequencySeconds = 7,
            maxReceivePayload = 700,
            shutdownTimeoutSeconds = 8,
            writeTimeoutSeconds = 9,
            shutdownCode = 1012)
    private static final class Annotated {}

    @PeerPolicy(writeTimeoutSeconds = 0)
    private static final class WronglyAnnotated {}

    private static ConnectionPolicy server(Map<String, ?> user, Class<?> type, Map<String, ?> container)
            throws DeploymentException {
        return ConnectionPolicy.of(false, user, type, container);
    }

    private static ConnectionPolicy server(String key, Object value) throws DeploymentException {
        return server(Map.of(key, value), Object.class, Map.of());
    }

    private static long seconds(double seconds) {
        return (long) (seconds * 1e9);
    }

    @Test
    void hasBuiltInDefaultsForBothRoles() throws DeploymentException {
        assertThat(server(Map.of(), Object.class, Map.of()))
                .isEqualTo(new ConnectionPolicy(
                        false, seconds(120), -1, seconds(10), seconds(20), 1001, 8 << 20, true, seconds(10)));
        assertThat(ConnectionPolicy.of(true, Map.of(), Object.class, Map.of()))
                .isEqualTo(
                        new ConnectionPolicy(true, 0, -1, seconds(10), seconds(20), 1001, 8 << 20, false, seconds(10)));
    }

    @Test
    void containerDefaultGoesBeforeTheBuiltIn() throws DeploymentException {
        assertThat(server(Map.of(), Object.class, Map.of("dev.duplex.writeTimeout", 3))
                        .writeTimeout())
                .isEqualTo(seconds(3));
    }

    @Test
    void annotationGoesBeforeTheContainerDefault() throws DeploymentException {
        Map<String, Object> container = Map.of(
                "dev.duplex.pingFrequency",
                1,
                "dev.duplex.maxReceivePayload",
                1,
                "dev.duplex.shutdownTimeout",
                1,
                "dev.duplex.writeTimeout",
                1,
                "dev.duplex.shutdownCode",
                1000);
        ConnectionPolicy policy = server(Map.of(), Annotated.class, container);
        assertThat(policy.pingFrequency()).isEqualTo(seconds(7));
        assertThat(policy.maxReceivePayload()).isEqualTo(700);
        assertThat(policy.shutdownTimeout()).isEqualTo(seconds(8));
        assertThat(policy.writeTimeout()).isEqualTo(seconds(9));
        assertThat(policy.shutdownCode()).isEqualTo(1012);
    }

    @Test
    void userPropertyGoesBeforeTheAnnotation() throws DeploymentException {
        assertThat(server(Map.of("dev.duplex.pingFrequency", 0), Annotated.class, Map.of())
                        .pingFrequency())
                .isZero();
        assertThat(server(Map.of("dev.duplex.shutdownCode", "4000"), Annotated.class, Map.of())
                        .shutdownCode())
                .isEqualTo(4000);
    }

    @ParameterizedTest
    @CsvSource({"2.5, 2.5", "PT2.5S, 2.5", "pt1m, 60", "30, 30"})
    void readsTimesFromText(String text, double expected) throws DeploymentException {
        assertThat(server("dev.duplex.timeout", text).timeout()).isEqualTo(seconds(expected));
    }

    @Test
    void readsTimesFromNumbersAndDurations() throws DeploymentException {
        assertThat(server("dev.duplex.timeout", 4).timeout()).isEqualTo(seconds(4));
        assertThat(server("dev.duplex.timeout", 0.25).timeout()).isEqualTo(seconds(0.25));
        assertThat(server("dev.duplex.timeout", Duration.ofMillis(5)).timeout()).isEqualTo(5_000_000);
    }

    @Test
    void takesTheLongestTimeForOneThatIsTooLong() throws DeploymentException {
        assertThat(server("dev.duplex.timeout", Duration.ofSeconds(Long.MAX_VALUE))
                        .timeout())
                .isEqualTo(Duration.ofDays(36_500).toNanos());
        assertThat(server("dev.duplex.timeout", Double.POSITIVE_INFINITY).timeout())
                .isEqualTo(Duration.ofDays(36_500).toNanos());
    }

    @Test
    void readsBytesFromNumbersAndText() throws DeploymentException {
        assertThat(server("dev.duplex.maxPendingBytes", 4096L).maxPendingBytes())
                .isEqualTo(4096);
        assertThat(server("dev.duplex.maxReceivePayload", "65536").maxReceivePayload())
                .isEqualTo(65_536);
        assertThat(server("dev.duplex.maxReceivePayload", 10.0).maxReceivePayload())
                .isEqualTo(10);
    }

    @Test
    void readsFlagsFromTextAndBooleans() throws DeploymentException {
        assertThat(server("dev.duplex.compression", false).compression()).isFalse();
        assertThat(server("dev.duplex.compression", "False").compression()).isFalse();
        assertThat(ConnectionPolicy.of(true, Map.of("dev.duplex.compression", "TRUE"), Object.class, Map.of())
                        .compression())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "pingFrequency, often, 'a time of zero or more, as a Duration, a number of seconds or a String of either'",
        "pingFrequency, -1, 'a time of zero or more, as a Duration, a number of seconds or a String of either'",
        "writeTimeout, 0, 'a time longer than zero, as a Duration, a number of seconds or a String of either'",
        "shutdownTimeout, P, 'a time longer than zero, as a Duration, a number of seconds or a String of either'",
        "timeout, NaN, 'a time longer than zero, as a Duration, a number of seconds or a String of either'",
        "maxReceivePayload, 0, a number of bytes from 1 to 2147483647",
        "maxReceivePayload, 2147483648, a number of bytes from 1 to 2147483647",
        "maxPendingBytes, 1k, a number of bytes from 1 to 2147483647",
        "shutdownCode, 1005, a code that a Close may carry (RFC 6455 §7.4)",
        "shutdownCode, 4294968296, a code that a Close may carry (RFC 6455 §7.4)",
        "compression, yes, true or false",
    })
    void refusesAWrongValueAndNamesKeyAndValue(String name, String value, String wanted) {
        assertThatThrownBy(() -> server("dev.duplex." + name, value))
                .isInstanceOf(DeploymentException.class)
                .hasMessage("dev.duplex." + name + " must be " + wanted + ", not " + value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pingFrequency", "maxReceivePayload", "shutdownCode", "compression"})
    void refusesAValueOfAnotherType(String name) {
        assertThatThrownBy(() -> server("dev.duplex." + name, Map.of()))
                .isInstanceOf(DeploymentException.class)
                .hasMessageStartingWith("dev.duplex." + name + " must be ")
                .hasMessageEndingWith(", not {}");
    }

    @Test
    void refusesAWrongAnnotation() {
        assertThatThrownBy(() -> server(Map.of(), WronglyAnnotated.class, Map.of()))
                .isInstanceOf(DeploymentException.class)
                .hasMessageStartingWith("dev.duplex.writeTimeout must be a time longer than zero");
    }

    @Test
    void containersRefuseWrongDefaults() {
        Map<String, Object> wrong = Map.of("dev.duplex.timeout", "soon");
        assertThatThrownBy(() -> new DuplexContainer(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dev.duplex.timeout")
                .hasMessageContaining("soon");
        assertThatThrownBy(
                        () -> DuplexServerContainer.builder().properties(wrong).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dev.duplex.timeout");
    }
}
