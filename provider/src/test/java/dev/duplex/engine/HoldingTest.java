package dev.duplex.engine;

import static dev.duplex.engine.Line.result;
import static dev.duplex.engine.Urgency.NOW;
import static dev.duplex.engine.Urgency.SOON;
import static dev.duplex.engine.Urgency.WHEN_FLUSHED;
import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.frame.Wiring.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.deflate.DeflateParameters;
import dev.duplex.frame.BufferPool;
import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.Wiring;
import dev.duplex.transport.MemoryTransport;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that wait for others. A line of little capacity shows it: what is written blocks there, what is held does not. */
@Timeout(30)
class HoldingTest {
    private static final int CAPACITY = 100;
    private static final byte[] LARGE = new byte[10 * CAPACITY];
    private static final String LARGE_SHOWN = hex(frame(0x82, LARGE));

    @ParameterizedTest
    @EnumSource
    void whatMayWaitSoonGoesOutThoughNobodyReadsOrWrites(Wiring wiring) throws Exception {
        try (Line line = narrow(wiring)) {
            line.write(0x82, LARGE, SOON);
            line.write(0x81, bytes("61"), SOON);
            line.assertReceives(LARGE_SHOWN, "81 01 61");
            line.write(0x81, bytes("62"), SOON); // and so does what comes later
            line.assertReceives("81 01 62");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWaitsForAFlushGoesOutSoonWithWhatIsMoreUrgent(Wiring wiring) throws Exception {
        try (Line line = narrow(wiring)) {
            line.write(0x82, LARGE, WHEN_FLUSHED);
            line.write(0x81, bytes("61"), SOON);
            line.assertReceives(LARGE_SHOWN, "81 01 61");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWaitsForAFlushGoesOutWithIt(Wiring wiring) throws Exception {
        try (Line line = narrow(wiring)) {
            line.connection.flush();
            line.write(0x82, LARGE, WHEN_FLUSHED);
            FutureTask<Boolean> flushing = line.start(() -> {
                line.connection.flush();
                return true;
            });
            line.here.awaitBlockedWriter();
            line.assertReceives(LARGE_SHOWN);
            assertThat(result(flushing)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsHeldGoesOutBeforeWhateverIsSentNext(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.write(0x81, bytes("61"), WHEN_FLUSHED);
            line.write(0x81, bytes("62"), NOW);
            line.assertReceives("81 01 61", "81 01 62");
            line.write(0x81, bytes("63"), WHEN_FLUSHED);
            line.connection.ping(bytes("01"));
            line.assertReceives("81 01 63", "89 01 01");
            line.write(0x81, bytes("64"), WHEN_FLUSHED);
            line.connection.leave(1, bytes("65"), 0, 1, 0, 100, failure -> {});
            line.assertReceives("81 01 64", "81 01 65");
            line.write(0x81, bytes("66"), WHEN_FLUSHED);
            line.connection.startClose(new CloseFrame(1000, ""));
            line.assertReceives("81 01 66", "88 02 03 e8");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReaderThatWouldWaitSendsWhatIsHeldFirst(Wiring wiring) throws Exception {
        byte[] wire = wiring.fromRemote(bytes("81 01 61 82 02 01 02"));
        int first = wiring.client() ? 3 : 7;
        for (int there = first; there < wire.length; there++) { // a part of the next frame, or nothing
            try (Line line = Line.open(wiring)) {
                line.there.output().write(wire, 0, there);
                assertThat(line.read()).isEqualTo("81 01 61");
                line.write(0x81, bytes("62"), SOON);
                FutureTask<String> reading = line.start(line::read);
                line.assertReceives("81 01 62");
                assertThat(reading).isNotDone();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER", "CLIENT"})
    void aReaderThatFindsAFrameDoesNotWaitForTheNetwork(Wiring wiring) throws Exception {
        try (Line line = narrow(wiring)) {
            line.send("81 01 61 81 01 62 81 01 63");
            assertThat(line.read()).isEqualTo("81 01 61");
            line.write(0x82, LARGE, SOON);
            assertThat(line.read()).isEqualTo("81 01 62"); // had it flushed, it would hang there
            assertThat(line.read()).isEqualTo("81 01 63");
            FutureTask<String> reading = line.start(line::read);
            line.here.awaitBlockedWriter();
            line.assertReceives(LARGE_SHOWN);
            assertThat(reading).isNotDone();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReaderLeavesToTheApplicationWhatOnlyAFlushSends(Wiring wiring) throws Exception {
        try (Line line = narrow(wiring)) {
            line.write(0x82, LARGE, WHEN_FLUSHED);
            FutureTask<String> reading = line.start(line::read);
            line.here.awaitBlockedReader(); // not in a write
            line.send("81 01 61");
            assertThat(result(reading)).isEqualTo("81 01 61");
            FutureTask<Integer> writing = line.start(() -> line.write("81 01 62"));
            line.assertReceives(LARGE_SHOWN, "81 01 62");
            result(writing);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsHeldGoesOutThoughTheNextFrameIsAControlFrame(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("81 01 61 89 01 70 81 01 62 8a 00 81 01 63 88 02 03 e8");
            assertThat(line.read()).isEqualTo("81 01 61");
            line.write(0x81, bytes("41"), SOON);
            assertThat(line.read()).isEqualTo("81 01 62");
            line.write(0x81, bytes("42"), SOON);
            assertThat(line.read()).isEqualTo("81 01 63");
            line.write(0x81, bytes("43"), SOON);
            FutureTask<String> reading = line.start(line::read);
            int data = 0;
            for (String received = line.received(); !received.startsWith("88"); received = line.received()) {
                if (received.startsWith("81")) {
                    assertThat(received).isEqualTo("81 01 4" + ++data);
                } else {
                    assertThat(received).isEqualTo("8a 01 70");
                }
            }
            assertThat(data).isEqualTo(3); // all of it before the Close
            line.there.close();
            assertThat(result(reading)).isEqualTo("end");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFlushThatFailsDoesNotHideWhatTheRemoteEndSaidBefore(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("82 01 62", "88 02 03 e9");
            line.there.close(); // what it sent is under way
            line.write(0x81, bytes("61"), SOON);
            assertThat(line.read()).isEqualTo("82 01 62");
            assertThat(line.read()).isEqualTo("end");
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(1001, ""));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5_000, 30_000})
    void theBufferOfHeldFramesIsGivenBackWhenTheConnectionEnds(int length) throws Exception {
        for (String end : new String[] {"close", "reset", "end"}) {
            byte[] medium = new byte[BufferPool.MEDIUM.size()];
            byte[] large = new byte[BufferPool.LARGE.size()];
            BufferPool.MEDIUM.give(medium);
            BufferPool.LARGE.give(large);
            try (Line line = Line.open(Wiring.SERVER)) {
                line.write(0x82, new byte[length], WHEN_FLUSHED);
                switch (end) {
                    case "close" -> line.connection.close();
                    case "reset" -> line.here.reset();
                    default -> line.there.close();
                }
                assertThat(line.read()).isEqualTo("end");
                line.assertEnded();
            }
            assertThat(BufferPool.MEDIUM.take()).isSameAs(medium);
            assertThat(BufferPool.LARGE.take()).isSameAs(large);
            assertThat(BufferPool.MEDIUM.take()).isNotSameAs(medium);
            assertThat(BufferPool.LARGE.take()).isNotSameAs(large);
        }
    }

    @Test
    void heldAndCompressedMessagesComeInOrder() throws Exception {
        for (DeflateParameters agreed :
                new DeflateParameters[] {DeflateParameters.DEFAULT, new DeflateParameters(true, true, 15, 15)}) {
            MemoryTransport transport = MemoryTransport.pair(4 << 20);
            Connection client = connection(transport, true, agreed);
            Connection server = connection(transport.remote(), false, agreed);
            Random random = new Random(1);
            Urgency[] urgencies = Urgency.values();
            byte[][] messages = new byte[200][];
            for (int i = 0; i < messages.length; i++) {
                messages[i] = new byte[random.nextInt(3) == 0 ? random.nextInt(20_000) : random.nextInt(200)];
                for (int at = 0; at < messages[i].length; at++) {
                    messages[i][at] = (byte) (random.nextInt(4) + at % 5);
                }
                int cut = random.nextInt(messages[i].length + 1);
                client.write(2, false, messages[i], 0, cut, urgencies[random.nextInt(3)]);
                client.write(0, true, messages[i], cut, messages[i].length - cut, urgencies[random.nextInt(3)]);
            }
            client.flush();
            for (byte[] message : messages) {
                assertThat(message(server)).isEqualTo(message);
            }
            client.close();
            server.close();
        }
    }

    private static byte[] message(Connection connection) throws Exception {
        byte[] message = {};
        assertThat(connection.lockReading(Line.DEADLINE)).isTrue();
        try {
            boolean fin = false;
            while (!fin) {
                assertThat(connection.receive(Line.DEADLINE)).isTrue();
                fin = connection.fin();
                // the payload as it stands, not a copy
                int length = message.length;
                message = Arrays.copyOf(message, length + connection.payloadLength());
                System.arraycopy(
                        connection.payload(), connection.payloadOffset(), message, length, connection.payloadLength());
            }
            return message;
        } finally {
            connection.unlockReading();
        }
    }

    private static Connection connection(MemoryTransport transport, boolean client, DeflateParameters agreed) {
        return new Connection(
                transport,
                new ConnectionSettings(client, 0, Line.DEADLINE, Line.DEADLINE),
                agreed,
                Line.Owner.of(100_000));
    }

    private static Line narrow(Wiring wiring) throws IOException {
        return Line.with(wiring).capacity(CAPACITY).open();
    }
}
