package dev.duplex.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    private final BufferPool pool = new BufferPool(16, 2);

    @Test
    void lendsArraysOfItsSize() {
        assertThat(pool.take()).hasSize(pool.size()).hasSize(16);
    }

    @Test
    void lendsNoArrayToTwo() {
        byte[] lent = pool.take();
        assertThat(pool.take()).isNotSameAs(lent);
    }

    @Test
    void lendsFirstWhatCameBackLast() {
        byte[] first = pool.take();
        byte[] second = pool.take();
        pool.give(first);
        pool.give(second);
        assertThat(pool.take()).isSameAs(second);
        assertThat(pool.take()).isSameAs(first);
    }

    @Test
    void keepsNoMoreThanItsBound() {
        byte[][] lent = {pool.take(), pool.take(), pool.take()};
        Stream.of(lent).forEach(pool::give);
        assertThat(pool.take()).isSameAs(lent[1]);
        assertThat(pool.take()).isSameAs(lent[0]);
        byte[] fresh = pool.take();
        for (byte[] before : lent) {
            assertThat(fresh).isNotSameAs(before);
        }
    }

    @Test
    void fitsByTheSmallestThatHoldsIt() {
        assertThat(BufferPool.fitting(1)).isSameAs(BufferPool.MEDIUM);
        assertThat(BufferPool.fitting(8_192)).isSameAs(BufferPool.MEDIUM);
        assertThat(BufferPool.fitting(8_193)).isSameAs(BufferPool.LARGE);
        assertThat(BufferPool.fitting(1 << 20)).isSameAs(BufferPool.LARGE);
    }

    @Test
    void manyThreadsNeverShareAnArray() throws Exception {
        Set<byte[]> lent = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
        Callable<Boolean> borrower = () -> {
            for (int i = 0; i < 20_000; i++) {
                byte[] buffer = pool.take();
                if (!lent.add(buffer)) {
                    return false;
                }
                lent.remove(buffer);
                pool.give(buffer);
            }
            return true;
        };
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (Future<Boolean> alone : threads.invokeAll(Collections.nCopies(4, borrower), 20, TimeUnit.SECONDS)) {
                assertThat(alone.get()).isTrue();
            }
        }
    }
}
