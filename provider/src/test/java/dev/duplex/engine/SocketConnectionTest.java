package dev.duplex.engine;

import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.ProtocolFailure;
import dev.duplex.frame.Wiring;
import dev.duplex.transport.SocketTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only a real network stack can show: its buffers, its resets, its way to wake a blocked thread. */
@Timeout(30)
class SocketConnectionTest {
    private static final long WAIT = TimeUnit.SECONDS.toNanos(10);
    private static final CloseFrame BYE = new CloseFrame(1000, "bye");

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private Socket clientSocket;
    private Socket serverSocket;

    @BeforeEach
    void connect() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            clientSocket = new Socket(listener.getInetAddress(), listener.getLocalPort());
            serverSocket = listener.accept();
        }
        clientSocket.setSoTimeout((int) TimeUnit.NANOSECONDS.toMillis(WAIT));
        open.add(clientSocket);
        open.add(serverSocket);
    }

    @AfterEach
    void disconnect() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    @Test
    void aMessageGoesThereAndBack() throws Exception {
        Connection client = client();
        Connection server = server(WAIT);
        byte[] message = new byte[200_000];
        FutureTask<Integer> writing = start(() -> client.write(2, true, message, 0, message.length));
        assertThat(receive(server, WAIT)).isEqualTo(message);
        assertThat(writing.get(10, TimeUnit.SECONDS)).isEqualTo(message.length + 14);
        assertThat(server.remoteAddress()).isEqualTo(client.localAddress());
    }

    @Test
    void aFrameThatIsHalfReadGoesOnAfterATimeout() throws Exception {
        Connection server = server(WAIT);
        byte[] wire = Wiring.SERVER.fromRemote(bytes("81 02 68 69"));
        clientSocket.getOutputStream().write(wire, 0, 7);
        assertThatExceptionOfType(SocketTimeoutException.class)
                .isThrownBy(() -> receive(server, TimeUnit.MILLISECONDS.toNanos(5)));
        clientSocket.getOutputStream().write(wire, 7, 1);
        assertThat(receive(server, WAIT)).isEqualTo(bytes("68 69"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClosingHandshakeCompletesAtBothEndsWhoeverBegins(boolean clientBegins) throws Exception {
        Connection client = client();
        Connection server = server(WAIT);
        Connection first = clientBegins ? client : server;
        Connection second = first == client ? server : client;
        FutureTask<Boolean> shutdown = start(() -> first.shutdown(BYE, WAIT));
        assertThat(receive(second, WAIT)).isNull();
        assertThat(shutdown.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(second.shutdown(BYE, WAIT)).isTrue();
        assertThat(second.result()).isEqualTo(BYE);
        assertThat(first.result()).isEqualTo(new CloseFrame(1000, ""));
        assertThat(client.error()).isNull();
        assertThat(server.error()).isNull();
    }

    @Test
    void closeWakesWhoReads() throws Exception {
        Connection server = server(WAIT);
        FutureTask<byte[]> reading = start(() -> receive(server, 0));
        awaitWaiting(reading);
        server.close();
        assertThat(reading.get(10, TimeUnit.SECONDS)).isNull();
        assertThat(clientSocket.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void aWriteThatTheRemoteEndDoesNotReadTimesOut() throws Exception {
        Connection server = server(TimeUnit.MILLISECONDS.toNanos(50));
        byte[] message = new byte[1 << 20];
        assertThatExceptionOfType(SocketTimeoutException.class)
                .isThrownBy(() -> {
                    for (; ; ) {
                        server.write(2, true, message, 0, message.length);
                    }
                })
                .withMessage(
                        "Not written within PT0.05S: the remote end does not read; the connection is dead because a"
                                + " frame is half sent");
        assertThat(server.open()).isFalse();
    }

    @Test
    void closeWakesWhoWrites() throws Exception {
        Connection server = server(WAIT);
        byte[] message = new byte[1 << 20];
        FutureTask<Integer> writing = start(() -> {
            for (; ; ) {
                server.write(2, true, message, 0, message.length);
            }
        });
        awaitWaiting(writing);
        server.close();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> writing.get(10, TimeUnit.SECONDS))
                .withCauseInstanceOf(IOException.class);
    }

    @RepeatedTest(5)
    void theCloseOfABrokenRuleArrivesThoughBytesWereUnread() throws Exception {
        Connection server = server(WAIT);
        clientSocket.getOutputStream().write(bytes("83 80"));
        FutureTask<Boolean> flood = start(() -> {
            byte[] more = frame(0x82, new byte[10_000]);
            for (int i = 0; i < 50; i++) {
                clientSocket.getOutputStream().write(more);
            }
            clientSocket.shutdownOutput();
            return true;
        });
        assertThatExceptionOfType(ProtocolFailure.class).isThrownBy(() -> receive(server, WAIT));
        assertThat(flood.get(10, TimeUnit.SECONDS)).isTrue();
        byte[] close = frame(0x88, new CloseFrame(1002, "opcode 0x3 is reserved").payload());
        assertThat(clientSocket.getInputStream().readAllBytes()).isEqualTo(close);
    }

    @Test
    void aResetIsTheEnd() throws Exception {
        Connection server = server(WAIT);
        clientSocket.setSoLinger(true, 0);
        clientSocket.close();
        assertThat(receive(server, WAIT)).isNull();
        assertThat(server.error()).isEqualTo("Connection reset");
    }

    private Connection client() throws IOException {
        return connection(clientSocket, true, WAIT);
    }

    private Connection server(long writeTimeout) throws IOException {
        return connection(serverSocket, false, writeTimeout);
    }

    private Connection connection(Socket socket, boolean client, long writeTimeout) throws IOException {
        socket.setSoTimeout(0);
        Connection connection = new Connection(
                SocketTransport.plain(socket),
                new ConnectionSettings(client, 0, writeTimeout, WAIT),
                null,
                Line.Owner.of(1 << 20));
        connection.start(new byte[0], 0, 0);
        open.add(connection::close);
        return connection;
    }

    private static byte[] receive(Connection connection, long timeout) throws Exception {
        connection.lockReading();
        try {
            return connection.receive(timeout) ? connection.takePayload() : null;
        } finally {
            connection.unlockReading();
        }
    }

    private <T> FutureTask<T> start(Callable<T> task) {
        FutureTask<T> started = new FutureTask<>(task);
        threads.add(Thread.ofVirtual().start(started));
        return started;
    }

    /** Waits until the last thread that was started waits for the network. */
    private void awaitWaiting(FutureTask<?> task) {
        Thread thread = threads.getLast();
        long until = System.nanoTime() + WAIT;
        while (thread.getState() != Thread.State.WAITING && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        assertThat(task).isNotDone();
    }
}
