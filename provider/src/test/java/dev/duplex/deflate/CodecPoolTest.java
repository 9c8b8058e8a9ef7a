package dev.duplex.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CodecPoolTest {
    private final List<StringBuilder> ended = new ArrayList<>();
    private final CodecPool<StringBuilder> pool =
            new CodecPool<>(2, StringBuilder::new, codec -> codec.setLength(0), ended::add);

    @Test
    void makesNothingBeforeItIsAsked() {
        assertThat(pool.idle()).isZero();
    }

    @Test
    void handsOutTheOneUsedLastWithoutItsState() {
        StringBuilder first = pool.take();
        StringBuilder second = pool.take();
        first.append("state");
        pool.give(second);
        pool.give(first);
        assertThat(pool.take()).isSameAs(first).isEmpty();
        assertThat(pool.take()).isSameAs(second);
    }

    @Test
    void neverHandsOutOneTwice() {
        StringBuilder codec = pool.take();
        assertThat(pool.take()).isNotSameAs(codec);
    }

    @Test
    void endsWhatIsMoreThanItKeeps() {
        List<StringBuilder> taken = List.of(pool.take(), pool.take(), pool.take());
        taken.forEach(pool::give);
        assertThat(pool.idle()).isEqualTo(2);
        assertThat(ended).singleElement().isSameAs(taken.get(2));
    }
}
