package dev.duplex.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CallsTest {
    private final Calls calls = new Calls();

    @Test
    void oneCallbackRunsAtATime() {
        assertThat(calls.begin()).isTrue();
        assertThat(calls.begin()).isFalse();
        assertThat(calls.end()).isFalse();
        assertThat(calls.begin()).isTrue();
    }

    @Test
    void theCloseCallbackIsCalledByWhoAsksWhileNoneRuns() {
        assertThat(calls.close()).isTrue();
        assertThat(calls.close()).isFalse();
        assertThat(calls.begin()).isFalse();
    }

    @Test
    void theCloseCallbackIsLeftToTheCallbackThatRuns() {
        calls.begin();
        assertThat(calls.close()).isFalse();
        assertThat(calls.close()).isFalse();
        assertThat(calls.begin()).isFalse();
        assertThat(calls.end()).isTrue();
        assertThat(calls.begin()).isFalse();
        assertThat(calls.close()).isFalse();
        assertThat(calls.end()).isFalse();
    }

    @Test
    void howeverThreadsMeetTheCloseCallbackIsCalledOnceAndAlone() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            Calls raced = new Calls();
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger closed = new AtomicInteger();
            AtomicInteger wrong = new AtomicInteger();
            CyclicBarrier go = new CyclicBarrier(3);
            List<FutureTask<Boolean>> tasks = new ArrayList<>();
            Runnable close = () -> {
                if (inside.getAndIncrement() != 0 || closed.getAndIncrement() != 0) {
                    wrong.incrementAndGet();
                }
                inside.decrementAndGet();
            };
            for (int i = 0; i < 3; i++) {
                boolean caller = i == 0;
                FutureTask<Boolean> task = new FutureTask<>(() -> {
                    go.await(10, TimeUnit.SECONDS);
                    // Not for ever: it waits for nothing, and who closes may be waiting for its processor
                    for (int calls = 0; caller && calls < 10_000 && raced.begin(); calls++) {
                        if (inside.getAndIncrement() != 0 || closed.get() != 0) {
                            wrong.incrementAndGet();
                        }
                        inside.decrementAndGet();
                        if (raced.end()) {
                            close.run();
                        }
                    }
                    if (raced.close()) {
                        close.run();
                    }
                    return true;
                });
                tasks.add(task);
                Thread.ofVirtual().start(task);
            }
            for (FutureTask<Boolean> task : tasks) {
                task.get(10, TimeUnit.SECONDS);
            }
            assertThat(closed).hasValue(1);
            assertThat(wrong).hasValue(0);
        }
    }
}
