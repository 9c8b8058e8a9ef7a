package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.DecodeException;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code @PathParam}: chapter 4.3. */
@SuppressWarnings("try") // some connections are only there to be open
class PathParamTest {
    @ServerEndpoint("/x/{v}")
    public static class OnOpenWithList {
        @OnOpen
        public void open(@PathParam("v") List<String> values) {}
    }

    @ServerEndpoint("/x/{v}")
    public static class OnMessageWithObject {
        @OnMessage
        public void message(String text, @PathParam("v") Object value) {}
    }

    @ServerEndpoint("/x/{v}")
    public static class OnErrorWithBuilder {
        @OnError
        public void error(Throwable failure, @PathParam("v") StringBuilder value) {}
    }

    @ServerEndpoint("/x/{v}")
    public static class OnCloseWithSession {
        @OnClose
        public void close(@PathParam("v") Session session) {}
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                OnOpenWithList.class,
                OnMessageWithObject.class,
                OnErrorWithBuilder.class,
                OnCloseWithSession.class
            })
    void aParameterOfAnotherTypeIsRefusedAtDeployment(Class<?> endpoint) {
        assertThatThrownBy(() -> Deployed.of(endpoint).close())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(endpoint.getSimpleName());
    }

    /** The compiler refuses an annotation without a value because the API gives it no default. */
    @Test
    void theNameOfTheVariableIsMandatory() throws Exception {
        assertThat(PathParam.class.getMethod("value").getDefaultValue()).isNull();
    }

    @ServerEndpoint(value = "/all/{first}/in/{second}", configurator = Recording.class)
    public static class All {
        @OnOpen
        public void open(@PathParam("first") String first, Session session, @PathParam("second") String second) {
            Events.of(session).add("open " + first + " " + second);
        }

        @OnMessage
        public void message(
                @PathParam("second") String second, String text, Session session, @PathParam("first") String first) {
            Events.of(session).add("message " + first + " " + second);
            throw new IllegalStateException();
        }

        @OnError
        public void error(
                @PathParam("first") String first, Throwable failure, @PathParam("second") String second, Session s) {
            Events.of(s).add("error " + first + " " + second);
        }

        @OnClose
        public void close(Session session, @PathParam("second") String second, @PathParam("first") String first) {
            Events.of(session).add("close " + first + " " + second);
        }
    }

    @Test
    void everyCallbackGetsTheSegmentsOfItsConnection() throws Exception {
        try (Deployed server = Deployed.of(All.class);
                Caller caller = server.call("/all/a/in/b")) {
            caller.send("hello");
            caller.hangUp();
            server.events().expect("open a b", "message a b", "error a b", "close a b");
        }
    }

    @ServerEndpoint("/string/{value}")
    public static class Text {
        @OnMessage
        public String message(String text, @PathParam("value") String value) {
            return value;
        }
    }

    @Test
    void aStringGetsTheSegment() throws Exception {
        try (Deployed server = Deployed.of(Text.class);
                Caller plain = server.call("/string/007");
                Caller decoded = server.call("/string/one%20two")) {
            assertThat(plain.ask("?")).isEqualTo("007");
            assertThat(decoded.ask("?")).isEqualTo("one two");
        }
    }

    @ServerEndpoint("/primitives/{number}/{truth}/{fraction}")
    public static class Primitives {
        @OnMessage
        public String message(
                String text,
                @PathParam("number") byte b,
                @PathParam("number") Short s,
                @PathParam("number") int i,
                @PathParam("number") Long l,
                @PathParam("truth") boolean t,
                @PathParam("truth") Boolean boxed,
                @PathParam("fraction") float f,
                @PathParam("fraction") Double d) {
            return b + " " + s + " " + i + " " + l + " " + t + " " + boxed + " " + f + " " + d;
        }
    }

    @Test
    void primitivesAndTheirBoxesAreMadeAsByTheirStringConstructors() throws Exception {
        try (Deployed server = Deployed.of(Primitives.class);
                Caller one = server.call("/primitives/12/true/1.5");
                Caller other = server.call("/primitives/-7/whatever/1e3")) {
            assertThat(one.ask("?")).isEqualTo("12 12 12 12 true true 1.5 1.5");
            assertThat(other.ask("?")).isEqualTo("-7 -7 -7 -7 false false 1000.0 1000.0");
        }
    }

    @ServerEndpoint("/char/{value}")
    public static class Character1 {
        @OnMessage
        public String message(String text, @PathParam("value") char c, @PathParam("value") Character boxed) {
            return c + " " + boxed;
        }
    }

    @Test
    void aCharacterIsASegmentOfOne() throws Exception {
        try (Deployed server = Deployed.of(Character1.class);
                Caller caller = server.call("/char/x")) {
            assertThat(caller.ask("?")).isEqualTo("x x");
        }
    }

    @ServerEndpoint("/unmatched/{value}")
    public static class Unmatched {
        @OnMessage
        public String message(String text, @PathParam("another") String another) {
            return "another is " + another;
        }
    }

    @Test
    void aStringWhoseNameIsNoVariableOfThePathIsNull() throws Exception {
        try (Deployed server = Deployed.of(Unmatched.class);
                Caller caller = server.call("/unmatched/x")) {
            assertThat(caller.ask("?")).isEqualTo("another is null");
        }
    }

    @ServerEndpoint(value = "/number/{n}", configurator = Recording.class)
    public static class Number1 {
        @OnMessage
        public void message(String text, Session session, @PathParam("n") int number) {
            Events.of(session).add(number);
        }

        @OnError
        public void error(Session session, Throwable failure) {
            Events.of(session).add(failure);
        }
    }

    @Test
    void aSegmentThatCannotBeConvertedIsADecodeExceptionInOnError() throws Exception {
        try (Deployed server = Deployed.of(Number1.class);
                Caller good = server.call("/number/12");
                Caller bad = server.call("/number/twelve")) {
            good.send("?");
            server.events().expect(12);
            bad.send("?");
            assertThat(server.events().next(DecodeException.class).getText()).isEqualTo("twelve");
        }
    }

    @ServerEndpoint(value = "/open-number/{n}", configurator = Recording.class)
    public static class OpenNumber {
        @OnOpen
        public void open(@PathParam("n") int number) {}

        @OnError
        public void error(Session session, Throwable failure) {
            Events.of(session).add(failure);
        }
    }

    @Test
    void soItIsForOnOpen() throws Exception {
        try (Deployed server = Deployed.of(OpenNumber.class);
                Wire wire = server.wire("/open-number/twelve")) {
            assertThat(server.events().next(DecodeException.class).getText()).isEqualTo("twelve");
            assertThat(wire.status()).isEqualTo(101);
        }
    }

    @ServerEndpoint(value = "/close-number/{n}", configurator = Recording.class)
    public static class CloseNumber {
        @OnClose
        public void close(@PathParam("n") Integer number) {}

        @OnError
        public void error(Session session, Throwable failure) {
            Events.of(session).add(failure);
        }
    }

    @Test
    void soItIsForOnClose() throws Exception {
        try (Deployed server = Deployed.of(CloseNumber.class);
                Caller caller = server.call("/close-number/twelve")) {
            caller.hangUp();
            assertThat(server.events().next(DecodeException.class).getText()).isEqualTo("twelve");
        }
    }
}
