package dev.duplex.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a dispatch allocates is what the application gets and what goes to the network. Compiled code is what counts, so it is warm. */
@Timeout(60)
class DispatchAllocationTest {
    private static final int PAYLOAD_BYTES = 125;
    private static final int HEADER_BYTES = 2;
    private static final int MESSAGES = 50_000;
    /** A session, and what the JVM does beside it, shared by the messages. */
    private static final double TOLERANCE = 2;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final byte[] PAYLOAD = ClientFrames.ascii(PAYLOAD_BYTES).getBytes(StandardCharsets.UTF_8);

    private static volatile @Nullable Object made; // so that what is made must exist

    @ParameterizedTest
    @EnumSource
    void allocatesTheMessageAndTheFrameOfItsAnswerOnly(MessageKind kind) throws Exception {
        Dispatch dispatch = new Dispatch(kind.endpoint(), kind.decoders());
        byte[] frame = kind.frame(PAYLOAD_BYTES);
        Callable<MemoryTransport> session = () -> {
            MemoryTransport transport = new MemoryTransport(new ReplayedInput(frame, 1, MESSAGES));
            dispatch.run(transport);
            return transport;
        };
        MemoryTransport warm = session.call();
        assertThat(warm.written()).isEqualTo(kind.answers() ? (long) MESSAGES * (HEADER_BYTES + PAYLOAD_BYTES) : 0L);
        for (int i = 0; i < 4; i++) {
            session.call();
        }

        double message = bytes(() -> {
            for (int i = 0; i < MESSAGES; i++) {
                make(kind);
            }
            return made;
        });

        assertThat(bytes(session)).isBetween(message - TOLERANCE, message + TOLERANCE);
    }

    /** Makes what one message of this kind cannot do without. */
    private static void make(MessageKind kind) {
        switch (kind) {
            case TEXT, TEXT_PATH_PARAM, TEXT_PART -> made = text();
            case TEXT_DECODED -> made = new MessageKind.Line(text());
            case TEXT_RETURNED, TEXT_SENT -> {
                String text = text();
                made = text;
                made = text.getBytes(StandardCharsets.UTF_8);
                made = new byte[HEADER_BYTES + PAYLOAD_BYTES];
            }
            case BINARY -> made = ByteBuffer.wrap(PAYLOAD.clone());
            case BINARY_ARRAY -> made = PAYLOAD.clone();
            case BINARY_RETURNED -> {
                made = ByteBuffer.wrap(PAYLOAD.clone());
                made = new byte[HEADER_BYTES + PAYLOAD_BYTES];
            }
        }
    }

    private static String text() {
        return new String(PAYLOAD, StandardCharsets.UTF_8);
    }

    /** Bytes that this thread allocates, per message. */
    private static double bytes(Callable<?> work) throws Exception {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        work.call();
        return (double) (THREADS.getCurrentThreadAllocatedBytes() - before) / MESSAGES;
    }
}
