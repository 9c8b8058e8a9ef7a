package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.RawPeer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What an application sets by the parameters of its context. */
@Timeout(60)
final class ContextParametersTest {
    /** Hears text. */
    @ServerEndpoint("/open")
    public static final class Open {
        @OnMessage
        public void hear(String text) {}
    }

    private static ContextParameters parameters(Map<String, String> parameters) throws ServletException {
        return ContextParameters.of((ServletContext) Proxy.newProxyInstance(
                ContextParametersTest.class.getClassLoader(),
                new Class<?>[] {ServletContext.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getInitParameterNames" -> Collections.enumeration(parameters.keySet());
                    case "getInitParameter" -> parameters.get((String) arguments[0]);
                    default -> throw new UnsupportedOperationException(method.toString());
                }));
    }

    @ParameterizedTest
    @EnumSource
    void areDefaultsOfTheConnections(Host host) throws Exception {
        try (Host.Running running = host.start(WebApplication.of(Open.class)
                        .parameter("dev.duplex.maxReceivePayload", "10")
                        .parameter("dev.duplex.servlet.origins", "https://friend.example, http://other.example:81")
                        .parameter("somebody.else", "x"));
                RawPeer raw = Http.open(running, "/open", "Origin: https://friend.example")) {
            raw.frame(RawPeer.TEXT, "12345678901");
            raw.expectClose(1009);
            assertThat(Http.ask(running, "/open", "Origin: http://other.example:81")
                            .status())
                    .isEqualTo(101);
            assertThat(Http.ask(running, "/open", "Origin: http://other.example")
                            .status())
                    .isEqualTo(403);
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepTheApplicationFromStartingWhenTheyCannotBe(Host host) {
        assertThatThrownBy(() -> host.start(WebApplication.of(Open.class).parameter("dev.duplex.writeTimeout", "soon")))
                .isInstanceOf(Exception.class);
    }

    @Test
    void sayWhatTheyAre() throws ServletException {
        ContextParameters none = parameters(Map.of());
        assertThat(none.stopTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(none.properties()).isEmpty();
        assertThat(parameters(Map.of("dev.duplex.servlet.stopTimeout", " 0.5 ")).stopTimeout())
                .isEqualTo(Duration.ofMillis(500));
        assertThat(parameters(Map.of("dev.duplex.servlet.stopTimeout", "PT2M")).stopTimeout())
                .isEqualTo(Duration.ofMinutes(2));
        assertThat(parameters(Map.of("dev.duplex.servlet.stopTimeout", "10000000000"))
                        .stopTimeout())
                .isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
        assertThat(parameters(Map.of("dev.duplex.compression", "false", "other", "x"))
                        .properties())
                .isEqualTo(Map.of("dev.duplex.compression", "false"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dev.duplex.servlet.stopTimeout | later | dev.duplex.servlet.stopTimeout must be a time of zero or"
                        + " more, as a number of seconds or an ISO 8601 duration, not later",
                "dev.duplex.servlet.stopTimeout | -1 | dev.duplex.servlet.stopTimeout must be a time of zero or more,"
                        + " as a number of seconds or an ISO 8601 duration, not -1",
                "dev.duplex.servlet.origins | example.com | dev.duplex.servlet.origins must be * or a list of origins:"
                        + " an origin is a scheme and a host, as https://example.com, not \"example.com\"",
                "dev.duplex.servlet.timeout | 1 | There is no context parameter dev.duplex.servlet.timeout; those of"
                        + " dev.duplex.servlet. are origins, stopTimeout and switch",
            })
    void nameTheKeyAndTheValueThatIsWrong(String name, String value, String sentence) {
        assertThatThrownBy(() -> parameters(Map.of(name, value)))
                .isInstanceOf(ServletException.class)
                .hasMessage(sentence);
    }
}
