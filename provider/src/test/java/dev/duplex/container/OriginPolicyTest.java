package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OriginPolicyTest {
    @Test
    void letsProgramsWithoutAnOriginThrough() {
        assertThat(OriginPolicy.sameHost().allows(null, "example.com")).isTrue();
        assertThat(OriginPolicy.sameHost().allows(null, null)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "http://example.com, example.com",
        "https://example.com, example.com:8443",
        "http://example.com:3000, example.com",
        "https://EXAMPLE.com, example.COM",
        "http://[::1]:80, [::1]:8080",
        "http://a_b:80, a_b",
    })
    void letsPagesOfTheSameHostThrough(String origin, String host) {
        assertThat(OriginPolicy.sameHost().allows(origin, host)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "http://evil.com, example.com",
        "http://example.com.evil.com, example.com",
        "http://evil.com/example.com, example.com",
        "http://example.com@evil.com, example.com",
        "http://evil.com:80, evil",
        "null, example.com",
        "'', example.com",
        "example.com, example.com",
        "http://, example.com",
        "http://example.com/, example.com",
        "not an origin, example.com",
        "http://[::2], [::1]",
    })
    void refusesOtherPages(String origin, String host) {
        assertThat(OriginPolicy.sameHost().allows(origin, host)).isFalse();
    }

    @Test
    void refusesAnOriginWhenTheRequestHasNoHost() {
        assertThat(OriginPolicy.sameHost().allows("http://example.com", null)).isFalse();
    }

    @Test
    void allowsWhatIsListed() {
        OriginPolicy policy = OriginPolicy.sameHost()
                .allowing("https://app.example.com", "http://localhost:3000")
                .allowing("null");
        assertThat(policy.allows("https://app.example.com", "api.example.com")).isTrue();
        assertThat(policy.allows("https://APP.example.com:443", "api.example.com"))
                .isTrue();
        assertThat(policy.allows("http://localhost:3000", "api.example.com")).isTrue();
        assertThat(policy.allows("null", "api.example.com")).isTrue();
        assertThat(policy.allows("http://app.example.com", "api.example.com")).isFalse();
        assertThat(policy.allows("http://localhost:3001", "api.example.com")).isFalse();
        assertThat(policy.allows("http://api.example.com", "api.example.com")).isTrue();
    }

    @Test
    void anyAllowsAll() {
        assertThat(OriginPolicy.any().allows("http://evil.com", "example.com")).isTrue();
        assertThat(OriginPolicy.any().allows("rubbish", null)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"example.com", "https://example.com/", "https://example.com/path", "", "https://u@example.com"})
    void refusesToAllowWhatIsNoOrigin(String origin) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OriginPolicy.sameHost().allowing(origin))
                .withMessage("an origin is a scheme and a host, as https://example.com, not \"" + origin + "\"");
    }
}
