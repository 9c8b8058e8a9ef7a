package dev.duplex.engine;

import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.frame.Wiring.join;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.frame.Opcodes;
import dev.duplex.frame.Wiring;
import dev.duplex.transport.MemoryTransport;
import java.io.IOException;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that may wait for others: when they leave. */
@Timeout(30)
class CutArrivalTest {
    private static final ConnectionSettings SERVER = new ConnectionSettings(false, 0, Line.DEADLINE, Line.DEADLINE);

    private final MemoryTransport here = MemoryTransport.pair();
    private final MemoryTransport there = here.remote();
    private final Connection connection = new Connection(here, SERVER, null, Line.Owner.of(1 << 20));

    @ParameterizedTest
    @ValueSource(ints = {4, 16, 40})
    void whatArrivedTogetherIsAnsweredTogether(int count) throws Exception {
        byte[] frame = frame(0x82, new byte[125]);
        there.output().write(together(count, frame));
        connection.start(new byte[0], 0, 0);

        for (int i = 0; i < count; i++) {
            assertThat(there.input().available())
                    .as("bytes that left before all was answered")
                    .isZero();
            answer();
        }

        assertThat(there.input().available()).isEqualTo(count * frame.length);
    }

    @Test
    void theBeginningOfAFrameDoesNotHoldTheAnswerToTheFrameBefore() throws Exception {
        byte[] frame = frame(0x82, new byte[125]);
        byte[] wire = together(2, frame);
        there.output().write(wire, 0, wire.length - 1);
        connection.start(new byte[0], 0, 0);

        answer();

        assertThat(there.input().available()).isEqualTo(frame.length);
    }

    private void answer() throws IOException, InterruptedException {
        connection.lockReading();
        try {
            assertThat(connection.receive(0)).isTrue();
            // As a session does it, but without the time after which what waits leaves by itself
            Urgency urgency = connection.frameIsThere() ? Urgency.WHEN_FLUSHED : Urgency.NOW;
            byte[] payload = connection.takePayload();
            connection.write(Opcodes.BINARY, true, payload, 0, payload.length, urgency);
        } finally {
            connection.unlockReading();
        }
    }

    private static byte[] together(int count, byte[] frame) {
        return Wiring.SERVER.fromRemote(join(Collections.nCopies(count, frame).toArray(byte[][]::new)));
    }
}
