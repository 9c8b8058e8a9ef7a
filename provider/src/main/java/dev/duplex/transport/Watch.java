package dev.duplex.transport;

import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The one timer of a connection. It may go off earlier than anything is due, and is then set again: so a write that is
 * done in time costs a comparison, not a timer. Times are {@link System#nanoTime()}'s. Safe for any thread.
 *
 * <p>All watches share one daemon thread, which exists only while there is something to wait for and never blocks.
 */
public final class Watch {
    /** Nothing is due. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final System.Logger LOG = System.getLogger(Watch.class.getName());
    private static final long AGAIN = TimeUnit.SECONDS.toNanos(1);
    private static final long IDLE_SECONDS = 10; // the thread ends when there was nothing to wait for so long

    private final LongUnaryOperator check;
    /** When the timer goes off next, NEVER when it is not set. Written under this object's monitor. */
    private volatile long dueAt = NEVER;

    private @Nullable Future<?> timer; // guarded by this
    private boolean cancelled; // guarded by this

    /**
     * Creates a watch that is not set.
     *
     * @param check given the time, acts on what is due and says when it wants to be asked again, or {@link #NEVER}. Runs on the shared
     *     thread: it must not block
     */
    public Watch(LongUnaryOperator check) {
        this.check = check;
    }

    /** The earlier of two times, each of which may be {@link #NEVER}. */
    public static long earlier(long one, long other) {
        return one == NEVER || (other != NEVER && other - one < 0) ? other : one;
    }

    /** Sees to it that the check runs at {@code time} or before. */
    public void runBy(long time) {
        long due = dueAt;
        if (due == NEVER || due - time > 0) {
            set(time);
        }
    }

    /** Ends the watch for good. */
    public synchronized void cancel() {
        cancelled = true;
        dueAt = NEVER;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private synchronized void set(long time) {
        if (cancelled || (dueAt != NEVER && dueAt - time <= 0)) {
            return;
        }
        if (timer != null) {
            timer.cancel(false);
        }
        dueAt = time;
        // Of a Runnable the executor would make such a Callable, one object more for as long as the connection idles
        Callable<Boolean> goingOff = () -> {
            goOff();
            return true;
        };
        timer = Clock.TIMERS.schedule(goingOff, time - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private void goOff() {
        synchronized (this) {
            if (cancelled) {
                return;
            }
            timer = null;
            dueAt = NEVER; // before the check looks, so that what becomes due meanwhile sets the timer itself
        }
        long next;
        try {
            next = check.applyAsLong(System.nanoTime());
        } catch (RuntimeException | Error e) { // as no memory for a thread: said, and tried again
            LOG.log(System.Logger.Level.ERROR, "a check of a connection failed", e);
            next = System.nanoTime() + AGAIN;
        }
        if (next != NEVER) {
            runBy(next);
        }
    }

    private static final class Clock {
        static final ScheduledThreadPoolExecutor TIMERS = create();

        private Clock() {}

        private static ScheduledThreadPoolExecutor create() {
            ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(
                    1,
                    Thread.ofPlatform()
                            .daemon()
                            .name("duplex-timer")
                            .inheritInheritableThreadLocals(
                                    false) // nor the class loader of whom it happens to serve first
                            .factory());
            timers.setRemoveOnCancelPolicy(true);
            timers.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
            timers.allowCoreThreadTimeOut(true);
            return timers;
        }
    }
}
