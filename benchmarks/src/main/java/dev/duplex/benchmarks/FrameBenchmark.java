package dev.duplex.benchmarks;

import dev.duplex.frame.FrameHeader;
import dev.duplex.frame.FrameReader;
import dev.duplex.frame.FrameWriter;
import dev.duplex.frame.Opcodes;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
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
import org.openjdk.jmh.annotations.Warmup;

/** A frame read and unmasked, and a frame written, by size: nanoseconds, and with {@code -prof gc} bytes, per frame. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class FrameBenchmark {
    private static final int LIMIT = 2 << 20;

    /** Bytes of payload. */
    @Param({"16", "125", "1024", "16384", "1048576"})
    int payloadBytes;

    private byte[] payload;
    private FrameReader texts;
    private FrameReader binaries;
    private FrameWriter toClient;
    private FrameWriter toServer;

    /** Puts the frames in front of the readers. */
    @Setup
    public void prepare() throws IOException {
        payload = ClientFrames.ascii(payloadBytes).getBytes(StandardCharsets.UTF_8);
        texts = reader(ClientFrames.text(payloadBytes));
        binaries = reader(ClientFrames.binary(payloadBytes));
        toClient = new FrameWriter(OutputStream.nullOutputStream(), false);
        toServer = new FrameWriter(OutputStream.nullOutputStream(), true);
    }

    /** A client's text: unmasked, its UTF-8 judged. */
    @Benchmark
    public int readText() throws IOException {
        texts.read();
        return texts.payloadLength();
    }

    /** A client's binary message: unmasked. */
    @Benchmark
    public int readBinary() throws IOException {
        binaries.read();
        return binaries.payloadLength();
    }

    /** What a server writes. */
    @Benchmark
    public int write() throws IOException {
        return toClient.write(Opcodes.TEXT | FrameHeader.B0_FIN, payload, 0, payloadBytes);
    }

    /** What a client writes: masked. */
    @Benchmark
    public int writeMasked() throws IOException {
        return toServer.write(Opcodes.TEXT | FrameHeader.B0_FIN, payload, 0, payloadBytes);
    }

    private static FrameReader reader(byte[] frame) {
        return new FrameReader(ReplayedInput.endless(frame), true, false, opcode -> LIMIT);
    }
}
