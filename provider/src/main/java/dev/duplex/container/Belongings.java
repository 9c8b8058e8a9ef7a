package dev.duplex.container;

import dev.duplex.endpoint.Companion;
import dev.duplex.endpoint.Instances;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was made for one connection besides its encoders and decoders, and ends with it: the endpoint's instance, and who accompanies the
 * session. Safe for any thread.
 */
final class Belongings implements Runnable {
    private final Instances instances;
    private final @Nullable Companion companion;
    private final LiveSessions live;
    private final String id;
    private @Nullable Object made; // guarded by this; null when it has ended, or when nothing was made

    /** More than one object. */
    private record Several(List<Object> all) {}

    /**
     * What is there until it ends.
     *
     * @param made by the instances; none when the application gave the endpoint itself
     * @param id of the session
     */
    Belongings(Instances instances, @Nullable Companion companion, List<Object> made, LiveSessions live, String id) {
        this.instances = instances;
        this.companion = companion;
        this.made = made.isEmpty() || instances.equals(Instances.BY_CONSTRUCTOR) // which forgets what it makes
                ? null
                : made.size() == 1 ? made.getFirst() : new Several(List.copyOf(made));
        this.live = live;
        this.id = id;
    }

    /** Ends all of it, and the session is no longer a live one. Has no effect the second time. */
    @Override
    public void run() {
        Object ending = take();
        try {
            end(ending);
            if (companion != null) {
                companion.ended();
            }
        } finally {
            live.remove(id); // last: who waits for the end of the sessions may close what makes the instances
        }
    }

    private void end(@Nullable Object ending) {
        if (ending == null) {
            return;
        }
        Companion.Call call = companion == null ? null : companion.call();
        try {
            if (ending instanceof Several several) {
                several.all().forEach(instances::destroy);
            } else {
                instances.destroy(ending);
            }
        } finally {
            Companion.end(call);
        }
    }

    private synchronized @Nullable Object take() {
        Object taken = made;
        made = null;
        return taken;
    }
}
