package dev.duplex.se.discovery;

import java.lang.ref.WeakReference;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Where applications of tests say what they saw: this class is the same one for them and for the test. */
public final class Witness {
    /** What was said, in its order. */
    public static final BlockingQueue<String> LINES = new LinkedBlockingQueue<>();

    /** The loaders that were said to be those of an application. */
    public static final Queue<WeakReference<ClassLoader>> LOADERS = new ConcurrentLinkedQueue<>();

    private Witness() {}

    /** Remembers a loader of an application as long as somebody else has it. */
    public static void loadedBy(ClassLoader loader) {
        LOADERS.add(new WeakReference<>(loader));
    }

    /** Says it. */
    public static void saw(String line) {
        LINES.add(line);
    }
}
