package dev.duplex.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PeerOptionsTest {
    @Test
    void defaultsAreThoseOfTheContract() {
        PeerOptions options = PeerOptions.defaults();
        assertThat(options.timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(options.maxReceivePayload()).isEqualTo(1 << 20);
        assertThat(options.sslContext()).isNull();
        assertThat(options.writeTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(options.shutdownTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(options.subprotocols()).isEmpty();
        assertThat(options.maxConnections()).isEqualTo(100_000);
        assertThat(PeerOptions.builder().build()).isEqualTo(options);
    }

    @Test
    void serverPingsEach120SecondsAndClientNever() {
        assertThat(PeerOptions.defaults().settings(Role.SERVER).pingFrequency())
                .isEqualTo(Duration.ofMinutes(2).toNanos());
        assertThat(PeerOptions.defaults().settings(Role.CLIENT).pingFrequency()).isZero();
        PeerOptions given =
                PeerOptions.builder().pingFrequency(Duration.ofSeconds(3)).build();
        for (Role role : Role.values()) {
            assertThat(given.settings(role).pingFrequency())
                    .isEqualTo(Duration.ofSeconds(3).toNanos());
        }
    }

    @Test
    void serverCompressesAndClientDoesNotUnlessTold() {
        assertThat(PeerOptions.defaults().compresses(Role.SERVER)).isTrue();
        assertThat(PeerOptions.defaults().compresses(Role.CLIENT)).isFalse();
        for (Role role : Role.values()) {
            assertThat(PeerOptions.builder().compression(true).build().compresses(role))
                    .isTrue();
            assertThat(PeerOptions.builder().compression(false).build().compresses(role))
                    .isFalse();
            assertThat(PeerOptions.builder()
                            .compression(Compression.DENSE)
                            .build()
                            .compresses(role))
                    .isTrue();
        }
    }

    @Test
    void builderSetsEachOption() throws Exception {
        SSLContext context = SSLContext.getDefault();
        PeerOptions options = PeerOptions.builder()
                .timeout(Duration.ofSeconds(1))
                .pingFrequency(Duration.ofSeconds(2))
                .maxReceivePayload(3)
                .sslContext(context)
                .writeTimeout(Duration.ofSeconds(4))
                .shutdownTimeout(Duration.ofSeconds(5))
                .compression(Compression.DENSE)
                .subprotocols("a", "b")
                .maxConnections(6)
                .build();
        assertThat(options)
                .isEqualTo(new PeerOptions(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        3,
                        context,
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(5),
                        true,
                        Compression.DENSE,
                        List.of("a", "b"),
                        6));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesWhatIsNotPositive(String message, Consumer<PeerOptions.Builder> setting) {
        PeerOptions.Builder builder = PeerOptions.builder();
        setting.accept(builder);
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessage(message);
    }

    static Stream<Arguments> refused() {
        Duration past = Duration.ofSeconds(-1);
        return Stream.of(
                refusal("timeout must be longer than zero, not PT0S", b -> b.timeout(Duration.ZERO)),
                refusal("timeout must be longer than zero, not PT-1S", b -> b.timeout(past)),
                refusal("writeTimeout must be longer than zero, not PT0S", b -> b.writeTimeout(Duration.ZERO)),
                refusal("shutdownTimeout must be longer than zero, not PT-1S", b -> b.shutdownTimeout(past)),
                refusal("pingFrequency is PT-1S; zero turns pings off", b -> b.pingFrequency(past)),
                refusal("maxReceivePayload must be at least 1, not 0", b -> b.maxReceivePayload(0)),
                refusal("maxConnections must be at least 1, not -1", b -> b.maxConnections(-1)));
    }

    private static Arguments refusal(String message, Consumer<PeerOptions.Builder> setting) {
        return Arguments.argumentSet(message, message, setting);
    }

    @Test
    void mapTakesTheNamesAndNumbersOfTheLuaLibrary() throws Exception {
        SSLContext context = SSLContext.getDefault();
        PeerOptions options = PeerOptions.of(
                Map.of("timeout", 2.5, "ping_frequency", 60, "max_receive_payload", 65_536L, "ctx", context));
        assertThat(options)
                .isEqualTo(PeerOptions.builder()
                        .timeout(Duration.ofMillis(2500))
                        .pingFrequency(Duration.ofMinutes(1))
                        .maxReceivePayload(65_536)
                        .sslContext(context)
                        .build());
        assertThat(PeerOptions.of(Map.of("timeout", Duration.ofSeconds(3))).timeout())
                .isEqualTo(Duration.ofSeconds(3));
        assertThat(PeerOptions.of(Map.of())).isEqualTo(PeerOptions.defaults());
    }

    @Test
    void pingTimeoutIsAnotherNameOfPingFrequency() {
        assertThat(PeerOptions.of(Map.of("ping_timeout", 15)).pingFrequency()).isEqualTo(Duration.ofSeconds(15));
        assertThat(PeerOptions.of(Map.of("ping_timeout", 0)).pingFrequency()).isEqualTo(Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ping_freq", "Timeout", "", "maxReceivePayload"})
    void mapRefusesAnUnknownKey(String key) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PeerOptions.of(Map.of(key, 1)))
                .withMessage("unknown option " + key
                        + "; there are timeout, ping_frequency, ping_timeout, max_receive_payload and ctx");
    }

    @Test
    void mapRefusesAValueOfAnotherType() {
        assertRefused("timeout", "soon", "option timeout must be a number of seconds or a Duration, not soon");
        assertRefused("ping_timeout", true, "option ping_timeout must be a number of seconds or a Duration, not true");
        assertRefused("ctx", "ctx.pem", "option ctx must be an SSLContext, not ctx.pem");
        assertRefused(
                "max_receive_payload",
                1L << 31,
                "option max_receive_payload must be a number of bytes below 2 GiB, not 2147483648");
        assertRefused(
                "max_receive_payload",
                "1M",
                "option max_receive_payload must be a number of bytes below 2 GiB, not 1M");
        assertRefused("timeout", 0, "timeout must be longer than zero, not PT0S");
        assertRefused("timeout", -1, "timeout must be longer than zero, not PT-1S");
        assertRefused("max_receive_payload", 0, "maxReceivePayload must be at least 1, not 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PeerOptions.of(Collections.singletonMap("timeout", null)))
                .withMessage("option timeout must be a number of seconds or a Duration, not null");
    }

    private static void assertRefused(String key, Object value, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PeerOptions.of(Map.of(key, value)))
                .withMessage(message);
    }
}
