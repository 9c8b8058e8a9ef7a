package dev.duplex.servlet;

import dev.duplex.container.Upgrade;
import dev.duplex.engine.Opening;
import dev.duplex.transport.Ends;
import dev.duplex.transport.Transport;
import dev.duplex.transport.Watch;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A request that was upgraded, on its way to the connection that the container hands over behind the response. It is begun or abandoned, one of the
 * two; abandons itself when the container does neither in time, as when the client is gone before the response. Safe for any thread.
 */
final class UpgradedConnection implements Runnable {
    private static final System.Logger LOG = System.getLogger(UpgradedConnection.class.getName());

    /** How long a container may take to write the response. */
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** The same when the application is stopping: a container that stops may never come to it. */
    private static final Duration LIMIT_AT_STOP = Duration.ofSeconds(1);

    private final Upgrade upgrade;
    private final Ends ends;
    private final @Nullable Runnable ended;
    private final AtomicBoolean decided = new AtomicBoolean();
    private final Watch watch;
    private @Nullable Transport transport; // written before the thread is started that reads it

    /**
     * An upgrade that awaits its connection.
     *
     * @param stopping whether the application is; must not block
     * @param ended called when it has ended, or was abandoned
     */
    UpgradedConnection(Upgrade upgrade, Ends ends, BooleanSupplier stopping, @Nullable Runnable ended) {
        this.upgrade = upgrade;
        this.ends = ends;
        this.ended = ended;
        long now = System.nanoTime();
        long until = now + LIMIT.toNanos();
        this.watch = new Watch(time -> {
            if (time - until < 0 && !stopping.getAsBoolean()) {
                return time + LIMIT_AT_STOP.toNanos();
            }
            gone();
            return Watch.NEVER;
        });
        watch.runBy(now + LIMIT_AT_STOP.toNanos());
    }

    /** Between whom it is. */
    Ends ends() {
        return ends;
    }

    /** Serves the connection, on a virtual thread of its own. Closes the transport when it was abandoned before. */
    void begin(Transport taken) {
        if (!decided.compareAndSet(false, true)) {
            taken.close();
            return;
        }
        watch.cancel();
        transport = taken;
        boolean started = false;
        try {
            Thread.ofVirtual()
                    .name("duplex-connection")
                    .inheritInheritableThreadLocals(
                            false) // of the container's thread, the users of its requests among them
                    .start(this);
            started = true;
        } finally {
            if (!started) { // there was no memory for a thread
                taken.close();
                release();
            }
        }
    }

    /** Frees what was made for the connection, unless it was begun. */
    void abandon() {
        if (decided.compareAndSet(false, true)) {
            watch.cancel();
            release();
        }
    }

    private void release() {
        try {
            upgrade.abandon();
        } finally {
            end();
        }
    }

    private void end() {
        if (ended != null) {
            ended.run();
        }
    }

    /** As {@link #abandon()}, for threads that must not block: the application is called by another. */
    void gone() {
        if (!decided.get()) {
            Thread.ofVirtual()
                    .name("duplex-abandon")
                    .inheritInheritableThreadLocals(false)
                    .start(this::abandon);
        }
    }

    @Override
    public void run() {
        Transport taken = transport;
        if (taken == null) {
            throw new IllegalStateException("begin runs this");
        }
        try {
            upgrade.serve(new Opening(taken, System.nanoTime()));
        } catch (RuntimeException | Error e) { // whatever it is, it ends this connection only
            LOG.log(Level.ERROR, "the connection of " + taken.remoteAddress() + " failed", e);
        } finally {
            taken.close();
            end();
        }
    }
}
