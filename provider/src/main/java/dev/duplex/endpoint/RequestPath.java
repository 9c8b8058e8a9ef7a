package dev.duplex.endpoint;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The path of a request, normalised and taken apart. RFC 3986 §6.2.2. */
public final class RequestPath {
    private RequestPath() {}

    /**
     * The segments of a path, percent-decoded, without {@code .} and {@code ..}; null when it does not start with a slash, leads above its
     * root, or has an escape that is malformed or no UTF-8.
     */
    public static @Nullable List<String> segments(String rawPath) {
        if (!rawPath.startsWith("/")) {
            return null;
        }
        List<String> segments = new ArrayList<>();
        int start = 1;
        while (true) {
            int slash = rawPath.indexOf('/', start);
            boolean last = slash < 0;
            // RFC 3986 §2.2: a slash in an escape separates nothing, so each segment is decoded for itself
            String segment = decode(last ? rawPath.substring(start) : rawPath.substring(start, slash));
            if (segment == null) {
                return null;
            }
            // RFC 3986 §6.2.2.2: %2E is the same as a dot, so dots are judged after decoding
            boolean parent = segment.equals("..");
            if (parent) {
                if (segments.isEmpty()) {
                    return null; // what is above the application is not its own
                }
                segments.remove(segments.size() - 1);
            }
            if (!parent && !segment.equals(".")) {
                segments.add(segment);
            } else if (last) {
                segments.add(""); // RFC 3986 §5.2.4: /a/. is /a/
            }
            if (last) {
                return segments;
            }
            start = slash + 1;
        }
    }

    /** A segment without its escapes; null when one is malformed or no UTF-8. */
    static @Nullable String decode(String segment) {
        int percent = segment.indexOf('%');
        if (percent < 0) {
            return segment;
        }
        StringBuilder decoded = new StringBuilder(segment.length());
        byte[] bytes = new byte[segment.length() / 3];
        int from = 0;
        while (percent >= 0) {
            decoded.append(segment, from, percent);
            int count = 0;
            from = percent;
            while (from < segment.length() && segment.charAt(from) == '%') {
                if (from + 2 >= segment.length()
                        || !HexFormat.isHexDigit(segment.charAt(from + 1))
                        || !HexFormat.isHexDigit(segment.charAt(from + 2))) {
                    return null;
                }
                bytes[count++] = (byte) HexFormat.fromHexDigits(segment, from + 1, from + 3);
                from += 3;
            }
            try {
                // A new decoder reports what is malformed, where new String would replace it
                decoded.append(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, count)));
            } catch (CharacterCodingException e) {
                return null;
            }
            percent = segment.indexOf('%', from);
        }
        return decoded.append(segment, from, segment.length()).toString();
    }
}
