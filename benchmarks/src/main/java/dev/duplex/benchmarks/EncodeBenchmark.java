package dev.duplex.benchmarks;

import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a session's sends cost until the frame is handed to the network: nanoseconds, and with {@code -prof gc} bytes, per message. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class EncodeBenchmark {
    /** Characters of the text, bytes of the binary message. */
    @Param({"125", "16384"})
    int length;

    private MemoryTransport transport;
    private Session session;
    private String ascii;
    private String cyrillic;
    private byte[] bytes;

    /** Opens a session to which nothing comes. */
    @Setup
    public void open() throws Exception {
        transport = new MemoryTransport(new SilentInput());
        ascii = ClientFrames.ascii(length);
        cyrillic = "Съешь же ещё этих мягких французских булок. "
                .repeat(length / 44 + 1)
                .substring(0, length);
        bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        Dispatch dispatch = new Dispatch(Opened.class, List.of());
        Opened opened = new Opened();
        Thread.ofVirtual().start(dispatch.session(opened, transport));
        session = opened.session.get(10, TimeUnit.SECONDS);
    }

    /** Ends the session. */
    @TearDown
    public void close() {
        transport.close();
    }

    /** A text of ASCII characters. */
    @Benchmark
    public void asciiText() throws IOException {
        session.getBasicRemote().sendText(ascii);
    }

    /** A text of characters of two bytes. */
    @Benchmark
    public void cyrillicText() throws IOException {
        session.getBasicRemote().sendText(cyrillic);
    }

    /** A binary message. */
    @Benchmark
    public void binary() throws IOException {
        session.getBasicRemote().sendBinary(ByteBuffer.wrap(bytes));
    }

    /** A text as an object, for which an encoder is looked for. */
    @Benchmark
    public void object() throws Exception {
        session.getBasicRemote().sendObject(ascii);
    }

    /** Tells of its session. */
    static final class Opened {
        private final CompletableFuture<Session> session = new CompletableFuture<>();

        @OnOpen
        public void open(Session opened) {
            session.complete(opened);
        }
    }
}
