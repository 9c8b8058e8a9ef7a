package dev.duplex.tck.conformance;

import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Takes up what is logged while it is open, by whomever. */
final class Log implements AutoCloseable {
    private final Events events = new Events();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            events.add(entry.getMessage() + " " + causes(entry.getThrown()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    Log() {
        Logger.getLogger("").addHandler(handler);
    }

    private static String causes(@Nullable Throwable thrown) {
        return thrown == null ? "" : thrown + " " + causes(thrown.getCause());
    }

    /** Returns when something was logged that contains this. */
    void awaitEntryWith(String text) {
        while (!events.next(String.class).contains(text)) {
            // something else was logged
        }
    }

    @Override
    public void close() {
        Logger.getLogger("").removeHandler(handler);
    }
}
