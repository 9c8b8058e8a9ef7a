package dev.duplex.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WatchTest {
    private static final long SOON = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long LATE = TimeUnit.HOURS.toNanos(1);

    private final LinkedBlockingQueue<Long> checks = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Long> answers = new LinkedBlockingQueue<>();
    private final Watch watch = new Watch(now -> {
        checks.add(now);
        Long answer = answers.poll();
        return answer == null ? Watch.NEVER : answer;
    });

    @AfterEach
    void end() {
        watch.cancel();
    }

    @Test
    void checksWhenTheTimeHasComeAndNotBefore() throws Exception {
        long due = System.nanoTime() + SOON;
        watch.runBy(due);
        assertThat(nextCheck()).isGreaterThanOrEqualTo(due);
    }

    @Test
    void aTimeThatIsOverIsCheckedAtOnce() throws Exception {
        watch.runBy(System.nanoTime() - LATE);
        nextCheck();
    }

    @Test
    void anEarlierTimeReplacesALaterOne() throws Exception {
        long now = System.nanoTime();
        watch.runBy(now + LATE);
        watch.runBy(now + SOON);
        assertThat(nextCheck() - now).isGreaterThanOrEqualTo(SOON).isLessThan(LATE);
    }

    @Test
    void aLaterTimeDoesNotReplaceAnEarlierOne() throws Exception {
        long now = System.nanoTime();
        watch.runBy(now + SOON);
        watch.runBy(now + LATE);
        assertThat(nextCheck() - now).isLessThan(LATE);
    }

    @Test
    void checksAgainWhenTheCheckAsksForIt() throws Exception {
        long again = System.nanoTime() + 2 * SOON;
        answers.add(again);
        watch.runBy(System.nanoTime());
        nextCheck();
        assertThat(nextCheck()).isGreaterThanOrEqualTo(again);
    }

    @Test
    void whatIsSetWhileItChecksIsNotLost() throws Exception {
        CountDownLatch checking = new CountDownLatch(1);
        CountDownLatch set = new CountDownLatch(1);
        LinkedBlockingQueue<Long> slowChecks = new LinkedBlockingQueue<>();
        Watch slow = new Watch(now -> {
            slowChecks.add(now);
            checking.countDown();
            try {
                assertThat(set.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Watch.NEVER;
        });
        slow.runBy(System.nanoTime());
        assertThat(checking.await(10, TimeUnit.SECONDS)).isTrue();
        slow.runBy(System.nanoTime() + SOON);
        set.countDown();
        assertThat(slowChecks.poll(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(slowChecks.poll(10, TimeUnit.SECONDS)).isNotNull();
        slow.cancel();
    }

    @Test
    void afterCancelNothingIsChecked() throws Exception {
        watch.runBy(System.nanoTime() + LATE);
        watch.cancel();
        watch.runBy(System.nanoTime());
        // All watches share one thread, which runs what is due in order: this one comes after
        Watch other = new Watch(now -> {
            checks.add(-1L);
            return Watch.NEVER;
        });
        other.runBy(System.nanoTime() + SOON);
        assertThat(nextCheck()).isEqualTo(-1);
        assertThat(checks).isEmpty();
    }

    private long nextCheck() throws InterruptedException {
        Long time = checks.poll(10, TimeUnit.SECONDS);
        assertThat(time).as("a check within ten seconds").isNotNull();
        return time;
    }
}
