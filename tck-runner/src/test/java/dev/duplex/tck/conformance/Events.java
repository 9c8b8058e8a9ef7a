package dev.duplex.tck.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Session;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What endpoints saw, in order. A wait for an event ends after {@value #DEADLINE_SECONDS} seconds with a failure that
 * tells what had come until then. Safe for any thread.
 */
final class Events {
    static final int DEADLINE_SECONDS = 20;

    private final LinkedBlockingQueue<Object> queue = new LinkedBlockingQueue<>();
    private final List<Object> taken = new ArrayList<>();

    /** The events of the test to which this session of a server belongs; its endpoint must have {@link Recording}. */
    static Events of(Session session) {
        Object events = session.getUserProperties().get(Recording.EVENTS);
        if (!(events instanceof Events found)) {
            throw new IllegalStateException("the session has no events: its endpoint lacks the configurator Recording, "
                    + "or its path was not taken from Deployed.uri");
        }
        return found;
    }

    void add(Object event) {
        queue.add(event);
    }

    /** The next event; fails when there is none before the deadline. */
    Object next() {
        @Nullable Object event;
        try {
            event = queue.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting for an event", e);
        }
        if (event == null) {
            throw new AssertionError("no event within " + DEADLINE_SECONDS + " s after " + taken);
        }
        taken.add(event);
        return event;
    }

    /** The next event, which must be of this type. */
    <T> T next(Class<T> type) {
        Object event = next();
        assertThat(event).as("after %s", taken).isInstanceOf(type);
        return type.cast(event);
    }

    /** Takes as many events as are given and fails unless they are these, in this order. */
    void expect(Object... expected) {
        List<Object> seen = new ArrayList<>();
        for (int i = 0; i < expected.length; i++) {
            seen.add(next());
        }
        assertThat(seen).containsExactly(expected);
    }

    /** Takes events up to and with the first that is a text which begins so. */
    String until(String prefix) {
        while (true) {
            if (next() instanceof String text && text.startsWith(prefix)) {
                return text;
            }
        }
    }

    /** What has come and was not taken. Says something about the absence of events only once no more can come. */
    List<Object> rest() {
        List<Object> rest = new ArrayList<>();
        queue.drainTo(rest);
        return rest;
    }

    static String close(CloseReason reason) {
        return ("close " + reason.getCloseCode().getCode() + " " + reason.getReasonPhrase()).strip();
    }

    /** The text in UTF-8 that these bytes are; the buffer is left as it was. */
    static String text(ByteBuffer bytes) {
        return UTF_8.decode(bytes.duplicate()).toString();
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
