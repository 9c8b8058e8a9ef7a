package dev.duplex.session;

import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.session.Talk.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.duplex.deflate.ByteBuilder;
import dev.duplex.deflate.Compressor;
import dev.duplex.deflate.DeflateParameters;
import dev.duplex.frame.Wiring;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How messages come to their handlers. */
@Timeout(60)
class InboundTest {
    // ---- whole messages

    @ParameterizedTest
    @EnumSource
    void wholeTextIsPutTogetherAndControlFramesPassInside(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onText((talking, text) -> talking.heard.add(text))
                .open()) {
            talk.send("81 02 c3 a4", "81 00", "01 01 c3", "89 01 70", "00 00", "80 02 a4 21", "81 01 7a");
            talk.assertHears("ä", "", "ä!", "z");
            talk.assertReceives("8a 01 70");
        }
    }

    @ParameterizedTest
    @EnumSource
    void wholeBinaryMessagesComeAsBuffersAndArraysOfTheirOwn(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> session.addMessageHandler(ByteBuffer.class, (ByteBuffer bytes) -> {
                    assertThat(bytes.arrayOffset()).isZero();
                    assertThat(bytes.array()).hasSize(bytes.remaining());
                    talking.heard.add(HexFormat.of().formatHex(bytes.array()));
                }))
                .open()) {
            talk.send("82 02 01 02", "02 01 03", "80 01 04");
            talk.assertHears("0102", "0304");
        }
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> session.addMessageHandler(
                        byte[].class,
                        (byte[] bytes) -> talking.heard.add(HexFormat.of().formatHex(bytes))))
                .open()) {
            talk.send("82 02 01 02", "02 01 03", "80 01 04", "82 00");
            talk.assertHears("0102", "0304", "");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMessageThatNobodyTakesIsNotDeliveredAndTheNextOneIs(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onText((talking, text) -> talking.heard.add(text))
                .open()) {
            talk.send("82 01 01", "02 01 01", "00 01 01", "80 01 01", "8a 00", "81 01 61");
            talk.assertHears("a");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFailureOfAHandlerIsToldAndTheSessionLives(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onText((talking, text) -> {
                    if (text.equals("a")) {
                        throw new IllegalStateException("oh");
                    }
                    talking.heard.add(text);
                })
                .open()) {
            talk.send("81 01 61", "81 01 62");
            talk.assertHears("error IllegalStateException: oh", "b");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptOfAHandlerDoesNotOutliveIt(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> {
                    talking.onText((t, text) -> {
                        t.heard.add(text + " " + Thread.currentThread().isInterrupted());
                        Thread.currentThread().interrupt();
                    });
                    Thread.currentThread().interrupt();
                })
                .onError((talking, failure) -> Thread.currentThread().interrupt())
                .open()) {
            talk.send("81 01 61", "81 01 62");
            talk.assertHears("a false", "b false");
            talk.session.getBasicRemote().sendText("z");
            talk.assertReceivesText("z");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNegativeLimitOfTheSessionIsNoLicence(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onText((talking, text) -> talking.heard.add(text))
                .open()) {
            talk.session.setMaxTextMessageBufferSize(-1);
            talk.send("81 01 61");
            talk.there.shutdownOutput();
            assertThat(talk.next()).startsWith("error SessionException: Payload size limit reached");
            assertThat(talk.next()).startsWith("close 1009");
        }
    }

    // ---- parts

    @ParameterizedTest
    @EnumSource
    void eachFrameIsAPart(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> {
                    session.addMessageHandler(
                            String.class, (String part, boolean last) -> talking.heard.add(part + " " + last));
                    session.addMessageHandler(
                            byte[].class,
                            (byte[] part, boolean last) ->
                                    talking.heard.add(HexFormat.of().formatHex(part) + " " + last));
                })
                .open()) {
            talk.send("01 01 61", "00 00", "80 01 62", "81 01 63", "01 00", "80 00");
            talk.assertHears("a false", " false", "b true", "c true", " false", " true");
            talk.send("02 01 01", "80 00", "82 01 02");
            talk.assertHears("01 false", " true", "02 true");
        }
    }

    @ParameterizedTest
    @EnumSource
    void noTextPartCutsACharacter(Wiring wiring) throws Exception {
        String text = "aä€😀z";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> session.addMessageHandler(
                        String.class, (String part, boolean last) -> talking.heard.add(part + (last ? "|" : ""))))
                .open()) {
            for (int first = 0; first <= bytes.length; first++) {
                for (int second = first; second <= bytes.length; second++) {
                    talk.send(frame(0x01, Arrays.copyOf(bytes, first)));
                    talk.send(frame(0x00, Arrays.copyOfRange(bytes, first, second)));
                    talk.send(frame(0x80, Arrays.copyOfRange(bytes, second, bytes.length)));
                    StringBuilder joined = new StringBuilder();
                    while (joined.indexOf("|") < 0) {
                        String part = talk.next();
                        assertThat(part).doesNotContain("\uFFFD");
                        joined.append(part);
                    }
                    assertThat(joined).hasToString(text + "|");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER", "CLIENT"})
    void partsOfALargeFrameComeAsItComesWithoutALimit(Wiring wiring) throws Exception {
        String text = "€😀".repeat(50_000);
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> session.addMessageHandler(
                        String.class, (String part, boolean last) -> talking.heard.add(part + (last ? "|" : ""))))
                .open()) {
            talk.sendText(text);
            StringBuilder joined = new StringBuilder();
            int parts = 0;
            while (joined.indexOf("|") < 0) {
                joined.append(talk.next());
                parts++;
            }
            assertThat(joined).hasToString(text + "|");
            assertThat(parts).isGreaterThan(1);
        }
    }

    // ---- streams

    @ParameterizedTest
    @EnumSource
    void aStreamIsTheMessageWhileItComes(Wiring wiring) throws Exception {
        byte[] large = new byte[150_000];
        new Random(3).nextBytes(large);
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> session.addMessageHandler(
                        InputStream.class,
                        (InputStream stream) -> talking.alone(
                                (t, in) -> {
                                    int first = in.read();
                                    t.heard.add("begun " + first); // the rest has not been sent
                                    byte[] rest = in.readAllBytes();
                                    t.heard.add(rest.length + " " + Arrays.hashCode(rest) + " " + in.read());
                                },
                                stream)))
                .open()) {
            talk.send("02 01 07");
            talk.assertHears("begun 7");
            talk.send(frame(0x00, large));
            talk.send("80 00");
            talk.assertHears(large.length + " " + Arrays.hashCode(large) + " -1");
            talk.send("82 00");
            talk.assertHears("begun -1", "0 1 -1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReaderIsTheTextWhileItComes(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> session.addMessageHandler(
                        Reader.class,
                        (Reader reader) -> talking.alone(
                                (t, in) -> {
                                    t.heard.add("begun " + (char) in.read());
                                    StringBuilder rest = new StringBuilder();
                                    for (int c = in.read(); c >= 0; c = in.read()) {
                                        rest.append((char) c);
                                    }
                                    t.heard.add(rest.toString());
                                },
                                reader)))
                .open()) {
            talk.send("01 02 61 f0");
            talk.assertHears("begun a");
            talk.send("00 02 9f 98", "80 02 80 7a", "81 01 71");
            talk.assertHears("😀z", "begun q", "");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAHandlerLeavesOfAStreamIsDiscarded(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> session.addMessageHandler(
                        InputStream.class,
                        (InputStream stream) -> talking.alone(
                                (t, in) -> {
                                    int first = in.read();
                                    t.heard.add("first " + first);
                                    if (first == 2) {
                                        throw new IllegalStateException("oh");
                                    }
                                    if (first == 3) {
                                        in.close();
                                        assertThatExceptionOfType(IOException.class)
                                                .isThrownBy(in::read);
                                    }
                                },
                                stream)))
                .open()) {
            talk.send("02 01 01", "00 01 09", "89 00", "80 01 09");
            talk.send("02 02 02 09", "80 01 09", "82 02 03 09", "82 01 04");
            talk.assertHears("first 1", "first 2", "error IllegalStateException: oh", "first 3", "first 4");
            talk.assertReceives("8a 00");
        }
    }

    @ParameterizedTest
    @EnumSource
    void pongsInsideAStreamComeBehindItsHandlerTheNewestOnes(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> {
                    session.addMessageHandler(
                            PongMessage.class,
                            (PongMessage pong) -> talking.alone(
                                    (t, with) -> t.heard.add(
                                            "pong " + with.getApplicationData().get(0)),
                                    pong));
                    session.addMessageHandler(
                            InputStream.class,
                            (InputStream stream) -> talking.alone(
                                    (t, in) -> {
                                        in.read();
                                        t.heard.add("read " + in.read());
                                    },
                                    stream));
                })
                .open()) {
            talk.send("8a 01 01", "02 01 07");
            for (int i = 2; i < 22; i++) {
                talk.send(frame(0x8A, new byte[] {(byte) i}));
            }
            talk.send("00 01 08", "8a 01 63", "80 00", "8a 01 64");
            talk.assertHears("pong 1", "read 8");
            for (int i = 7; i < 22; i++) { // sixteen are kept, the last one of them is 99
                talk.assertHears("pong " + i);
            }
            talk.assertHears("pong 99", "pong 100");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStreamIsOverWhenItsHandlerHasReturned(Wiring wiring) throws Exception {
        AtomicReference<InputStream> kept = new AtomicReference<>();
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> session.addMessageHandler(InputStream.class, (InputStream stream) -> {
                    kept.compareAndSet(null, stream);
                    talking.heard.add("returned");
                }))
                .open()) {
            talk.send("82 01 01", "82 01 02");
            talk.assertHears("returned", "returned");
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> kept.get().read())
                    .withMessage("The stream is closed, or its message is over because the handler has returned");
        }
    }

    /** A handler must not hand its stream on; one that does cannot take what belongs to the next message. */
    @ParameterizedTest
    @EnumSource
    void aThreadThatReadsAStreamLongerThanItsHandlerTakesNothingOfTheNextMessage(Wiring wiring) throws Exception {
        CompletableFuture<InputStream> handedOn = new CompletableFuture<>();
        CountDownLatch blocked = new CountDownLatch(1);
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> {
                    session.addMessageHandler(
                            InputStream.class,
                            (InputStream stream) -> talking.alone(
                                    (t, in) -> {
                                        if (handedOn.complete(in)) {
                                            t.here.awaitBlockedReader(); // the other thread
                                            blocked.countDown();
                                        } else {
                                            t.heard.add("next " + in.read());
                                        }
                                    },
                                    stream));
                    talking.onText((t, text) -> t.heard.add(text));
                })
                .open()) {
            talk.send("02 00");
            InputStream stream = handedOn.get(10, TimeUnit.SECONDS);
            FutureTask<String> reading = talk.start(() -> {
                try {
                    return "read " + stream.read();
                } catch (IOException e) {
                    return "closed";
                }
            });
            assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
            talk.send("80 01 05", "82 01 06", "81 01 61");
            assertThat(result(reading)).isIn("read 5", "closed");
            talk.assertHears("next 6", "a");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionThatEndsInsideAStreamFailsItsReader(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> session.addMessageHandler(
                        InputStream.class, (InputStream stream) -> talking.alone((t, in) -> in.readAllBytes(), stream)))
                .open()) {
            talk.send("02 01 01");
            talk.leave("88 02 03 e9");
            talk.assertHears("error IllegalStateException: The connection ended inside a message", "close 1001");
        }
    }

    @ParameterizedTest
    @EnumSource
    void textInAStreamThatIsNotUtf8FailsTheConnection(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> session.addMessageHandler(
                        Reader.class,
                        (Reader reader) -> talking.alone(
                                (t, in) -> {
                                    while (in.read() >= 0) {
                                        // until it fails
                                    }
                                },
                                reader)))
                .open()) {
            talk.send("01 01 61", "80 01 ff");
            talk.there.shutdownOutput();
            talk.assertHears(
                    "error IllegalStateException: a text message is not UTF-8",
                    "close 1007 a text message is not UTF-8");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER", "CLIENT"})
    void aCompressedMessageIsAStreamToo(Wiring wiring) throws Exception {
        byte[] zeros = new byte[8 << 20];
        ByteBuilder compressed = new ByteBuilder(0);
        new Compressor(true, 15).compress(zeros, 0, zeros.length, true, compressed);
        try (Talk talk = Talk.with(wiring)
                .compressed(DeflateParameters.DEFAULT)
                .onOpen((talking, session) -> session.addMessageHandler(
                        InputStream.class,
                        (InputStream stream) -> talking.alone(
                                (t, in) -> {
                                    long all = 0;
                                    byte[] some = new byte[10_000];
                                    for (int count = in.read(some); count >= 0; count = in.read(some)) {
                                        all += count;
                                        assertThat(in.available()).isLessThan(1_100_000);
                                    }
                                    t.heard.add(all + " bytes");
                                },
                                stream)))
                .open()) {
            talk.send(frame(0xC2, compressed.toByteArray()));
            talk.send("82 00");
            talk.assertHears(zeros.length + " bytes", "0 bytes");
        }
    }

    // ---- handlers

    @ParameterizedTest
    @EnumSource
    void aHandlerThatIsRemovedInsideAMessageStillGetsIt(Wiring wiring) throws Exception {
        MessageHandler.Whole<String> handler = new MessageHandler.Whole<>() {
            @Override
            public void onMessage(String text) {
                throw new IllegalStateException("heard " + text);
            }
        };
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> {
                    session.addMessageHandler(handler);
                    session.addMessageHandler(PongMessage.class, (PongMessage pong) -> {
                        session.removeMessageHandler(handler);
                        session.addMessageHandler(
                                String.class, (String part, boolean last) -> talking.heard.add(part + " " + last));
                    });
                })
                .open()) {
            talk.send("01 01 61", "8a 00", "80 01 62", "81 01 63");
            talk.assertHears("error IllegalStateException: heard ab", "c true");
        }
    }

    // ---- replies

    @ParameterizedTest
    @EnumSource
    void aReplyDoesNotWaitForASlowHandlerBehindIt(Wiring wiring) throws Exception {
        CountDownLatch received = new CountDownLatch(1);
        try (Talk talk = Talk.with(wiring)
                .replying(text -> {
                    if (text.equals("b")) {
                        assertThat(received.await(10, TimeUnit.SECONDS)).isTrue();
                    }
                    return text;
                })
                .open()) {
            talk.send("81 01 61 81 01 62");
            talk.assertReceivesText("a");
            received.countDown();
            talk.assertReceivesText("b");
        }
    }

    @ParameterizedTest
    @EnumSource
    void repliesComeInOrderWhateverComesBetween(Wiring wiring) throws Exception {
        try (Talk talk =
                Talk.with(wiring).replying(text -> text.isEmpty() ? null : text).open()) {
            talk.send("81 01 61 81 00 81 01 62 89 01 70 8a 00 81 01 63 81 02 64"); // the last one in part
            talk.assertReceivesText("a", "b");
            String next = talk.received(); // the Pong is sent by a thread of its own
            if (next.startsWith("8a")) {
                talk.assertReceivesText("c");
            } else {
                assertThat(next).isEqualTo("81 01 63");
                talk.assertReceives("8a 01 70");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReplyGoesOutBeforeTheAnswerToAClose(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).replying(text -> text).open()) {
            talk.send("81 01 61 81 01 62 88 02 03 e8");
            talk.there.shutdownOutput();
            talk.assertReceivesText("a", "b");
            talk.assertReceives("88 02 03 e8");
            talk.assertHears("close 1000");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReplyThatNoEncoderTakesIsTold(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).replying(text -> new Object()).open()) {
            talk.send("81 01 61");
            assertThat(talk.next()).startsWith("error EncodeException: No encoder takes a java.lang.Object");
            assertThat(talk.session.isOpen()).isTrue();
        }
    }
}
