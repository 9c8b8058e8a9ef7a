package dev.duplex.tck.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.ContainerProvider;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.WebSocketContainer;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes and idle times: the limits of the container and of the session. */
@SuppressWarnings("try") // some connections are only there to be open
class LimitsTest {
    private static final int MIB = 1 << 20;

    @ServerEndpoint(value = "/sized", configurator = Recording.class)
    public static class Sized {
        @OnOpen
        public void open(Session session) {
            Events.of(session).add(session);
        }

        @OnMessage
        public String text(String text) {
            return "text of " + text.length();
        }

        @OnMessage
        public String binary(byte[] bytes) {
            return "binary of " + bytes.length;
        }

        @OnClose
        public void close(Session session) {
            Events.of(session).add("closed");
        }
    }

    @Test
    void byDefaultAMessageMayHaveOneMebibyte() throws Exception {
        WebSocketContainer client = ContainerProvider.getWebSocketContainer();
        assertThat(client.getDefaultMaxTextMessageBufferSize()).isEqualTo(MIB);
        assertThat(client.getDefaultMaxBinaryMessageBufferSize()).isEqualTo(MIB);
        try (Deployed server = Deployed.of(Sized.class);
                Wire fits = server.wire("/sized");
                Wire exceeds = server.wire("/sized")) {
            assertThat(server.container().getDefaultMaxTextMessageBufferSize()).isEqualTo(MIB);
            assertThat(server.container().getDefaultMaxBinaryMessageBufferSize())
                    .isEqualTo(MIB);
            fits.send(Wire.TEXT, true, letters(MIB));
            assertThat(fits.next(Wire.TEXT).text()).isEqualTo("text of " + MIB);
            fits.send(Wire.BINARY, true, letters(MIB));
            assertThat(fits.next(Wire.TEXT).text()).isEqualTo("binary of " + MIB);
            exceeds.send(Wire.TEXT, false, letters(MIB));
            exceeds.send(Wire.CONTINUATION, true, letters(1));
            assertThat(exceeds.untilClose().code()).isEqualTo(1009);
        }
    }

    private static byte[] letters(int length) {
        byte[] letters = new byte[length];
        Arrays.fill(letters, (byte) 'a');
        return letters;
    }

    @Test
    void aSessionsOwnLimitsHoldForItAlone() throws Exception {
        try (Deployed server = Deployed.of(Sized.class);
                Wire other = server.wire("/sized")) {
            server.events().next(Session.class);
            try (Wire wire = server.wire("/sized")) {
                Session session = server.events().next(Session.class);
                session.setMaxTextMessageBufferSize(10);
                session.setMaxBinaryMessageBufferSize(20);
                assertThat(session.getMaxTextMessageBufferSize()).isEqualTo(10);
                assertThat(session.getMaxBinaryMessageBufferSize()).isEqualTo(20);
                wire.send(Wire.TEXT, true, letters(10));
                assertThat(wire.next(Wire.TEXT).text()).isEqualTo("text of 10");
                wire.send(Wire.BINARY, true, letters(20));
                assertThat(wire.next(Wire.TEXT).text()).isEqualTo("binary of 20");
                wire.send(Wire.TEXT, true, letters(11));
                assertThat(wire.untilClose().code()).isEqualTo(1009);
                other.send(Wire.TEXT, true, letters(11));
                assertThat(other.next(Wire.TEXT).text()).isEqualTo("text of 11");
            }
        }
    }

    @Test
    void aLimitIsNoAllocation() throws Exception {
        try (Deployed server = Deployed.of(Sized.class);
                Wire wire = server.wire("/sized")) {
            Session session = server.events().next(Session.class);
            session.setMaxTextMessageBufferSize(Integer.MAX_VALUE);
            session.setMaxBinaryMessageBufferSize(Integer.MAX_VALUE);
            assertThat(session.getMaxTextMessageBufferSize()).isEqualTo(Integer.MAX_VALUE);
            wire.text("small");
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("text of 5");
        }
    }

    @Test
    void theLimitIsForTheSizeAfterInflation() throws Exception {
        try (Deployed server = Deployed.of(Sized.class);
                Wire wire = server.wire(
                        "/sized",
                        "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; "
                                + "server_no_context_takeover")) {
            assertThat(wire.header("Sec-WebSocket-Extensions")).startsWith("permessage-deflate");
            byte[] fits = deflated(letters(MIB));
            assertThat(fits.length).isLessThan(MIB / 100);
            wire.send(0x40 | Wire.TEXT, true, fits);
            assertThat(wire.next().opcode()).isEqualTo(Wire.TEXT);
            wire.send(0x40 | Wire.TEXT, true, deflated(letters(MIB + 1)));
            assertThat(wire.untilClose().code()).isEqualTo(1009);
        }
    }

    /** As RFC 7692 §7.2.1 wants it: a sync flush without its last four bytes. */
    private static byte[] deflated(byte[] bytes) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try (DeflaterOutputStream deflating = new DeflaterOutputStream(out, deflater, true)) {
            deflating.write(bytes);
            deflating.flush();
            byte[] flushed = out.toByteArray();
            return Arrays.copyOf(flushed, flushed.length - 4);
        } finally {
            deflater.end();
        }
    }

    @ServerEndpoint("/parts")
    public static class Parts {
        private long received;

        @OnMessage
        public void text(String part, boolean last, Session session) throws Exception {
            received += part.length();
            if (last) {
                session.getBasicRemote().sendText("text of " + received);
            }
        }

        @OnMessage
        public String binary(InputStream in) throws Exception {
            return "binary of " + in.readAllBytes().length;
        }
    }

    @Test
    void partialAndStreamHandlersHaveNoLimitOfSize() throws Exception {
        try (Deployed server = Deployed.of(Parts.class);
                Wire wire = server.wire("/parts")) {
            wire.send(Wire.TEXT, false, letters(MIB));
            wire.send(Wire.CONTINUATION, true, letters(2 * MIB));
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("text of " + 3 * MIB);
            wire.send(Wire.BINARY, false, letters(MIB));
            wire.send(Wire.CONTINUATION, true, letters(2 * MIB));
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("binary of " + 3 * MIB);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void anIdleTimeoutThatIsNotPositiveIsNone(long timeout) throws Exception {
        try (Deployed server = Deployed.of(Sized.class);
                Wire wire = server.wire("/sized")) {
            Session session = server.events().next(Session.class);
            session.setMaxIdleTimeout(50);
            session.setMaxIdleTimeout(timeout);
            assertThat(session.getMaxIdleTimeout()).isEqualTo(timeout);
            assertThat(wire.endsWithin(Duration.ofMillis(300))).isFalse();
            wire.text("alive");
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("text of 5");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Wire.PING, Wire.PONG})
    void controlFramesThatArriveAreActivity(int opcode) throws Exception {
        try (Deployed server = Deployed.of(Sized.class);
                Wire wire = server.wire("/sized")) {
            Session session = server.events().next(Session.class);
            session.setMaxIdleTimeout(1500);
            long end = System.nanoTime() + Duration.ofMillis(3500).toNanos();
            while (System.nanoTime() - end < 0) {
                wire.send(opcode, true, new byte[0]);
                LockSupport.parkNanos(50_000_000);
            }
            assertThat(session.isOpen()).isTrue();
        }
    }

    /** Answers nothing, so that only what arrives can keep the session. */
    public static final class Listening extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>)
                    text -> Events.of(session).add(text));
            Events.of(session).add(session);
        }
    }

    @Test
    void messagesThatArriveAndMessagesThatAreSentAreActivity() throws Exception {
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Listening.class, "/listening")
                .configurator(new Recording())
                .build();
        try (Deployed server = Deployed.of(config);
                Wire receives = server.wire("/listening")) {
            Session sender = server.events().next(Session.class);
            try (Wire sends = server.wire("/listening")) {
                Session listener = server.events().next(Session.class);
                sender.setMaxIdleTimeout(1500);
                listener.setMaxIdleTimeout(1500);
                long end = System.nanoTime() + Duration.ofMillis(3500).toNanos();
                while (System.nanoTime() - end < 0) {
                    sends.send(Wire.TEXT, true, "x".getBytes(UTF_8));
                    server.events().expect("x");
                    sender.getBasicRemote().sendText("y");
                    assertThat(receives.next(Wire.TEXT).text()).isEqualTo("y");
                    LockSupport.parkNanos(50_000_000);
                }
                assertThat(sender.isOpen()).isTrue();
                assertThat(listener.isOpen()).isTrue();
            }
        }
    }

    @Test
    void theContainersIdleTimeoutIsTheDefaultOfASession() throws Exception {
        try (Deployed server = Deployed.of(Sized.class)) {
            server.container().setDefaultMaxSessionIdleTimeout(54_321);
            try (Wire wire = server.wire("/sized")) {
                assertThat(server.events().next(Session.class).getMaxIdleTimeout())
                        .isEqualTo(54_321);
                assertThat(wire.status()).isEqualTo(101);
            }
        }
    }
}
