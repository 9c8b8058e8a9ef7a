package dev.duplex.servlet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.transport.Ends;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A blocking stream over a container that is made up: it signals when, and as often, as a test wants. */
final class ChannelTransportTest {
    private static final long SECONDS = 20;
    private static final InetSocketAddress LOCAL = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private static final InetSocketAddress REMOTE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 2);

    private final Channel channel = new Channel();

    @Test
    void readsWhatIsThereWithoutAsking() throws Exception {
        channel.come("abc");
        assertThat(read(10)).isEqualTo("abc");
        assertThat(channel.readsWanted.get()).isZero();
    }

    @Test
    void readsNothingIntoNoRoom() throws Exception {
        assertThat(channel.input().read(new byte[0], 0, 0)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void waitsForBytesAndAsksOnce(int spurious) throws Exception {
        FutureTask<String> reading = start(() -> read(10));
        channel.readWanted.await();
        for (int i = 0; i < spurious; i++) {
            channel.readable(); // nothing has come: it is to wait on
        }
        channel.come("late");
        channel.readable();
        assertThat(result(reading)).isEqualTo("late");
    }

    @Test
    void losesNoSignalThatComesBetweenItsLookAndItsQuestion() throws Exception {
        channel.beforeWantRead = () -> {
            channel.come("in between");
            channel.readable();
        };
        assertThat(result(start(() -> read(20)))).isEqualTo("in between");
    }

    @Test
    void losesNoSignalThatComesWhileItLooks() throws Exception {
        channel.beforeEmptyRead = () -> {
            channel.come("meanwhile");
            channel.readable();
        };
        assertThat(result(start(() -> read(20)))).isEqualTo("meanwhile");
    }

    @Test
    void readsOneByteAtATime() throws Exception {
        byte[] all = new byte[2000];
        new Random(1).nextBytes(all);
        FutureTask<byte[]> reading = start(() -> channel.input().readNBytes(all.length));
        for (byte one : all) {
            channel.come(new byte[] {one});
            channel.readable();
        }
        assertThat(result(reading)).isEqualTo(all);
    }

    @Test
    void givesUpWhenItsTimeIsOverAndLosesNothing() throws Exception {
        channel.readTimeout(20);
        assertThatThrownBy(() -> read(10)).isInstanceOf(SocketTimeoutException.class);
        channel.come("after all");
        channel.readable();
        channel.readTimeout(0);
        assertThat(result(start(() -> read(10)))).isEqualTo("after all");
        assertThat(channel.readsWanted.get()).isEqualTo(1);
    }

    @Test
    void asksNotAgainWhileItIsAskedAlready() throws Exception {
        for (int i = 0; i < 3; i++) {
            channel.readTimeout(1);
            assertThatThrownBy(() -> read(10)).isInstanceOf(SocketTimeoutException.class);
        }
        assertThat(channel.readsWanted.get()).isEqualTo(1);
    }

    @Test
    void readsTheEnd() throws Exception {
        FutureTask<Integer> reading = start(() -> channel.input().read());
        channel.readWanted.await();
        channel.ended = true;
        channel.readable();
        assertThat(result(reading)).isEqualTo(-1);
    }

    @Test
    void wakesWhoReadsAndWhoWritesWhenItIsClosed() throws Exception {
        channel.room = 0;
        FutureTask<String> reading = start(() -> read(10));
        FutureTask<Void> writing = start(() -> write(new byte[10]));
        channel.readWanted.await();
        channel.writeWanted.await();
        channel.close();
        assertThat(failure(reading)).isInstanceOf(SocketException.class).hasMessage("the connection is closed");
        assertThat(failure(writing)).isInstanceOf(SocketException.class).hasMessage("the connection is closed");
        channel.close();
        assertThat(channel.cuts.get()).isEqualTo(1);
        assertThatThrownBy(() -> write(new byte[1])).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> read(1)).isInstanceOf(SocketException.class);
    }

    @Test
    void tellsWhoReadsAndWhoWritesThatTheConnectionIsLost() throws Exception {
        channel.room = 0;
        FutureTask<String> reading = start(() -> read(10));
        FutureTask<Void> writing = start(() -> write(new byte[10]));
        channel.readWanted.await();
        channel.writeWanted.await();
        IOException cause = new IOException("reset");
        channel.failed(cause);
        assertThat(failure(reading))
                .isInstanceOf(IOException.class)
                .hasMessage("reset")
                .hasCause(cause);
        assertThat(failure(writing))
                .isInstanceOf(IOException.class)
                .hasMessage("reset")
                .hasCause(cause);
    }

    @Test
    void closesWhenWhoReadsIsInterrupted() throws Exception {
        Thread[] thread = new Thread[1];
        FutureTask<String> reading = new FutureTask<>(() -> read(10));
        thread[0] = Thread.ofVirtual().start(reading);
        channel.readWanted.await();
        thread[0].interrupt();
        assertThat(failure(reading)).isInstanceOf(SocketException.class).hasMessage("Closed by interrupt");
        assertThat(channel.cuts.get()).isEqualTo(1);
    }

    @Test
    void closesWhenWhoWritesIsInterrupted() throws Exception {
        channel.room = 0;
        FutureTask<Void> writing = new FutureTask<>(() -> write(new byte[10]));
        Thread thread = Thread.ofVirtual().start(writing);
        channel.writeWanted.await();
        thread.interrupt();
        assertThat(failure(writing)).isInstanceOf(SocketException.class).hasMessage("Closed by interrupt");
        assertThat(channel.cuts.get()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100})
    void writesInAsManyPiecesAsTheContainerWants(int room) throws Exception {
        byte[] all = new byte[1000];
        new Random(2).nextBytes(all);
        channel.room = 0;
        FutureTask<Void> writing = start(() -> write(all));
        channel.writeWanted.await();
        while (channel.sent().length < all.length) {
            channel.make(room);
            channel.writable();
            channel.writable(); // one signal more than there is reason for
        }
        channel.flushed = true;
        channel.writable();
        result(writing);
        assertThat(channel.sent()).isEqualTo(all);
    }

    @Test
    void returnsOnlyWhenTheNetworkHasIt() throws Exception {
        channel.flushed = false;
        FutureTask<Void> writing = start(() -> write(new byte[10]));
        channel.writeWanted.await();
        assertThat(channel.sent()).hasSize(10);
        assertThat(writing.isDone()).isFalse();
        channel.flushed = true;
        channel.writable();
        result(writing);
    }

    @Test
    void readsWhileAnotherThreadWaitsToWrite() throws Exception {
        channel.room = 0;
        FutureTask<Void> writing = start(() -> write(new byte[10]));
        channel.writeWanted.await();
        channel.come("abc");
        assertThat(read(10)).isEqualTo("abc");
        assertThat(writing.isDone()).isFalse();
        channel.make(10);
        channel.writable();
        result(writing);
    }

    @Test
    void finishesItsOutputOnlyWhileItIsOpen() throws Exception {
        channel.shutdownOutput();
        assertThat(channel.finished).isTrue();
        channel.close();
        assertThatThrownBy(channel::shutdownOutput).isInstanceOf(SocketException.class);
    }

    @Test
    void knowsBetweenWhomItIs() {
        assertThat(channel.localAddress()).isEqualTo(LOCAL);
        assertThat(channel.remoteAddress()).isEqualTo(REMOTE);
    }

    private String read(int length) throws IOException {
        byte[] bytes = new byte[length];
        int count = channel.input().read(bytes, 0, length);
        return count < 0 ? "end" : new String(bytes, 0, count, US_ASCII);
    }

    private @Nullable Void write(byte[] bytes) throws IOException {
        channel.output().write(bytes, 0, bytes.length);
        return null;
    }

    private static <T> FutureTask<T> start(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        Thread.ofVirtual().start(task);
        return task;
    }

    private static <T> T result(FutureTask<T> task) throws Exception {
        return task.get(SECONDS, TimeUnit.SECONDS);
    }

    private static Throwable failure(FutureTask<?> task) throws Exception {
        try {
            throw new AssertionError("did not fail: " + task.get(SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    /** The container's side, which a test plays. */
    private static final class Channel extends ChannelTransport {
        final CountDownLatch readWanted = new CountDownLatch(1);
        final CountDownLatch writeWanted = new CountDownLatch(1);
        private final ByteArrayOutputStream sent = new ByteArrayOutputStream(); // guarded by this, as the next
        private byte[] there = {};
        private int room = Integer.MAX_VALUE;
        volatile boolean ended;
        volatile boolean flushed = true;
        volatile boolean finished;
        final AtomicInteger readsWanted = new AtomicInteger();
        final AtomicInteger cuts = new AtomicInteger();
        volatile Runnable beforeWantRead = () -> {};
        volatile Runnable beforeEmptyRead = () -> {};

        Channel() {
            super(new Ends(LOCAL, REMOTE));
        }

        void come(String text) {
            come(text.getBytes(US_ASCII));
        }

        synchronized void come(byte[] bytes) {
            int before = there.length;
            there = Arrays.copyOf(there, before + bytes.length);
            System.arraycopy(bytes, 0, there, before, bytes.length);
        }

        synchronized void make(int more) {
            room += more;
        }

        synchronized byte[] sent() {
            return sent.toByteArray();
        }

        @Override
        int readNow(byte[] bytes, int offset, int length) {
            int count = take(bytes, offset, length);
            if (count == 0) {
                Runnable before = beforeEmptyRead;
                beforeEmptyRead = () -> {};
                before.run();
            }
            return count;
        }

        private synchronized int take(byte[] bytes, int offset, int length) {
            if (there.length == 0) {
                return ended ? -1 : 0;
            }
            int count = Math.min(length, there.length);
            System.arraycopy(there, 0, bytes, offset, count);
            there = Arrays.copyOfRange(there, count, there.length);
            return count;
        }

        @Override
        void wantRead() {
            readsWanted.incrementAndGet();
            beforeWantRead.run();
            readWanted.countDown();
        }

        @Override
        synchronized int writeNow(byte[] bytes, int offset, int length) {
            int count = Math.min(length, room);
            room -= count;
            sent.write(bytes, offset, count);
            return count;
        }

        @Override
        boolean flushNow() {
            return flushed;
        }

        @Override
        void wantWrite() {
            writeWanted.countDown();
        }

        @Override
        void finishOutput() {
            finished = true;
        }

        @Override
        void cut() {
            cuts.incrementAndGet();
        }
    }
}
