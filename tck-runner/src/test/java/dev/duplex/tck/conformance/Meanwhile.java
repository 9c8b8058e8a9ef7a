package dev.duplex.tck.conformance;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A call that runs on a thread of its own while the test does the other end of it. */
final class Meanwhile<T extends @Nullable Object> {
    private final CompletableFuture<T> result = new CompletableFuture<>();

    private Meanwhile() {}

    static <T extends @Nullable Object> Meanwhile<T> run(Callable<T> call) {
        return run(Thread.ofVirtual(), call);
    }

    /**
     * On a platform thread: for a call that goes on until another one ends it. Virtual threads are not made to share the
     * processors, so as many of such calls as there are processors may keep the one that is to end them from ever running.
     */
    static <T extends @Nullable Object> Meanwhile<T> runOnPlatformThread(Callable<T> call) {
        return run(Thread.ofPlatform().daemon(), call);
    }

    private static <T extends @Nullable Object> Meanwhile<T> run(Thread.Builder thread, Callable<T> call) {
        Meanwhile<T> meanwhile = new Meanwhile<>();
        thread.name("meanwhile").start(() -> {
            try {
                meanwhile.result.complete(call.call());
            } catch (Throwable failure) {
                meanwhile.result.completeExceptionally(failure);
            }
        });
        return meanwhile;
    }

    /** Waits for the result, not beyond the deadline; what the call threw is thrown as it is. */
    T result() throws Exception {
        try {
            return result.get(Events.DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception failure) {
                throw failure;
            }
            throw e;
        } catch (TimeoutException e) {
            throw new AssertionError("no result within " + Events.DEADLINE_SECONDS + " s", e);
        }
    }
}
