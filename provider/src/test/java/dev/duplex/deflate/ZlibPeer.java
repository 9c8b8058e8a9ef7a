package dev.duplex.deflate;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The real zlib in a Python process: the only one here whose windows are as small as they are said to be. */
final class ZlibPeer implements AutoCloseable {
    private static final int ANSWER_SECONDS = 60;

    private final Process process;
    private final DataOutputStream requests;
    private final DataInputStream answers;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    private ZlibPeer(Process process) {
        this.process = process;
        this.requests = new DataOutputStream(process.getOutputStream());
        this.answers = new DataInputStream(process.getInputStream());
    }

    /** Starts the process; without Python the calling test is skipped. */
    static ZlibPeer start() {
        try {
            return new ZlibPeer(new ProcessBuilder(
                            "python3",
                            Path.of("src", "test", "peers", "zlib_peer.py").toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        } catch (IOException e) {
            return Assumptions.abort("needs the Debian package python3: " + e.getMessage());
        }
    }

    void newInflater(int windowBits, boolean contextTakeover) throws Exception {
        request('I', windowBits, contextTakeover, new byte[0]);
    }

    void newDeflater(int windowBits, boolean contextTakeover) throws Exception {
        request('D', windowBits, contextTakeover, new byte[0]);
    }

    byte[] inflate(byte[] payload, boolean fin) throws Exception {
        return request('i', fin ? 1 : 0, false, payload);
    }

    byte[] deflate(byte[] data, boolean fin) throws Exception {
        return request('d', fin ? 1 : 0, false, data);
    }

    private byte[] request(char op, int a, boolean b, byte[] data) throws Exception {
        return executor.submit(() -> exchange(op, a, b, data)).get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    private byte[] exchange(char op, int a, boolean b, byte[] data) throws IOException {
        requests.writeByte(op);
        requests.writeByte(a);
        requests.writeBoolean(b);
        requests.writeInt(data.length);
        requests.write(data);
        requests.flush();
        boolean refused = answers.readBoolean();
        byte[] answer = new byte[answers.readInt()];
        answers.readFully(answer);
        if (refused) {
            throw new IOException(new String(answer, StandardCharsets.UTF_8));
        }
        return answer;
    }

    @Override
    public void close() {
        // First the process: it ends whatever still waits for it.
        process.destroyForcibly();
        executor.close();
    }
}
