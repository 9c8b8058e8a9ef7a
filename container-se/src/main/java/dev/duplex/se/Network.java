package dev.duplex.se;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * The addresses that begin with the same bits.
 *
 * @param first the one with zeros behind them
 * @param bits how many they are
 */
record Network(InetAddress first, int bits) {
    /** What is an address, or malformed, but no name that would have to be looked up. */
    private static final Pattern LITERAL = Pattern.compile("\\d+(\\.\\d+){3}|[0-9a-fA-F:][0-9a-fA-F.]*:[0-9a-fA-F:.]*");

    private static final int IPV4_BITS = 32;
    /** Of IPv6 a subscriber is given a network of so many bits, and as many addresses as it likes (RFC 6177). */
    private static final int IPV6_SUBSCRIBER = 64;

    /** The network of so many bits that the address is in. */
    static Network of(InetAddress address, int bits) {
        byte[] bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            int kept = Math.clamp(bits - 8L * i, 0, 8);
            bytes[i] &= (byte) (0xFF00 >> kept);
        }
        return new Network(address(bytes), bits);
    }

    /** What counts as one client: an address of IPv4, or the /64 of one of IPv6. */
    static Network ofClient(InetAddress address) {
        return of(address, address.getAddress().length * 8 == IPV4_BITS ? IPV4_BITS : IPV6_SUBSCRIBER);
    }

    /**
     * An address, or a network such as {@code 10.0.0.0/8}.
     *
     * @throws IllegalArgumentException for what is neither
     */
    static Network parse(String text) {
        int slash = text.indexOf('/');
        String literal = slash < 0 ? text : text.substring(0, slash);
        try {
            if (LITERAL.matcher(literal).matches()) {
                InetAddress address = InetAddress.getByName(literal);
                int all = 8 * address.getAddress().length;
                int bits = slash < 0 ? all : Integer.parseInt(text.substring(slash + 1));
                if (bits >= 0 && bits <= all) {
                    return of(address, bits);
                }
            }
        } catch (UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException(isNone(text), e);
        }
        throw new IllegalArgumentException(isNone(text));
    }

    private static String isNone(String text) {
        return text + " is no address, nor a network such as 10.0.0.0/8";
    }

    /** Whether the address is one of it. */
    boolean contains(InetAddress address) {
        return address.getClass() == first.getClass() && of(address, bits).equals(this);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has as many bytes as another of its kind", e);
        }
    }

    @Override
    public String toString() {
        String address = first.getHostAddress();
        return bits == 8 * first.getAddress().length ? address : address + "/" + bits;
    }
}
