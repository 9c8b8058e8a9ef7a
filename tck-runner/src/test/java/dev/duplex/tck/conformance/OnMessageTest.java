package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.DecodeException;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms of {@code @OnMessage}: chapter 4.7. */
@SuppressWarnings("try") // some connections are only there to be open
class OnMessageTest {
    @ServerEndpoint("/x")
    public static class NoMessage {
        @OnMessage
        public void message(Session session) {}
    }

    @ServerEndpoint("/x")
    public static class TwoMessages {
        @OnMessage
        public void message(String text, byte[] bytes) {}
    }

    @ServerEndpoint("/x")
    public static class UnknownObject {
        @OnMessage
        public void message(StringBuilder text) {}
    }

    @ServerEndpoint("/x")
    public static class ReaderInParts {
        @OnMessage
        public void message(Reader reader, boolean last) {}
    }

    @ServerEndpoint("/x")
    public static class PongInParts {
        @OnMessage
        public void message(PongMessage pong, boolean last) {}
    }

    @ServerEndpoint("/x")
    public static class TwoSessions {
        @OnMessage
        public void message(String text, Session one, Session two) {}
    }

    @ServerEndpoint("/x")
    public static class UnknownResult {
        @OnMessage
        public StringBuilder message(String text) {
            return new StringBuilder(text);
        }
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                NoMessage.class,
                TwoMessages.class,
                UnknownObject.class,
                ReaderInParts.class,
                PongInParts.class,
                TwoSessions.class,
                UnknownResult.class
            })
    void aMethodOfAnotherFormIsRefusedAtDeployment(Class<?> endpoint) {
        assertThatThrownBy(() -> Deployed.of(endpoint).close())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(endpoint.getSimpleName());
    }

    @ServerEndpoint("/x")
    public static class TwoTexts {
        @OnMessage
        public void one(String text) {}

        @OnMessage
        public void two(Reader text) {}
    }

    @ServerEndpoint("/x")
    public static class TwoBinaries {
        @OnMessage
        public void one(byte[] bytes) {}

        @OnMessage
        public void two(ByteBuffer bytes, boolean last) {}
    }

    @ServerEndpoint("/x")
    public static class TwoPongs {
        @OnMessage
        public void one(PongMessage pong) {}

        @OnMessage
        public void two(PongMessage pong, Session session) {}
    }

    @ParameterizedTest
    @ValueSource(classes = {TwoTexts.class, TwoBinaries.class, TwoPongs.class})
    void twoMethodsForANativeTypeAreRefusedAtDeployment(Class<?> endpoint) {
        assertThatThrownBy(() -> Deployed.of(endpoint).close())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(endpoint.getSimpleName());
    }

    @ServerEndpoint("/int")
    public static class OfInt {
        @OnMessage
        public String message(int value) {
            return "int " + value;
        }
    }

    @ServerEndpoint("/long")
    public static class OfLong {
        @OnMessage
        public String message(Long value) {
            return "Long " + value;
        }
    }

    @ServerEndpoint("/boolean")
    public static class OfBoolean {
        @OnMessage
        public String message(boolean value) {
            return "boolean " + value;
        }
    }

    @ServerEndpoint("/double")
    public static class OfDouble {
        @OnMessage
        public String message(Double value) {
            return "Double " + value;
        }
    }

    @ServerEndpoint("/char")
    public static class OfChar {
        @OnMessage
        public String message(char value) {
            return "char " + value;
        }
    }

    @ServerEndpoint("/byte")
    public static class OfByte {
        @OnMessage
        public String message(byte value) {
            return "byte " + value;
        }
    }

    @ServerEndpoint("/short")
    public static class OfShort {
        @OnMessage
        public String message(Short value) {
            return "Short " + value;
        }
    }

    @ServerEndpoint("/float")
    public static class OfFloat {
        @OnMessage
        public String message(float value) {
            return "float " + value;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/int, -12, int -12",
        "/long, 12345678901, Long 12345678901",
        "/boolean, TRUE, boolean true",
        "/boolean, x, boolean false",
        "/double, 1e3, Double 1000.0",
        "/char, x, char x",
        "/byte, -128, byte -128",
        "/short, 7, Short 7",
        "/float, 1.5, float 1.5",
    })
    void aPrimitiveOrItsBoxIsMadeFromTheText(String path, String text, String answer) throws Exception {
        try (Deployed server = Deployed.of(
                        OfInt.class,
                        OfLong.class,
                        OfBoolean.class,
                        OfDouble.class,
                        OfChar.class,
                        OfByte.class,
                        OfShort.class,
                        OfFloat.class);
                Caller caller = server.call(path)) {
            assertThat(caller.ask(text)).isEqualTo(answer);
        }
    }

    @ServerEndpoint(value = "/failing-int", configurator = Recording.class)
    public static class FailingInt {
        @OnMessage
        public int message(Integer value) {
            return value + 1;
        }

        @OnError
        public void error(Session session, Throwable failure) {
            Events.of(session).add(failure);
        }
    }

    @Test
    void aTextThatIsNoSuchPrimitiveIsADecodeException() throws Exception {
        try (Deployed server = Deployed.of(FailingInt.class);
                Caller caller = server.call("/failing-int")) {
            caller.send("one");
            assertThat(server.events().next(DecodeException.class).getText()).isEqualTo("one");
            assertThat(caller.ask("1")).isEqualTo("2");
        }
    }

    @ServerEndpoint("/returns-int")
    public static class ReturnsInt {
        @OnMessage
        public int message(String text) {
            return Integer.MIN_VALUE;
        }
    }

    @ServerEndpoint("/returns-boxed")
    public static class ReturnsBoxed {
        @OnMessage
        public Double message(String text) {
            return 1e10;
        }
    }

    @ServerEndpoint("/returns-char")
    public static class ReturnsChar {
        @OnMessage
        public char message(String text) {
            return 'é';
        }
    }

    @ServerEndpoint("/returns-boolean")
    public static class ReturnsBoolean {
        @OnMessage
        public Boolean message(String text) {
            return Boolean.TRUE;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/returns-int, -2147483648",
        "/returns-boxed, 1.0E10",
        "/returns-char, é",
        "/returns-boolean, true",
    })
    void aReturnedPrimitiveOrItsBoxIsSentAsItsString(String path, String answer) throws Exception {
        try (Deployed server =
                        Deployed.of(ReturnsInt.class, ReturnsBoxed.class, ReturnsChar.class, ReturnsBoolean.class);
                Caller caller = server.call(path)) {
            assertThat(caller.ask("?")).isEqualTo(answer);
        }
    }

    @ServerEndpoint("/string-and-bytes")
    public static class StringAndBytes {
        @OnMessage
        public String text(String text) {
            return "got " + text;
        }

        @OnMessage
        public byte[] bytes(byte[] bytes) {
            return bytes;
        }
    }

    @ServerEndpoint("/reader-and-buffer")
    public static class ReaderAndBuffer {
        @OnMessage
        public String text(Reader reader, Session session) throws Exception {
            StringBuilder text = new StringBuilder();
            for (int next = reader.read(); next >= 0; next = reader.read()) {
                text.append((char) next);
            }
            return "got " + text;
        }

        @OnMessage
        public ByteBuffer bytes(Session session, ByteBuffer bytes) {
            return bytes;
        }
    }

    @ServerEndpoint("/stream")
    public static class Stream {
        @OnMessage
        public byte[] bytes(InputStream in) throws Exception {
            return in.readAllBytes();
        }
    }

    @ServerEndpoint("/parts")
    public static class Parts {
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder bytes = new StringBuilder();

        @OnMessage
        public void text(String part, boolean last, Session session) throws Exception {
            text.append(part);
            if (last) {
                session.getBasicRemote().sendText("got " + text);
            }
        }

        @OnMessage
        public void bytes(boolean last, byte[] part, Session session) throws Exception {
            bytes.append(new String(part, StandardCharsets.UTF_8));
            if (last) {
                session.getBasicRemote().sendBinary(Events.bytes(bytes.toString()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/string-and-bytes", "/reader-and-buffer", "/parts"})
    void textAndBinaryArriveWholeAsStreamsAndInParts(String path) throws Exception {
        try (Deployed server = Deployed.of(StringAndBytes.class, ReaderAndBuffer.class, Parts.class);
                Wire wire = server.wire(path)) {
            wire.text("one ", false);
            wire.continuation("", false);
            wire.continuation("two", true);
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("got one two");
            wire.send(Wire.BINARY, false, new byte[] {'1'});
            wire.send(Wire.CONTINUATION, true, new byte[] {'2', '3'});
            assertThat(wire.next(Wire.BINARY).text()).isEqualTo("123");
        }
    }

    @Test
    void anEmptyMessageIsAMessage() throws Exception {
        try (Deployed server = Deployed.of(StringAndBytes.class, Stream.class);
                Caller text = server.call("/string-and-bytes");
                Caller stream = server.call("/stream")) {
            assertThat(text.ask("")).isEqualTo("got ");
            stream.send(Events.bytes(""));
            stream.events().expect("binary ");
        }
    }

    @ServerEndpoint("/limited")
    public static class Limited {
        @OnMessage(maxMessageSize = 5)
        public String message(String text) {
            return "got " + text;
        }

        @OnMessage(maxMessageSize = 5)
        public byte[] message(byte[] bytes) {
            return bytes;
        }
    }

    @Test
    void aMessageOverTheMaximumClosesTheConnectionWith1009() throws Exception {
        try (Deployed server = Deployed.of(Limited.class);
                Caller text = server.call("/limited");
                Caller binary = server.call("/limited")) {
            assertThat(text.ask("12345")).isEqualTo("got 12345");
            text.send("123456");
            assertThat(text.events().until("close")).startsWith("close 1009");
            binary.send(Events.bytes("12345"));
            binary.events().expect("binary 12345");
            binary.send(Events.bytes("123456"));
            assertThat(binary.events().until("close")).startsWith("close 1009");
        }
    }

    @Test
    void theMaximumCountsAllFragmentsOfAMessage() throws Exception {
        try (Deployed server = Deployed.of(Limited.class);
                Wire wire = server.wire("/limited")) {
            wire.text("123", false);
            wire.continuation("456", true);
            assertThat(wire.untilClose().code()).isEqualTo(1009);
        }
    }

    @Test
    void theMaximumCountsBytesAndNotCharacters() throws Exception {
        try (Deployed server = Deployed.of(Limited.class);
                Caller fits = server.call("/limited");
                Caller exceeds = server.call("/limited")) {
            assertThat(fits.ask("éé")).isEqualTo("got éé");
            exceeds.send("ééé"); // three characters, six bytes
            assertThat(exceeds.events().until("close")).startsWith("close 1009");
        }
    }

    @ServerEndpoint("/limited-parts")
    public static class LimitedParts {
        private int length;

        @OnMessage(maxMessageSize = 5)
        public void message(String part, boolean last, Session session) throws Exception {
            length += part.length();
            if (last) {
                session.getBasicRemote().sendText("got " + length);
            }
        }
    }

    @Test
    void theMaximumIsForWholeMessagesOnly() throws Exception {
        try (Deployed server = Deployed.of(LimitedParts.class);
                Wire wire = server.wire("/limited-parts")) {
            for (int i = 0; i < 10; i++) {
                wire.send(i == 0 ? Wire.TEXT : Wire.CONTINUATION, i == 9, new byte[] {'a', 'b'});
            }
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("got 20");
        }
    }

    @ServerEndpoint("/huge")
    public static class Huge {
        @OnMessage(maxMessageSize = Integer.MAX_VALUE + 1L)
        public void message(String text) {}
    }

    @Test
    void aMaximumNoStringCanHaveIsRefusedAtDeployment() {
        assertThatThrownBy(() -> Deployed.of(Huge.class).close())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("2147483648");
    }
}
