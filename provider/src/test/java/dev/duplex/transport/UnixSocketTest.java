package dev.duplex.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class UnixSocketTest {
    /** A time that has to pass. */
    private static final int SHORT_MILLIS = 50;

    private static final int LONG_MILLIS = 20_000;

    @TempDir
    Path folder;

    private UnixDomainSocketAddress address;
    private UnixServerSocket listener;
    private UnixSocket near;
    private Socket far;

    @BeforeEach
    void connect() throws IOException {
        address = UnixDomainSocketAddress.of(folder.resolve("socket"));
        listener = new UnixServerSocket(address, 10);
        near = new UnixSocket(SocketChannel.open(address));
        far = listener.accept();
    }

    @AfterEach
    void close() throws IOException {
        near.close();
        far.close();
        listener.close();
    }

    private static Executor threads(boolean virtual) {
        return task -> (virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon()).start(task);
    }

    private static String read(Socket socket, int length) throws IOException {
        byte[] bytes = new byte[length];
        int count = socket.getInputStream().read(bytes, 0, length);
        return count < 0 ? "the end" : new String(bytes, 0, count, UTF_8);
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    @Test
    void bytesGoBothWays() throws IOException {
        write(near, "there");
        write(far, "back");
        assertThat(read(far, 100)).isEqualTo("there");
        assertThat(read(near, 100)).isEqualTo("back");
        near.getOutputStream().write('!');
        assertThat(far.getInputStream().read()).isEqualTo('!');
    }

    @Test
    void largeWritesArriveWhole() throws Exception {
        byte[] sent = new byte[3_000_000];
        new Random(3).nextBytes(sent);
        CompletableFuture<Void> writing = CompletableFuture.runAsync(
                () -> {
                    try {
                        near.getOutputStream().write(sent);
                        near.shutdownOutput();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                },
                threads(true));
        assertThat(far.getInputStream().readAllBytes()).isEqualTo(sent);
        writing.get(20, TimeUnit.SECONDS);
    }

    @Test
    void lateReadIsATimeoutAndLosesNothing() throws IOException {
        near.setSoTimeout(SHORT_MILLIS);
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> read(near, 100));
        }
        write(far, "late");
        near.setSoTimeout(LONG_MILLIS);
        assertThat(read(near, 1)).isEqualTo("l");
        near.setSoTimeout(0);
        assertThat(near.getInputStream().available()).isEqualTo(3);
        assertThat(read(near, 2)).isEqualTo("at");
        assertThat(read(near, 2)).isEqualTo("e");
        assertThat(near.getInputStream().available()).isZero();
        write(far, "next");
        assertThat(read(near, 100)).isEqualTo("next");
    }

    @Test
    void readWithoutATimeoutWaitsForWhatALateOneBegan() throws Exception {
        near.setSoTimeout(SHORT_MILLIS);
        assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> read(near, 100));
        near.setSoTimeout(0);
        CompletableFuture<String> reading = reading(near, true);
        write(far, "late");
        assertThat(reading.get(20, TimeUnit.SECONDS)).isEqualTo("late");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, LONG_MILLIS})
    void endOfTheStreamIsReadAgainAndAgain(int timeout) throws IOException {
        near.setSoTimeout(timeout);
        write(far, "last");
        far.close();
        assertThat(read(near, 100)).isEqualTo("last");
        for (int i = 0; i < 3; i++) {
            assertThat(read(near, 100)).isEqualTo("the end");
        }
    }

    @Test
    void outputThatIsShutLeavesTheInput() throws IOException {
        near.shutdownOutput();
        assertThat(read(far, 1)).isEqualTo("the end");
        write(far, "answer");
        assertThat(read(near, 100)).isEqualTo("answer");
    }

    private static CompletableFuture<String> reading(Socket socket, boolean virtual) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return read(socket, 100);
                    } catch (IOException e) {
                        return e.getClass().getSimpleName() + ": " + e.getMessage();
                    }
                },
                threads(virtual));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingWakesAReaderWithATimeoutAndOneWithout(boolean virtual) throws Exception {
        for (int timeout : new int[] {0, LONG_MILLIS}) {
            UnixSocket socket = new UnixSocket(SocketChannel.open(address));
            try (Socket other = listener.accept()) {
                socket.setSoTimeout(timeout);
                CompletableFuture<String> reading = reading(socket, virtual);
                write(socket, "reading");
                assertThat(read(other, 100)).isEqualTo("reading");
                socket.close();
                assertThat(reading.get(20, TimeUnit.SECONDS)).isEqualTo("SocketException: Socket closed");
                assertThat(socket.isClosed()).isTrue();
                assertThat(read(other, 100)).isEqualTo("the end");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingWakesAWriterThatNobodyReads(boolean virtual) throws Exception {
        CompletableFuture<Throwable> writing = CompletableFuture.supplyAsync(
                () -> catchThrowable(() -> {
                    OutputStream out = near.getOutputStream();
                    while (true) {
                        out.write(new byte[100_000]);
                    }
                }),
                threads(virtual));
        InputStream in = far.getInputStream();
        assertThat(in.readNBytes(1_000_000)).hasSize(1_000_000); // it is writing
        near.close();
        assertThat(writing.get(20, TimeUnit.SECONDS))
                .isInstanceOf(SocketException.class)
                .hasMessage("Socket closed");
    }

    @Test
    void interruptEndsAReadAsOfAnySocket() throws Exception {
        for (int timeout : new int[] {0, LONG_MILLIS}) {
            near.setSoTimeout(timeout);
            CompletableFuture<Throwable> failed = new CompletableFuture<>();
            Thread reader = Thread.ofVirtual().start(() -> {
                failed.complete(catchThrowable(() -> read(near, 1)));
            });
            reader.interrupt();
            Throwable failure = failed.get(20, TimeUnit.SECONDS);
            assertThat(failure).isInstanceOfAny(SocketException.class, InterruptedIOException.class);
            near.close();
            near = new UnixSocket(SocketChannel.open(address));
        }
    }

    @Test
    void bothEndsAreNamedAfterTheFile() {
        assertThat(far.getRemoteSocketAddress()).isEqualTo(address);
        assertThat(far.getLocalSocketAddress()).isEqualTo(address);
        assertThat(near.getRemoteSocketAddress()).isEqualTo(address);
        assertThat(near.getLocalSocketAddress()).isEqualTo(address);
        assertThat(far).hasToString("UnixSocket[" + folder.resolve("socket") + "]");
    }

    @Test
    void transportHasItsDeadlines() throws IOException {
        SocketTransport transport = SocketTransport.plain(far);
        transport.readTimeout(SHORT_MILLIS);
        assertThatExceptionOfType(SocketTimeoutException.class)
                .isThrownBy(() -> transport.input().read(new byte[1]));
        assertThat(transport.remoteAddress()).isEqualTo(address);
        transport.close();
        assertThat(read(near, 1)).isEqualTo("the end");
    }

    @Test
    void listenerRemovesItsFileAndNobodyElses() throws IOException {
        Path file = address.getPath();
        assertThat(file).exists();
        listener.close();
        assertThat(file).doesNotExist();
        UnixServerSocket other = new UnixServerSocket(address, 10);
        Files.delete(file);
        try (UnixServerSocket third = new UnixServerSocket(address, 10)) {
            assertThat(third.isClosed()).isFalse();
            other.close();
            assertThat(file).exists();
        }
        assertThat(file).doesNotExist();
        listener.close();
    }

    @Test
    void fileThatAKilledProcessLeftIsReplaced() throws IOException {
        UnixDomainSocketAddress left = UnixDomainSocketAddress.of(folder.resolve("left"));
        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(left).close(); // which leaves the file
        assertThat(left.getPath()).exists();
        try (UnixServerSocket again = new UnixServerSocket(left, 10);
                UnixSocket client = new UnixSocket(SocketChannel.open(left));
                Socket server = again.accept()) {
            write(client, "new");
            assertThat(read(server, 100)).isEqualTo("new");
        }
    }

    @Test
    void fileThatSomebodyListensOnIsLeftToHim() throws IOException {
        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> new UnixServerSocket(address, 10))
                .withMessage("Address already in use");
        listener.accept().close(); // the probe
        try (UnixSocket client = new UnixSocket(SocketChannel.open(address));
                Socket server = listener.accept()) {
            write(client, "still");
            assertThat(read(server, 100)).isEqualTo("still");
        }
    }

    @Test
    void whatIsNoSocketIsLeftAlone() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "precious");
        Path link = Files.createSymbolicLink(folder.resolve("link"), text);
        for (Path path : new Path[] {text, link, folder}) {
            assertThatExceptionOfType(BindException.class)
                    .isThrownBy(() -> new UnixServerSocket(UnixDomainSocketAddress.of(path), 10))
                    .withMessage("there is something that is no socket: remove it, or name another file");
        }
        assertThat(text).hasContent("precious");
    }
}
