package dev.duplex.session;

import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.frame.Wiring.hex;
import static dev.duplex.session.Talk.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.duplex.frame.Wiring;
import jakarta.websocket.EncodeException;
import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What both remotes of a session send. */
@Timeout(60)
class OutboundTest {
    // ---- whole messages

    @ParameterizedTest
    @EnumSource
    void wholeMessagesGoOutAsGivenAndBuffersAreConsumed(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).open()) {
            RemoteEndpoint.Basic basic = talk.session.getBasicRemote();
            basic.sendText("ä");
            basic.sendText("");
            ByteBuffer heap = ByteBuffer.wrap(bytes("00 01 02 03"), 1, 2);
            ByteBuffer direct = ByteBuffer.allocateDirect(2).put(bytes("04 05")).flip();
            ByteBuffer slice = ByteBuffer.wrap(bytes("00 06 07 00"), 1, 2).slice();
            ByteBuffer readOnly = ByteBuffer.wrap(bytes("08")).asReadOnlyBuffer();
            for (ByteBuffer buffer : List.of(heap, direct, slice, readOnly)) {
                basic.sendBinary(buffer);
                assertThat(buffer.hasRemaining()).isFalse();
            }
            basic.sendObject(7);
            basic.sendObject(bytes("09"));
            talk.assertReceives("81 02 c3 a4", "81 00", "82 02 01 02", "82 02 04 05", "82 02 06 07", "82 01 08");
            talk.assertReceives("81 01 37", "82 01 09");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER", "CLIENT"})
    @SuppressWarnings("NullAway") // null is what is tested
    void nothingThatIsNullIsSent(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).open()) {
            RemoteEndpoint.Basic basic = talk.session.getBasicRemote();
            RemoteEndpoint.Async async = talk.session.getAsyncRemote();
            SendHandler handler = result -> {};
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> basic.sendText(null),
                    () -> basic.sendText(null, true),
                    () -> basic.sendBinary(null),
                    () -> basic.sendBinary(null, true),
                    () -> basic.sendObject(null),
                    () -> basic.sendPing(null),
                    () -> basic.sendPong(null),
                    () -> async.sendText(null),
                    () -> async.sendText(null, handler),
                    () -> async.sendText("", null),
                    () -> async.sendBinary(null),
                    () -> async.sendBinary(null, handler),
                    () -> async.sendBinary(ByteBuffer.allocate(0), null),
                    () -> async.sendObject(null),
                    () -> async.sendObject(null, handler),
                    () -> async.sendObject(Thread.State.NEW, null))) {
                assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining("null");
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> basic.sendPing(ByteBuffer.allocate(126)))
                    .withMessage("A Ping or Pong carries 126 bytes; RFC 6455 §5.5 allows up to 125 bytes");
            basic.sendPing(ByteBuffer.allocate(0));
            async.sendPong(ByteBuffer.wrap(bytes("01")));
            talk.assertReceives("89 00", "8a 01 01");
        }
    }

    // ---- parts

    @ParameterizedTest
    @EnumSource
    void eachPartIsAFrameAtOnce(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).open()) {
            RemoteEndpoint.Basic basic = talk.session.getBasicRemote();
            basic.sendText("a", false);
            talk.assertReceives("01 01 61");
            assertThatIllegalStateException()
                    .isThrownBy(() -> basic.sendBinary(ByteBuffer.allocate(1), true))
                    .withMessage("A text message lacks its last part: send that first (RFC 6455 §5.4)");
            assertThatIllegalStateException().isThrownBy(() -> basic.sendText("z"));
            basic.sendText("", false);
            talk.assertReceives("00 00");
            basic.sendText("b", true);
            ByteBuffer part = ByteBuffer.wrap(bytes("01"));
            basic.sendBinary(part, false);
            assertThat(part.hasRemaining()).isFalse();
            assertThatIllegalStateException()
                    .isThrownBy(() -> basic.sendText("", true))
                    .withMessage("A binary message lacks its last part: send that first (RFC 6455 §5.4)");
            basic.sendBinary(ByteBuffer.allocate(0), true);
            basic.sendText("z", true);
            talk.assertReceives("80 01 62", "02 01 01", "80 00", "81 01 7a");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCharacterThatTwoPartsShareGoesWithTheSecond(Wiring wiring) throws Exception {
        String face = "😀";
        try (Talk talk = Talk.with(wiring).open()) {
            RemoteEndpoint.Basic basic = talk.session.getBasicRemote();
            basic.sendText("a" + face.charAt(0), false);
            basic.sendText("", false);
            basic.sendText(face.substring(1) + face.charAt(0), false);
            basic.sendText(face.substring(1), true);
            basic.sendText(face.substring(0, 1), false);
            basic.sendText(face.substring(1) + "z", true);
            talk.assertReceives("01 01 61", "00 00", "00 04 f0 9f 98 80", "80 04 f0 9f 98 80");
            talk.assertReceives("01 00", "80 05 f0 9f 98 80 7a");
            basic.sendText(face.substring(0, 1), true); // no character at all
            basic.sendText("a", true);
            talk.assertReceives("81 01 3f", "81 01 61");
        }
    }

    // ---- streams

    @ParameterizedTest
    @EnumSource
    void aSendStreamIsOneMessage(Wiring wiring) throws Exception {
        byte[] large = new byte[50_000];
        new Random(1).nextBytes(large);
        try (Talk talk = Talk.with(wiring).open()) {
            try (OutputStream stream = talk.session.getBasicRemote().getSendStream()) {
                stream.write(large, 0, 20_000);
                stream.write(large[20_000]);
                stream.write(large, 20_001, large.length - 20_001);
            }
            byte[] joined = {};
            String frame;
            do {
                frame = talk.received();
                byte[] wire = bytes(frame);
                assertThat(wire[0]).isEqualTo((byte) (joined.length == 0 ? 0x02 : frame.startsWith("80") ? 0x80 : 0));
                int header = (wire[1] & 0x7F) < 126 ? 2 : 4;
                joined = Arrays.copyOf(joined, joined.length + wire.length - header);
                System.arraycopy(wire, header, joined, joined.length - wire.length + header, wire.length - header);
            } while (!frame.startsWith("80"));
            assertThat(joined).isEqualTo(large);

            OutputStream none = talk.session.getBasicRemote().getSendStream();
            none.close();
            OutputStream empty = talk.session.getBasicRemote().getSendStream();
            empty.write(new byte[0]);
            empty.close();
            empty.close();
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> empty.write(1));
            OutputStream flushed = talk.session.getBasicRemote().getSendStream();
            flushed.write(1);
            flushed.flush();
            flushed.flush();
            flushed.close();
            talk.assertReceives("82 00", "02 01 01", "80 00");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSendWriterIsOneMessageAndCutsNoCharacter(Wiring wiring) throws Exception {
        String face = "😀";
        try (Talk talk = Talk.with(wiring).open()) {
            try (Writer writer = talk.session.getBasicRemote().getSendWriter()) {
                writer.write("a" + face.charAt(0));
                writer.flush();
                writer.write(face.charAt(1));
                writer.flush();
            }
            try (Writer writer = talk.session.getBasicRemote().getSendWriter()) {
                writer.write("");
            }
            talk.assertReceives("01 01 61", "00 04 f0 9f 98 80", "80 00", "81 00");
            String large = "€".repeat(10_000);
            try (Writer writer = talk.session.getBasicRemote().getSendWriter()) {
                writer.write(large);
            }
            int length = 0;
            String frame;
            do {
                frame = talk.received();
                length += bytes(frame).length - (bytes(frame)[1] < 126 ? 2 : 4);
            } while (!frame.startsWith("80"));
            assertThat(length).isEqualTo(large.getBytes(StandardCharsets.UTF_8).length);
        }
    }

    // ---- batching

    @ParameterizedTest
    @EnumSource
    void aBatchWaitsForItsFlush(Wiring wiring) throws Exception {
        byte[] large = new byte[1_000];
        try (Talk talk = Talk.with(wiring).capacity(100).open()) { // what is not held would block
            RemoteEndpoint.Basic basic = talk.session.getBasicRemote();
            assertThat(basic.getBatchingAllowed()).isFalse();
            basic.setBatchingAllowed(true);
            assertThat(basic.getBatchingAllowed()).isTrue();
            basic.sendText("a");
            basic.sendBinary(ByteBuffer.wrap(large));
            basic.sendText("b", false);
            basic.sendText("c", true);
            FutureTask<Boolean> flushing = talk.start(() -> {
                basic.flushBatch();
                return true;
            });
            talk.assertReceives("81 01 61", hex(frame(0x82, large)), "01 01 62", "80 01 63");
            result(flushing);
            basic.sendText("d");
            basic.setBatchingAllowed(false);
            talk.assertReceives("81 01 64");
            basic.sendText("e");
            talk.assertReceives("81 01 65");
        }
    }

    // ---- asynchronous

    @ParameterizedTest
    @EnumSource
    void asynchronousAndOtherSendsOfAThreadKeepTheirOrder(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).capacity(50).maxPendingBytes(2_000).open()) {
            FutureTask<List<Future<Void>>> sending = talk.start(() -> {
                List<Future<Void>> sent = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    sent.add(talk.session.getAsyncRemote().sendText("async " + i));
                    if (i % 10 == 0) {
                        talk.session.getBasicRemote().sendText("basic " + i);
                    }
                }
                return sent;
            });
            for (int i = 0; i < 100; i++) {
                talk.assertReceivesText("async " + i);
                if (i % 10 == 0) {
                    talk.assertReceivesText("basic " + i);
                }
            }
            for (Future<Void> one : result(sending)) {
                assertThat(one.get(10, TimeUnit.SECONDS)).isNull();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSendHandlerIsCalledWhileTheCallerBlocksAndMayBlockAndThrow(Wiring wiring) throws Exception {
        CountDownLatch handled = new CountDownLatch(1);
        BlockingQueue<SendResult> results = new LinkedBlockingQueue<>();
        BlockingQueue<ClassLoader> loaders = new LinkedBlockingQueue<>();
        ClassLoader own = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[0])) {
            Thread.currentThread().setContextClassLoader(loader); // the application's: the session is opened with it
            try (Talk talk = Talk.with(wiring)
                    .onText((talking, text) -> {
                        Thread.currentThread().setContextClassLoader(own); // who sends may have another
                        ByteBuffer data = ByteBuffer.wrap(bytes("01"));
                        talking.session.getAsyncRemote().sendBinary(data, result -> {
                            assertThat(data.hasRemaining()).isFalse();
                            loaders.add(Thread.currentThread().getContextClassLoader());
                            results.add(result);
                            handled.countDown();
                            throw new IllegalStateException("oh");
                        });
                        assertThat(handled.await(10, TimeUnit.SECONDS)).isTrue();
                        talking.session.getAsyncRemote().sendText("b", result -> {});
                    })
                    .open()) {
                talk.send("81 01 61");
                talk.assertReceives("82 01 01", "81 01 62");
                assertThat(loaders.poll(10, TimeUnit.SECONDS)).isSameAs(loader);
                SendResult result = results.poll(10, TimeUnit.SECONDS);
                assertThat(result).isNotNull();
                assertThat(result.isOK()).isTrue();
                assertThat(result.getException()).isNull();
                assertThat(result.getSession()).isSameAs(talk.session);
            }
        } finally {
            Thread.currentThread().setContextClassLoader(own);
        }
    }

    /** What only an encoder makes a message of. */
    public record Note(String text) {}

    /** An encoder that fails. */
    public static final class Failing implements Encoder.Text<Note> {
        @Override
        public void init(EndpointConfig config) {}

        @Override
        public void destroy() {}

        @Override
        public String encode(Note message) throws EncodeException {
            if (message.text().isEmpty()) {
                throw new IllegalStateException("empty");
            }
            throw new EncodeException(message, "not encoded");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER", "CLIENT"})
    void anEncoderThatFailsIsToldNotThrown(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).encoder(Failing.class).open()) {
            RemoteEndpoint.Async async = talk.session.getAsyncRemote();
            for (String text : new String[] {"", "a"}) {
                Class<?> type = text.isEmpty() ? IllegalStateException.class : EncodeException.class;
                Future<Void> sent = async.sendObject(new Note(text));
                assertThatExceptionOfType(ExecutionException.class)
                        .isThrownBy(() -> sent.get(10, TimeUnit.SECONDS))
                        .withCauseInstanceOf(type.asSubclass(Throwable.class));
                CompletableFuture<SendResult> told = new CompletableFuture<>();
                async.sendObject(new Note(text), told::complete);
                SendResult result = told.get(10, TimeUnit.SECONDS);
                assertThat(result.isOK()).isFalse();
                assertThat(result.getException()).isInstanceOf(type);
            }
            assertThatExceptionOfType(EncodeException.class)
                    .isThrownBy(() -> talk.session.getBasicRemote().sendObject(new Note("a")));
            async.sendObject(7, result -> {});
            talk.assertReceives("81 01 37");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSendTimeoutCountsFromWhenTheSendWasAskedAndCostsNotTheSession(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).open()) {
            RemoteEndpoint.Async async = talk.session.getAsyncRemote();
            assertThat(async.getSendTimeout()).isZero();
            async.setSendTimeout(20);
            assertThat(async.getSendTimeout()).isEqualTo(20);
            assertThat(talk.session.getAsyncRemote().getSendTimeout()).isEqualTo(20);
            talk.session.getBasicRemote().sendText("a", false);
            Future<Void> late = async.sendText("late");
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> late.get(10, TimeUnit.SECONDS))
                    .withMessageContaining("nothing was sent and the connection stays usable");
            async.setSendTimeout(-1);
            Future<Void> patient = async.sendText("c");
            talk.session.getBasicRemote().sendText("b", true);
            talk.assertReceives("01 01 61", "80 01 62", "81 01 63");
            assertThat(patient.get(10, TimeUnit.SECONDS)).isNull();
            async.setSendTimeout(Long.MAX_VALUE);
            async.sendText("d", result -> {});
            talk.assertReceives("81 01 64");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER", "CLIENT"})
    void aSlowRemoteEndSlowsDownAsynchronousSendsToo(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).capacity(100).maxPendingBytes(10_000).open()) {
            FutureTask<Boolean> sending = talk.start(() -> {
                for (int i = 0; i < 100; i++) {
                    talk.session.getAsyncRemote().sendBinary(ByteBuffer.allocate(1_000), result -> {});
                }
                return true;
            });
            talk.here.awaitBlockedWriter();
            for (int i = 0; i < 100; i++) {
                assertThat(talk.connection.leftBytes()).isLessThanOrEqualTo(10_000);
                talk.assertReceives(hex(frame(0x82, new byte[1_000])));
            }
            assertThat(result(sending)).isTrue();
        }
    }
}
