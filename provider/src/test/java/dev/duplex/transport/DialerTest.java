package dev.duplex.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class DialerTest {
    private static final long HURRIED = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long PATIENT = TimeUnit.SECONDS.toNanos(30);

    private ServerSocket listener;

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    @Test
    void connectsWithTheHost() throws Exception {
        for (String host : new String[] {"localhost", "127.0.0.1"}) {
            try (Socket near = Dialer.dial(host, listener.getLocalPort(), System.nanoTime() + PATIENT);
                    Socket far = listener.accept()) {
                near.getOutputStream().write(7);
                assertThat(far.getInputStream().read()).isEqualTo(7);
            }
        }
    }

    @Test
    void nobodyListeningAndNoSuchHostAreSaidSo() throws Exception {
        int port = listener.getLocalPort();
        listener.close();
        long until = System.nanoTime() + PATIENT;
        assertThatExceptionOfType(ConnectException.class)
                .isThrownBy(() -> Dialer.dial("127.0.0.1", port, until))
                .withMessageStartingWith("No connection with 127.0.0.1:" + port + ": ")
                .withCauseInstanceOf(IOException.class);
        assertThatExceptionOfType(UnknownHostException.class)
                .isThrownBy(() -> Dialer.dial("no-such-host.invalid", 80, until))
                .withMessage("No connection with no-such-host.invalid:80: the host no-such-host.invalid is not known");
    }

    @Test
    void aHostThatDoesNotAnswerInTimeIsATimeout() throws Exception {
        int port = listener.getLocalPort();
        List<Socket> waiting = new ArrayList<>(); // nobody accepts: when the backlog is full, no more are answered
        try {
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> {
                        for (int i = 0; i < 10; i++) {
                            waiting.add(Dialer.dial("127.0.0.1", port, System.nanoTime() + HURRIED));
                        }
                    })
                    .withMessage("No connection with 127.0.0.1:" + port + " in time");
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void whatBlocksIsCutAtTheDeadlineAndSaidToBeLate() throws Exception {
        long until = System.nanoTime() + HURRIED;
        try (Socket near = Dialer.dial("127.0.0.1", listener.getLocalPort(), System.nanoTime() + PATIENT);
                Socket far = listener.accept()) {
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> Dialer.before(
                            until, near, () -> near.getInputStream().read()))
                    .withMessage("The time to open a connection is over")
                    .withCauseInstanceOf(SocketException.class);
            assertThat(near.isClosed()).isTrue();
            assertThat(far.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void whatFailsInTimeFailsAsItIsAndTheSocketIsCut() throws Exception {
        long until = System.nanoTime() + PATIENT;
        IOException failure = new IOException("refused");
        Socket one = new Socket();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Dialer.before(until, one, () -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(one.isClosed()).isTrue();
        Socket other = new Socket();
        assertThatIllegalStateException()
                .isThrownBy(() -> Dialer.before(until, other, () -> {
                    throw new IllegalStateException("a bug");
                }));
        assertThat(other.isClosed()).isTrue();
    }

    @Test
    void whatWasOpenedInTimeIsNotCutLater() throws Exception {
        try (Socket near = Dialer.dial("127.0.0.1", listener.getLocalPort(), System.nanoTime() + PATIENT);
                Socket far = listener.accept()) {
            long until = System.nanoTime() + HURRIED;
            assertThat(Dialer.before(until, near, () -> "opened")).isEqualTo("opened");
            near.setSoTimeout((int) TimeUnit.NANOSECONDS.toMillis(2 * HURRIED));
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> near.getInputStream().read());
            far.getOutputStream().write(7);
            assertThat(near.getInputStream().read()).isEqualTo(7);
        }
    }
}
