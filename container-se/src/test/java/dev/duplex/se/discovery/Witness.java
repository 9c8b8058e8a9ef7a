package dev.duplex.se.discovery;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Where applications of tests say what they saw: this class is the same one for them and for the test. */
public final class Witness {
    /** What was said, in its order. */
    public static final BlockingQueue<String> LINES = new LinkedBlockingQueue<>();

    private Witness() {}

    /** Says it. */
    public static void saw(String line) {
        LINES.add(line);
    }
}
