package dev.duplex.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.duplex.engine.Turns.Leaving;
import dev.duplex.engine.Turns.LeftMessage;
import dev.duplex.transport.Watch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TurnsTest {
    private static final long LONG = Duration.ofSeconds(10).toNanos();
    private static final int MANY = 1 << 20;

    private final Turns turns = new Turns();

    @Test
    void theTurnIsForOneAtATime() throws Exception {
        assertThat(turns.take(LONG)).isTrue();
        assertThat(turns.take(1)).isFalse();
        assertThat(turns.pass()).isNull();
        assertThat(turns.take(1)).isTrue();
    }

    @Test
    void threadsAndMessagesHaveTheirTurnInTheOrderInWhichTheyCame() throws Exception {
        assertThat(turns.take(LONG)).isTrue();
        LeftMessage first = message(1, Watch.NEVER);
        LeftMessage third = message(1, Watch.NEVER);
        assertThat(turns.leave(first, MANY)).isEqualTo(Leaving.IN_LINE);
        FutureTask<Boolean> second = waiting();
        assertThat(turns.leave(third, MANY)).isEqualTo(Leaving.IN_LINE);

        assertThat(turns.pass()).isSameAs(first);
        assertThat(second).isNotDone();
        assertThat(turns.pass()).isNull();
        assertThat(second.get(LONG, TimeUnit.NANOSECONDS)).isTrue();
        assertThat(turns.pass()).isSameAs(third);
        assertThat(turns.pass()).isNull();
        assertThat(turns.take(1)).isTrue();
    }

    @Test
    void aMessageThatFindsTheTurnFreeHasIt() throws Exception {
        assertThat(turns.leave(message(1, Watch.NEVER), MANY)).isEqualTo(Leaving.TURN_TAKEN);
        assertThat(turns.take(1)).isFalse();
        assertThat(turns.leftBytes()).isZero();
    }

    @Test
    void anEmptyLineTakesAMessageOfAnySizeAndThenNoMoreThanItsBound() throws Exception {
        assertThat(turns.take(LONG)).isTrue();
        LeftMessage large = message(1_000, Watch.NEVER);
        assertThat(turns.leave(large, 10)).isEqualTo(Leaving.IN_LINE);
        assertThat(turns.leave(message(0, Watch.NEVER), 10)).isEqualTo(Leaving.FULL);
        assertThat(turns.pass()).isSameAs(large);
        assertThat(turns.leftBytes()).isZero();
        assertThat(turns.leave(message(1, Watch.NEVER), 10)).isEqualTo(Leaving.IN_LINE);
    }

    @Test
    void emptyMessagesFillTheLineToo() throws Exception {
        assertThat(turns.take(LONG)).isTrue();
        int taken = 0;
        while (turns.leave(message(0, Watch.NEVER), 10_000) == Leaving.IN_LINE) {
            taken++;
            assertThat(taken).isLessThan(10_000);
        }
        assertThat(turns.leftBytes()).isBetween(1L, 10_000L);
    }

    @Test
    void whoIsInterruptedLeavesTheLine() throws Exception {
        assertThat(turns.take(LONG)).isTrue();
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> turns.take(LONG));
        assertThat(turns.pass()).isNull();
        assertThat(turns.take(1)).isTrue();
    }

    @Test
    void messagesWhoseTimeIsOverLeaveTheLineAndTheOthersStay() throws Exception {
        assertThat(turns.take(LONG)).isTrue();
        long now = System.nanoTime();
        assertThat(turns.deadline()).isEqualTo(Watch.NEVER);
        LeftMessage never = message(1, Watch.NEVER);
        LeftMessage late = message(2, now + 2_000);
        LeftMessage soon = message(3, now + 1_000);
        for (LeftMessage message : List.of(never, late, soon)) {
            turns.leave(message, MANY);
        }
        assertThat(turns.deadline()).isEqualTo(now + 1_000);
        assertThat(turns.overdue(now + 999)).isEmpty();
        assertThat(turns.overdue(now + 1_000)).containsExactly(soon);
        assertThat(turns.deadline()).isEqualTo(now + 2_000);
        assertThat(turns.overdue(now + 9_000)).containsExactly(late);
        assertThat(turns.leftBytes()).isEqualTo(1 + Turns.OVERHEAD);
        assertThat(turns.pass()).isSameAs(never);
        assertThat(turns.leftBytes()).isZero();
    }

    /** A turn that comes while the wait for it ends belongs to who waited, or to the next: it is never lost, never given twice. */
    @Test
    void aTurnThatComesAsAWaitTimesOutIsNotLost() throws Exception {
        int threads = 4;
        int rounds = 2_000;
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger had = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        List<FutureTask<Boolean>> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            FutureTask<Boolean> task = new FutureTask<>(() -> {
                go.await();
                boolean alone = true;
                for (int round = 0; round < rounds; round++) {
                    if (turns.take(1 + round % 20_000)) {
                        alone &= inside.incrementAndGet() == 1;
                        had.incrementAndGet();
                        inside.decrementAndGet();
                        turns.pass();
                    }
                }
                return alone;
            });
            tasks.add(task);
            Thread.ofPlatform().daemon().start(task);
        }
        go.countDown();
        for (FutureTask<Boolean> task : tasks) {
            assertThat(task.get(20, TimeUnit.SECONDS)).as("had the turn alone").isTrue();
        }
        assertThat(had).hasPositiveValue();
        assertThat(turns.take(1)).as("the turn is free").isTrue();
    }

    /** A thread that waits for the turn, in line. */
    private FutureTask<Boolean> waiting() {
        FutureTask<Boolean> task = new FutureTask<>(() -> turns.take(LONG));
        Thread thread = Thread.ofPlatform().daemon().start(task);
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        return task;
    }

    private static LeftMessage message(int length, long until) {
        return new LeftMessage(2, new byte[length], 0, length, until, failure -> {});
    }
}
