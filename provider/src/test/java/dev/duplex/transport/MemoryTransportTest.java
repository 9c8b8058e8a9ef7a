package dev.duplex.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The other tests rely on it to behave as a socket does. */
@Timeout(30)
class MemoryTransportTest {
    private final MemoryTransport here = MemoryTransport.pair(4);
    private final MemoryTransport there = here.remote();

    @Test
    void whatIsWrittenAtOneEndIsReadAtTheOther() throws IOException {
        here.output().write(new byte[] {1, 2, 3});
        there.output().write(9);
        assertThat(there.input().readNBytes(3)).containsExactly(1, 2, 3);
        assertThat(here.input().read()).isEqualTo(9);
    }

    @Test
    void aReadGivesNoMoreThanItIsAllowedTo() throws IOException {
        there.bytesPerRead(1);
        here.output().write(new byte[] {1, 2});
        assertThat(there.input().read(new byte[4])).isOne();
        assertThat(there.input().read(new byte[4])).isOne();
    }

    @Test
    void aWriteOfMoreThanThereIsRoomForBlocksUntilItIsRead() throws Exception {
        FutureTask<Boolean> writing = start(() -> {
            here.output().write(new byte[10]);
            return true;
        });
        here.awaitBlockedWriter();
        assertThat(writing).isNotDone();
        assertThat(there.input().readNBytes(10)).hasSize(10);
        assertThat(writing.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aReadTimesOutAndLosesNothing() throws IOException {
        there.readTimeout(2);
        assertThatExceptionOfType(SocketTimeoutException.class)
                .isThrownBy(() -> there.input().read());
        here.output().write(7);
        assertThat(there.input().read()).isEqualTo(7);
    }

    @Test
    void afterShutdownOfTheOutputTheRestIsReadAndThenTheEnd() throws IOException {
        here.output().write(7);
        here.shutdownOutput();
        assertThat(there.input().read()).isEqualTo(7);
        assertThat(there.input().read()).isEqualTo(-1);
        assertThatExceptionOfType(SocketException.class)
                .isThrownBy(() -> here.output().write(8))
                .withMessage("Socket output is shutdown");
        there.output().write(9);
        assertThat(here.input().read()).isEqualTo(9);
    }

    @Test
    void closeWakesWhoReadsAndWhoWritesHereAndThere() throws Exception {
        FutureTask<Integer> reading = start(() -> here.input().read());
        FutureTask<Boolean> writing = start(() -> {
            here.output().write(new byte[10]);
            return true;
        });
        here.awaitBlockedReader();
        here.awaitBlockedWriter();
        here.close();
        assertFails(reading, "Socket closed");
        assertFails(writing, "Socket closed");
        assertThat(there.input().readNBytes(5)).hasSize(4);
        assertThatExceptionOfType(SocketException.class)
                .isThrownBy(() -> there.output().write(1))
                .withMessage("Broken pipe");
        here.close();
    }

    @Test
    void closeWithBytesUnreadResetsTheConnection() throws IOException {
        there.output().write(1);
        here.output().write(2);
        here.close();
        assertThatExceptionOfType(SocketException.class)
                .isThrownBy(() -> there.input().read())
                .withMessage("Connection reset");
    }

    private static void assertFails(FutureTask<?> task, String message) {
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> task.get(10, TimeUnit.SECONDS))
                .havingCause()
                .withMessage(message);
    }

    private static <T> FutureTask<T> start(Callable<T> task) {
        FutureTask<T> started = new FutureTask<>(task);
        Thread.ofVirtual().start(started);
        return started;
    }
}
