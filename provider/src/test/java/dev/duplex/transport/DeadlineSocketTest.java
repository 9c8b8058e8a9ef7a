package dev.duplex.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class DeadlineSocketTest {
    @Test
    void timeRunsOutHoweverManyReadsBringSomething() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket listener = new ServerSocket(0, 1, loopback);
                Socket near = new Socket(loopback, listener.getLocalPort());
                Socket far = listener.accept()) {
            Thread.ofVirtual().start(() -> trickle(far));
            DeadlineSocket timed = new DeadlineSocket(near);
            InputStream in = timed.getInputStream();
            timed.setSoTimeout(300);
            assertThatThrownBy(() -> {
                        while (in.read(new byte[1], 0, 1) > 0) {
                            // the next byte is on its way
                        }
                    })
                    .isInstanceOf(SocketTimeoutException.class);
            timed.setSoTimeout(0);
            assertThat(in.read(new byte[1], 0, 1)).isEqualTo(1);
        }
    }

    /** A byte now and then, until the socket is closed. */
    private static void trickle(Socket socket) {
        try {
            while (true) {
                socket.getOutputStream().write(1);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        } catch (IOException e) {
            // it is closed
        }
    }
}
