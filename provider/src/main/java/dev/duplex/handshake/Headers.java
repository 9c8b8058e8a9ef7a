package dev.duplex.handshake;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Header fields in the order of the wire, a name as often as it came, found whatever the case of ASCII letters.
 *
 * <p>Immutable. No field holds a line break or another control character, so none can start a header of its own
 * (RFC 9110 §5.5). A name is asked for with any case. The fields are spans of one text: nothing is copied out of a head
 * until it is asked for.
 */
public final class Headers {
    /** No header at all. */
    public static final Headers NONE = new Headers("", new int[0], 0);

    private static final int SPAN = 4;

    /** Either a whole head as it came, or lines that the builder wrote. */
    private final String text;

    /** Start and end of the name, start and end of the value, for each field. */
    private final int[] spans;

    private final int size;

    Headers(String text, int[] spans, int size) {
        this.text = text;
        this.spans = spans;
        this.size = size;
    }

    /** The fields of the map, in its order; throws as {@link Builder#add} does. */
    public static Headers of(Map<String, ? extends Iterable<String>> fields) {
        Builder builder = builder();
        fields.forEach((name, values) -> values.forEach(value -> builder.add(name, value)));
        return builder.build();
    }

    /** An empty builder. */
    public static Builder builder() {
        return new Builder();
    }

    /** How many fields there are; a name that came twice counts twice. */
    public int size() {
        return size;
    }

    /** The name of a field, spelt as it came. */
    public String name(int index) {
        return text.substring(at(index, 0), at(index, 1));
    }

    /** The value of a field, without the blanks around it. */
    public String value(int index) {
        return text.substring(at(index, 2), at(index, 3));
    }

    /** Whether a field of this name is there. */
    public boolean contains(String name) {
        return next(name, 0) >= 0;
    }

    /** How many fields have this name. */
    public int count(String name) {
        int count = 0;
        for (int i = next(name, 0); i >= 0; i = next(name, i + 1)) {
            count++;
        }
        return count;
    }

    /** The value of the first field of this name, null when there is none. */
    public @Nullable String first(String name) {
        int index = next(name, 0);
        return index < 0 ? null : value(index);
    }

    /** The values of all fields of this name, in order; empty when there is none. */
    public List<String> all(String name) {
        int index = next(name, 0);
        if (index < 0) {
            return List.of();
        }
        int further = next(name, index + 1);
        if (further < 0) {
            return List.of(value(index));
        }
        List<String> values = new ArrayList<>();
        for (; index >= 0; index = next(name, index + 1)) {
            values.add(value(index));
        }
        return Collections.unmodifiableList(values);
    }

    /** Whether the comma-separated lists of this name have the token, whatever its case (RFC 9110 §5.6.1). */
    public boolean hasToken(String name, String token) {
        for (int i = next(name, 0); i >= 0; i = next(name, i + 1)) {
            int end = at(i, 3);
            int from = at(i, 2);
            while (from <= end) {
                int comma = text.indexOf(',', from);
                int to = comma < 0 || comma > end ? end : comma;
                int start = Grammar.skipBlanks(text, from, to);
                if (Grammar.sameIgnoringCase(text, start, Grammar.trimBlanks(text, start, to), token)) {
                    return true;
                }
                from = to + 1;
            }
        }
        return false;
    }

    /**
     * The fields as a read-only map, a view: names in the order and the case of their first appearance, found whatever
     * their case, with all their values in order.
     */
    public Map<String, List<String>> asMap() {
        return new View(this);
    }

    /** The names; values may be secrets and do not belong into a log. */
    @Override
    public String toString() {
        return asMap().keySet().toString();
    }

    /** Index of the first field of this name at or after {@code from}, -1 when there is none. */
    private int next(String name, int from) {
        for (int i = from; i < size; i++) {
            if (Grammar.sameIgnoringCase(text, spans[i * SPAN], spans[i * SPAN + 1], name)) {
                return i;
            }
        }
        return -1;
    }

    private int at(int index, int edge) {
        if (index >= size) {
            throw new IndexOutOfBoundsException("header " + index + " of " + size);
        }
        return spans[index * SPAN + edge];
    }

    /** Appends the fields as the lines of a head; IllegalArgumentException for a character that no byte stands for. */
    void appendTo(StringBuilder head) {
        for (int i = 0; i < size; i++) {
            for (int at = at(i, 2); at < at(i, 3); at++) {
                if (text.charAt(at) > 0xFF) {
                    throw new IllegalArgumentException("header %s must be of ISO-8859-1, which U+%04X is not"
                            .formatted(name(i), (int) text.charAt(at)));
                }
            }
            head.append(text, at(i, 0), at(i, 1))
                    .append(": ")
                    .append(text, at(i, 2), at(i, 3))
                    .append("\r\n");
        }
    }

    /** Collects headers, checking each. Confined to one thread. */
    public static final class Builder {
        private final StringBuilder text = new StringBuilder(256);
        private int[] spans = new int[8 * SPAN];
        private int size;

        private Builder() {}

        /**
         * Adds one field; blanks around the value are dropped, as any recipient does.
         *
         * @throws IllegalArgumentException if the name is not a token, or the value has a control character (RFC 9110
         *     §5.5)
         */
        public Builder add(String name, String value) {
            if (!Grammar.isToken(name)) {
                throw new IllegalArgumentException("a header name must be a token, not " + Grammar.shown(name));
            }
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c <= 0xFF && !Grammar.isFieldChar(c)) {
                    throw new IllegalArgumentException(
                            "header %s must have no control character, as U+%04X is at index %d"
                                    .formatted(name, (int) c, i));
                }
            }
            append(name, value);
            return this;
        }

        /** Adds every field of the other headers. */
        public Builder addAll(Headers others) {
            for (int i = 0; i < others.size; i++) {
                append(others.name(i), others.value(i));
            }
            return this;
        }

        /** The fields added so far. */
        public Headers build() {
            return size == 0 ? NONE : new Headers(text.toString(), Arrays.copyOf(spans, size * SPAN), size);
        }

        private void append(String name, String value) {
            if (size * SPAN == spans.length) {
                spans = Arrays.copyOf(spans, spans.length * 2);
            }
            int from = Grammar.skipBlanks(value, 0, value.length());
            int to = Grammar.trimBlanks(value, from, value.length());
            int at = size++ * SPAN;
            spans[at] = text.length();
            spans[at + 1] = text.append(name).length();
            spans[at + 2] = text.length();
            spans[at + 3] = text.append(value, from, to).length();
        }
    }

    private static final class View extends AbstractMap<String, List<String>> {
        private final Headers headers;

        View(Headers headers) {
            this.headers = headers;
        }

        @Override
        public boolean containsKey(@Nullable Object name) {
            return name instanceof String text && headers.contains(text);
        }

        @Override
        public @Nullable List<String> get(@Nullable Object name) {
            return name instanceof String text && headers.contains(text) ? headers.all(text) : null;
        }

        @Override
        public Set<Entry<String, List<String>>> entrySet() {
            List<Entry<String, List<String>>> entries = new ArrayList<>();
            for (int i = 0; i < headers.size; i++) {
                String name = headers.name(i);
                if (headers.next(name, 0) == i) {
                    entries.add(Map.entry(name, headers.all(name)));
                }
            }
            List<Entry<String, List<String>>> fixed = Collections.unmodifiableList(entries);
            return new AbstractSet<>() {
                @Override
                public Iterator<Entry<String, List<String>>> iterator() {
                    return fixed.iterator();
                }

                @Override
                public int size() {
                    return fixed.size();
                }
            };
        }
    }
}
