package dev.duplex.benchmarks;

import jakarta.websocket.DeploymentException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A message from the bytes of its frame to an annotated method, and what the method answers back to bytes: nanoseconds per message, and
 * with {@code -prof gc} bytes allocated per message. An invocation is a whole session; what that costs is shared by its many messages.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DispatchBenchmark {
    /** A multiple of every {@link #framesTogether}. */
    static final int MESSAGES = 64_000;

    /** The method's form. */
    @Param
    MessageKind kind;

    /** How many messages arrive with one read. Answers that are returned then leave with one write. */
    @Param({"1", "16"})
    int framesTogether;

    /** Bytes of payload. */
    @Param("125")
    int payloadBytes;

    private Dispatch dispatch;
    private byte[] frame;

    /** Deploys the endpoint. */
    @Setup
    public void deploy() throws DeploymentException, IOException {
        dispatch = new Dispatch(kind.endpoint(), kind.decoders());
        frame = kind.frame(payloadBytes);
    }

    /** One session. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long dispatch() throws InstantiationException {
        MemoryTransport transport = new MemoryTransport(new ReplayedInput(frame, framesTogether, MESSAGES));
        dispatch.run(transport);
        return transport.written();
    }
}
