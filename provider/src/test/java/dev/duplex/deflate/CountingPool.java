package dev.duplex.deflate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A pool that remembers what it made and ended, and fails on a codec that comes back twice. */
final class CountingPool<C> {
    final CodecPool<C> pool;
    final List<C> made = new ArrayList<>();
    final List<C> ended = new ArrayList<>();
    private final Set<C> givenBack = Collections.newSetFromMap(new IdentityHashMap<>());
    private int returns;

    CountingPool(int maxIdle, Supplier<C> make, Consumer<C> reset, Consumer<C> end) {
        pool = new CodecPool<>(
                maxIdle,
                () -> {
                    C codec = make.get();
                    made.add(codec);
                    return codec;
                },
                codec -> {
                    returns++;
                    givenBack.add(codec);
                    reset.accept(codec);
                },
                codec -> {
                    ended.add(codec);
                    end.accept(codec);
                });
    }

    /** How often a codec came back; each one is either idle or ended then. */
    int returns() {
        if (pool.idle() + ended.size() > givenBack.size()) {
            throw new AssertionError("A codec was given back twice");
        }
        return returns;
    }
}
