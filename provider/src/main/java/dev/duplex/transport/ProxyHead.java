package dev.duplex.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy sends in front of a connection's bytes to say whose they are: the PROXY protocol of HAProxy, versions 1 and 2. Sections are those
 * of its specification.
 */
public final class ProxyHead {
    /** §2.1: how version 1 begins. */
    private static final byte[] LINE = "PROXY ".getBytes(ISO_8859_1);
    /** §2.1: the longest line of version 1, its end counted. */
    private static final int MOST_LINE = 107;
    /** §2.2: how version 2 begins. */
    private static final byte[] SIGNATURE = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};

    private static final int LOCAL = 0;
    private static final int PROXY = 1;

    private static final Pattern IP4 =
            Pattern.compile("(?:(?:0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])(?:\\.(?!$)|$)){4}");
    /** What Java takes for an address of IPv6 or for malformed, but for no name to look up. */
    private static final Pattern IP6 = Pattern.compile("[0-9a-fA-F:][0-9a-fA-F.]*:[0-9a-fA-F:.]*");

    private static final Pattern PORT = Pattern.compile("0|[1-9]\\d{0,4}");

    private ProxyHead() {}

    /**
     * Reads a head of either version and not a byte more; blocks until it has come. What version 2 may say besides addresses is skipped, at most
     * the 65,535 bytes that its length can be.
     *
     * @return between whom the connection is; null when the socket says that, as for a proxy's own health check
     * @throws ProtocolException when it is malformed; its sentence names the rule and the value
     * @throws EOFException when the stream ends before it does
     */
    public static @Nullable Ends read(InputStream in) throws IOException {
        byte[] read = new byte[SIGNATURE.length];
        read[0] = next(in);
        boolean binary = read[0] == SIGNATURE[0];
        byte[] expected = binary ? SIGNATURE : LINE;
        for (int i = 0; i < expected.length; i++) {
            if (i > 0) {
                read[i] = next(in);
            }
            if (read[i] != expected[i]) { // not read to its end: a client that no proxy has sent may wait for an answer
                throw malformed(
                        "it begins with \"PROXY \" or the signature of version 2, not with " + quoted(read, i + 1));
            }
        }
        return binary ? binary(in) : line(in);
    }

    private static byte next(InputStream in) throws IOException {
        int read = in.read();
        if (read < 0) {
            throw new EOFException("the connection ended inside the PROXY head");
        }
        return (byte) read;
    }

    private static byte[] next(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the connection ended inside the PROXY head");
        }
        return bytes;
    }

    /** §2.1. */
    private static @Nullable Ends line(InputStream in) throws IOException {
        byte[] bytes = Arrays.copyOf(LINE, MOST_LINE);
        int length = LINE.length;
        while (bytes[length - 2] != '\r' || bytes[length - 1] != '\n') {
            if (length == MOST_LINE) {
                throw malformed("it ends with CR LF within " + MOST_LINE + " bytes, not so " + quoted(bytes, length));
            }
            bytes[length++] = next(in);
            if ((bytes[length - 2] == '\r') != (bytes[length - 1] == '\n')) {
                throw malformed("CR and LF stand together only, not as in " + quoted(bytes, length));
            }
        }
        String line = new String(bytes, LINE.length, length - LINE.length - 2, ISO_8859_1);
        String[] words = line.split(" ", -1);
        if (words[0].equals("UNKNOWN")) {
            return null; // whatever else it says
        }
        boolean six = words[0].equals("TCP6");
        if (!six && !words[0].equals("TCP4")) {
            throw malformed("its protocol is TCP4, TCP6 or UNKNOWN, not as in " + quoted(line));
        }
        if (words.length != 5) {
            throw malformed("it has a protocol, two addresses and two ports, not as in " + quoted(line));
        }
        InetSocketAddress remote = new InetSocketAddress(address(words[1], six), port(words[3]));
        return new Ends(new InetSocketAddress(address(words[2], six), port(words[4])), remote);
    }

    private static InetAddress address(String text, boolean six) throws IOException {
        try {
            if ((six ? IP6 : IP4).matcher(text).matches()) {
                return InetAddress.getByName(text);
            }
        } catch (UnknownHostException e) {
            throw (IOException)
                    malformed(quoted(text) + " is no address of IPv6").initCause(e);
        }
        throw malformed(quoted(text) + " is no address of IPv" + (six ? "6" : "4"));
    }

    private static int port(String text) throws IOException {
        int port = PORT.matcher(text).matches() ? Integer.parseInt(text) : -1;
        if (port < 0 || port > 65_535) {
            throw malformed("a port is between 0 and 65535 and begins with no zero, unlike " + quoted(text));
        }
        return port;
    }

    /** §2.2. */
    private static @Nullable Ends binary(InputStream in) throws IOException {
        byte[] fixed = next(in, 4);
        int version = (fixed[0] & 0xF0) >> 4;
        int command = fixed[0] & 0x0F;
        int family = fixed[1] & 0xFF;
        int length = unsigned(fixed, 2);
        if (version != 2) {
            throw malformed("the version behind the signature is 2, not " + version);
        }
        if (command != LOCAL && command != PROXY) {
            throw malformed("the command is 0 for LOCAL or 1 for PROXY, not " + command);
        }
        int addressBytes = command == LOCAL ? 0 : addressBytes(family); // of LOCAL the family is ignored
        if (length < addressBytes) {
            throw malformed(
                    "two addresses of the family 0x%02x have %d bytes, not %d".formatted(family, addressBytes, length));
        }
        byte[] addresses = next(in, addressBytes);
        in.skipNBytes(length - addressBytes);
        if (command == LOCAL || (family != 0x11 && family != 0x21)) {
            return null; // §2.2: what is valid and not TCP is taken for unspecified
        }
        int half = (addressBytes - 4) / 2;
        InetAddress remote = InetAddress.getByAddress(Arrays.copyOf(addresses, half));
        InetAddress local = InetAddress.getByAddress(Arrays.copyOfRange(addresses, half, 2 * half));
        return new Ends(
                new InetSocketAddress(local, unsigned(addresses, 2 * half + 2)),
                new InetSocketAddress(remote, unsigned(addresses, 2 * half)));
    }

    /** Two addresses and, where there are any, two ports. */
    private static int addressBytes(int family) throws IOException {
        return switch (family) {
            case 0x11, 0x12 -> 2 * 4 + 2 * 2; // IPv4
            case 0x21, 0x22 -> 2 * 16 + 2 * 2; // IPv6
            case 0x31, 0x32 -> 2 * 108; // Unix domain
            case 0x00, 0x01, 0x02, 0x10, 0x20, 0x30 -> 0; // one half or both are unspecified
            default -> throw malformed("the family and protocol 0x%02x are not assigned".formatted(family));
        };
    }

    private static int unsigned(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
    }

    private static ProtocolException malformed(String sentence) {
        return new ProtocolException("malformed PROXY head: " + sentence);
    }

    private static String quoted(byte[] bytes, int length) {
        return quoted(new String(bytes, 0, length, ISO_8859_1));
    }

    /** What anybody may have sent, fit for a log. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            if (each >= ' ' && each <= '~') {
                quoted.append(each);
            } else {
                quoted.append("\\x%02x".formatted((int) each));
            }
        }
        return quoted.append('"').toString();
    }
}
