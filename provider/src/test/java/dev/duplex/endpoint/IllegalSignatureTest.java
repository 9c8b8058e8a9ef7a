package dev.duplex.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import java.io.InputStream;
import java.io.Reader;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule of an annotated class, broken once, and the sentence that says so. */
@SuppressWarnings("unused")
final class IllegalSignatureTest {
    /** What follows the class's name. */
    @Retention(RetentionPolicy.RUNTIME)
    @interface Refused {
        String value();

        boolean client() default false;
    }

    static Stream<Class<?>> broken() {
        return Arrays.stream(IllegalSignatureTest.class.getDeclaredClasses())
                .filter(type -> type.isAnnotationPresent(Refused.class));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void isRefusedWithASentence(Class<?> type) throws DeploymentException {
        Refused refused = type.getAnnotation(Refused.class);
        CoderTable coders = CoderTable.of(List.of(), List.of(UriDecoder.class));
        PathTemplate path = PathTemplate.of("/a/{id}");
        assertThatThrownBy(() -> {
                    if (refused.client()) {
                        AnnotatedEndpoint.ofClient(type, coders);
                    } else {
                        AnnotatedEndpoint.ofServer(type, path, coders);
                    }
                })
                .isInstanceOf(DeploymentException.class)
                .hasMessage(refused.value().replace("%", type.getName()));
    }

    @Test
    void thereAreManyOfThem() {
        assertThat(broken()).hasSizeGreaterThan(40);
    }

    static final class UriDecoder implements Decoder.Binary<URI> {
        @Override
        public URI decode(ByteBuffer bytes) {
            throw new AssertionError();
        }

        @Override
        public boolean willDecode(ByteBuffer bytes) {
            throw new AssertionError();
        }
    }

    @Refused("% is abstract, but each connection needs an instance")
    abstract static class Abstract {}

    @Refused("% is abstract, but each connection needs an instance")
    interface AnInterface {}

    @Refused("%.a() and %.b(Session): only one method of an endpoint has @OnOpen")
    static class TwoOpens {
        @OnOpen
        void b(Session session) {}

        @OnOpen
        void a() {}
    }

    @Refused("%.a() and %.b(): only one method of an endpoint has @OnClose")
    static class TwoCloses {
        @OnClose
        void a() {}

        @OnClose
        void b() {}
    }

    @Refused("%.a(Throwable) and %.b(Throwable): only one method of an endpoint has @OnError")
    static class TwoErrors {
        @OnError
        void a(Throwable failure) {}

        @OnError
        void b(Throwable failure) {}
    }

    static class Parent {
        @OnOpen
        void parent(Session session) {}

        @OnMessage
        void parent(String message) {}
    }

    @Refused("%.child() and dev.duplex.endpoint.IllegalSignatureTest$Parent.parent(Session): "
            + "only one method of an endpoint has @OnOpen")
    static class OpensBesideItsParent extends Parent {
        @OnOpen
        void child() {}
    }

    @Refused("%.child(int) and dev.duplex.endpoint.IllegalSignatureTest$Parent.parent(String): "
            + "only one method with @OnMessage of an endpoint takes text messages")
    static class TextBesideItsParent extends Parent {
        @OnMessage
        void child(int message) {}
    }

    @Refused("%.a(String) and %.b(Reader): only one method with @OnMessage of an endpoint takes text messages")
    static class TwoTexts {
        @OnMessage
        void a(String message) {}

        @OnMessage
        void b(Reader message) {}
    }

    @Refused("%.a(String) and %.b(String, boolean): only one method with @OnMessage of an endpoint takes text messages")
    static class WholeAndPartialText {
        @OnMessage
        void a(String message) {}

        @OnMessage
        void b(String part, boolean last) {}
    }

    @Refused("%.a(byte[], boolean) and %.b(URI): only one method with @OnMessage of an endpoint takes binary messages")
    static class TwoBinaries {
        @OnMessage
        void a(byte[] part, boolean last) {}

        @OnMessage
        void b(URI decoded) {}
    }

    @Refused("%.a(PongMessage) and %.b(PongMessage, Session): only one method with @OnMessage of an endpoint takes"
            + " Pongs")
    static class TwoPongs {
        @OnMessage
        void a(PongMessage pong) {}

        @OnMessage
        void b(PongMessage pong, Session session) {}
    }

    @Refused("%.on(): a method with @OnMessage needs a parameter for the message")
    static class NoMessage {
        @OnMessage
        void on() {}
    }

    @Refused("%.on(Session, String): a method with @OnMessage needs a parameter for the message")
    static class OnlyPathAndSession {
        @OnMessage
        void on(Session session, @PathParam("id") String id) {}
    }

    @Refused("%.on(BigDecimal): a method with @OnMessage takes a message, and no decoder of the endpoint makes a "
            + "java.math.BigDecimal of one")
    static class NoDecoder {
        @OnMessage
        void on(BigDecimal message) {}
    }

    @Refused("%.on(String, BigDecimal): a method with @OnMessage takes a message, and no decoder of the endpoint makes"
            + " a java.math.BigDecimal of one")
    static class Surplus {
        @OnMessage
        void on(String message, BigDecimal surplus) {}
    }

    @Refused("%.on(String, EndpointConfig): a method with @OnMessage takes a message, and no decoder of the endpoint"
            + " makes a jakarta.websocket.EndpointConfig of one")
    static class ConfigWithAMessage {
        @OnMessage
        void on(String message, EndpointConfig config) {}
    }

    @Refused("%.on(String[]): a method with @OnMessage takes a message, and no decoder of the endpoint makes a "
            + "java.lang.String[] of one")
    static class Varargs {
        @OnMessage
        void on(String... message) {}
    }

    @Refused("%.on(String, int): a method with @OnMessage takes one message, not both java.lang.String and int")
    static class TextAndInt {
        @OnMessage
        void on(String message, int surplus) {}
    }

    @Refused("%.on(ByteBuffer, int): a method with @OnMessage takes one message, not both java.nio.ByteBuffer and int")
    static class BufferAndInt {
        @OnMessage
        void on(ByteBuffer message, int surplus) {}
    }

    @Refused("%.on(String, Boolean): a method with @OnMessage takes one message, not both java.lang.String and"
            + " java.lang.Boolean")
    static class BoxedLast {
        @OnMessage
        void on(String message, Boolean last) {}
    }

    @Refused("%.on(String, byte[]): a method with @OnMessage takes one message, not both java.lang.String and byte[]")
    static class TextAndBinary {
        @OnMessage
        void on(String text, byte[] binary) {}
    }

    @Refused("%.on(String, PongMessage): a method with @OnMessage takes one message, not both java.lang.String and "
            + "jakarta.websocket.PongMessage")
    static class TextAndPong {
        @OnMessage
        void on(String text, PongMessage pong) {}
    }

    @Refused("%.on(Session, String, Session): a method with @OnMessage takes one Session, not two")
    static class TwoSessions {
        @OnMessage
        void on(Session a, String message, Session b) {}
    }

    @Refused("%.on(boolean, boolean): a method with @OnMessage takes one boolean, not two")
    static class TwoBooleans {
        @OnMessage
        void on(boolean message, boolean last) {}
    }

    @Refused("%.on(Reader, boolean): a method with @OnMessage takes parts, as its boolean says, of type String,"
            + " ByteBuffer or byte[], not java.io.Reader")
    static class PartialReader {
        @OnMessage
        void on(Reader message, boolean last) {}
    }

    @Refused("%.on(boolean, InputStream): a method with @OnMessage takes parts, as its boolean says, of type String,"
            + " ByteBuffer or byte[], not java.io.InputStream")
    static class PartialStream {
        @OnMessage
        void on(boolean last, InputStream message) {}
    }

    @Refused("%.on(PongMessage, boolean): a method with @OnMessage takes parts, as its boolean says, of type String,"
            + " ByteBuffer or byte[], not jakarta.websocket.PongMessage")
    static class PartialPong {
        @OnMessage
        void on(PongMessage message, boolean last) {}
    }

    @Refused("%.on(URI, boolean): a method with @OnMessage takes parts, as its boolean says, of type String, ByteBuffer"
            + " or byte[], not java.net.URI")
    static class PartialDecoded {
        @OnMessage
        void on(URI message, boolean last) {}
    }

    @Refused("%.on(int, boolean): a method with @OnMessage takes parts, as its boolean says, of type String, ByteBuffer"
            + " or byte[], not int")
    static class PartialPrimitive {
        @OnMessage
        void on(int message, boolean last) {}
    }

    @Refused("%.on(String): a method with @OnMessage has a maxMessageSize of 2147483647 bytes at most, not 2147483648")
    static class TooLarge {
        @OnMessage(maxMessageSize = 1L + Integer.MAX_VALUE)
        void on(String message) {}
    }

    @Refused("%.on(String, boolean): a method with @OnMessage has a maxMessageSize of 2147483647 bytes at most, not"
            + " 2147483648")
    static class TooLargeInParts {
        @OnMessage(maxMessageSize = 1L + Integer.MAX_VALUE)
        void on(String message, boolean last) {}
    }

    @Refused("%.on(String): a method with @OnMessage returns what is sent back, and no encoder of the endpoint takes a "
            + "java.math.BigDecimal")
    static class NoEncoder {
        @OnMessage
        BigDecimal on(String message) {
            return BigDecimal.ONE;
        }
    }

    @Refused("%.on(String): a method with @OnMessage returns what is sent back, and no encoder of the endpoint takes a"
            + " int[]")
    static class NoEncoderOfInts {
        @OnMessage
        int[] on(String message) {
            return new int[0];
        }
    }

    @Refused("%.on(String): a method with @OnOpen takes Session, EndpointConfig and parameters with @PathParam, not "
            + "java.lang.String")
    static class OpenWithText {
        @OnOpen
        void on(String surplus) {}
    }

    @Refused("%.on(CloseReason): a method with @OnOpen takes Session, EndpointConfig and parameters with"
            + " @PathParam, not jakarta.websocket.CloseReason")
    static class OpenWithReason {
        @OnOpen
        void on(CloseReason reason) {}
    }

    @Refused(value = "%.on(int): a method with @OnOpen takes Session and EndpointConfig, not int", client = true)
    static class ClientOpenWithInt {
        @OnOpen
        void on(int surplus) {}
    }

    @Refused("%.on(EndpointConfig, EndpointConfig): a method with @OnOpen takes one EndpointConfig, not two")
    static class TwoConfigs {
        @OnOpen
        void on(EndpointConfig a, EndpointConfig b) {}
    }

    @Refused("%.on(Session, Exception): a method with @OnClose takes Session, CloseReason and parameters with"
            + " @PathParam, not java.lang.Exception")
    static class CloseWithException {
        @OnClose
        void on(Session session, Exception failure) {}
    }

    @Refused("%.on(CloseReason, CloseReason): a method with @OnClose takes one CloseReason, not two")
    static class TwoReasons {
        @OnClose
        void on(CloseReason a, CloseReason b) {}
    }

    @Refused("%.on(Session): a method with @OnError needs a parameter of type Throwable")
    static class ErrorWithoutThrowable {
        @OnError
        void on(Session session) {}
    }

    @Refused("%.on(Exception): a method with @OnError takes Session, Throwable and parameters with @PathParam, not "
            + "java.lang.Exception")
    static class ErrorWithException {
        @OnError
        void on(Exception failure) {}
    }

    @Refused("%.on(Throwable, Throwable): a method with @OnError takes one Throwable, not two")
    static class TwoThrowables {
        @OnError
        void on(Throwable a, Throwable b) {}
    }

    @Refused("%.on(Session, Throwable, CloseReason): a method with @OnError takes Session, Throwable and parameters"
            + " with @PathParam, not jakarta.websocket.CloseReason")
    static class ErrorWithReason {
        @OnError
        void on(Session session, Throwable failure, CloseReason reason) {}
    }

    @Refused("%.on(URI): a method with @OnOpen has a @PathParam of type String, of a primitive type or its box, not"
            + " java.net.URI")
    static class OpenWithPathUri {
        @OnOpen
        void on(@PathParam("id") URI id) {}
    }

    @Refused("%.on(String, URI): a method with @OnMessage has a @PathParam of type String, of a primitive type or its"
            + " box, not java.net.URI")
    static class MessageWithPathUri {
        @OnMessage
        void on(String message, @PathParam("id") URI id) {}
    }

    @Refused("%.on(Session): a method with @OnClose has a @PathParam of type String, of a primitive type or its box,"
            + " not jakarta.websocket.Session")
    static class CloseWithPathSession {
        @OnClose
        void on(@PathParam("id") Session id) {}
    }

    @Refused("%.on(Throwable, Object): a method with @OnError has a @PathParam of type String, of a primitive type or"
            + " its box, not java.lang.Object")
    static class ErrorWithPathObject {
        @OnError
        void on(Throwable failure, @PathParam("id") Object id) {}
    }

    @Refused("%.on(int): a method with @OnOpen has a @PathParam of type int, which cannot be null, but {other} is no"
            + " variable of /a/{id}")
    static class PrimitiveOfNoVariable {
        @OnOpen
        void on(@PathParam("other") int other) {}
    }

    @Refused("%.on(String): a method with @OnOpen has a @PathParam without a name")
    static class NamelessPathParam {
        @OnOpen
        void on(@PathParam("") String id) {}
    }

    @Refused(
            value = "%.on(String, String): a method with @OnMessage has no @PathParam on a client, whose path has no"
                    + " variables",
            client = true)
    static class ClientWithPathParam {
        @OnMessage
        void on(String message, @PathParam("id") String id) {}
    }
}
