package dev.duplex.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class RoundTripTest {
    private static final int CONVERSATIONS = 500;
    private static final int FRAMES = 10;

    private record Sent(int b0, byte[] payload) {}

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsWrittenIsReadHoweverItIsCut(boolean masked) throws IOException {
        for (int seed = 0; seed < CONVERSATIONS; seed++) {
            Random random = new Random(seed);
            List<Sent> frames = conversation(random);
            ByteArrayOutputStream wire = new ByteArrayOutputStream();
            FrameWriter writer = new FrameWriter(wire, masked);
            for (Sent frame : frames) {
                writer.write(frame.b0, frame.payload, 0, frame.payload.length);
            }
            int most = random.nextBoolean() ? 20 : 100_000;
            FrameReader reader = new FrameReader(
                    new ScriptedStream(wire.toByteArray(), at -> 1 + random.nextInt(most), false),
                    masked,
                    true,
                    opcode -> Integer.MAX_VALUE);
            for (int i = 0; i < frames.size(); i++) {
                Sent frame = frames.get(i);
                assertThat(reader.read()).as("seed %d frame %d", seed, i).isTrue();
                assertThat(reader.opcode()).as("seed %d frame %d", seed, i).isEqualTo(frame.b0 & 0x0F);
                assertThat(reader.fin()).as("seed %d frame %d", seed, i).isEqualTo((frame.b0 & 0x80) != 0);
                assertThat(reader.takePayload()).as("seed %d frame %d", seed, i).isEqualTo(frame.payload);
            }
            assertThat(reader.read()).as("seed %d", seed).isFalse();
            reader.release();
        }
    }

    private static List<Sent> conversation(Random random) {
        List<Sent> frames = new ArrayList<>();
        boolean inMessage = false;
        while (frames.size() < FRAMES) {
            if (random.nextInt(4) == 0) {
                frames.add(new Sent(0x89 + random.nextInt(2), payload(random, 126)));
                continue;
            }
            boolean fin = random.nextInt(3) > 0;
            int mark = !inMessage && random.nextBoolean() ? FrameHeader.B0_RSV1 : 0;
            int opcode = inMessage ? Opcodes.CONTINUATION : Opcodes.BINARY;
            frames.add(new Sent(opcode | mark | (fin ? FrameHeader.B0_FIN : 0), payload(random, bound(random))));
            inMessage = !fin;
        }
        return frames;
    }

    private static int bound(Random random) {
        return switch (random.nextInt(20)) {
            case 0 -> 200_000;
            case 1, 2 -> 70_000;
            case 3, 4, 5 -> 10_000;
            default -> 300;
        };
    }

    private static byte[] payload(Random random, int bound) {
        byte[] payload = new byte[random.nextInt(bound)];
        random.nextBytes(payload);
        return payload;
    }
}
