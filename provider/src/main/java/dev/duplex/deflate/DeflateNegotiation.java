package dev.duplex.deflate;

import dev.duplex.deflate.Extension.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides what both sides may rely on, from the offers of the client and the answer of the server. RFC 7692 §5 and §7.1.
 *
 * <p>Pure functions, safe for any thread.
 */
public final class DeflateNegotiation {
    /** The extension's registered name, RFC 7692 §7. */
    public static final String NAME = "permessage-deflate";

    private static final String SERVER_NO_CONTEXT_TAKEOVER = "server_no_context_takeover";
    private static final String CLIENT_NO_CONTEXT_TAKEOVER = "client_no_context_takeover";
    private static final String SERVER_MAX_WINDOW_BITS = "server_max_window_bits";
    private static final String CLIENT_MAX_WINDOW_BITS = "client_max_window_bits";

    private DeflateNegotiation() {}

    /** What the server sends back, and what it means. */
    public record Answer(Extension response, DeflateParameters agreed) {}

    /**
     * The server's answer to the first permessage-deflate offer that is acceptable, or {@code null} when none is.
     *
     * <p>Other extensions, later offers and malformed offers are passed over (RFC 7692 §5.1 and §7.1). {@code wanted}
     * holds the server's own limits: a context it will not keep whatever the client says, the largest window it uses,
     * and the largest the client should use, which it can only ask of a client that offered client_max_window_bits.
     */
    public static @Nullable Answer accept(List<Extension> offers, DeflateParameters wanted) {
        for (Extension offer : offers) {
            if (!offer.name().equals(NAME)) {
                continue;
            }
            Terms terms = Terms.read(offer);
            // RFC 7692 §7.1: a parameter that is unknown, repeated or has a bad value declines that offer, no more.
            if (terms.fault == null) {
                return answer(terms, wanted);
            }
        }
        return null;
    }

    /**
     * The client's offer for {@code wanted}; it always lets the server choose a smaller client window.
     *
     * <p>RFC 7692 §7.1.2.2: a server may limit the client's window only when client_max_window_bits was offered, and
     * {@link Compressor} honours any size, so nothing is lost by offering it.
     */
    public static Extension offer(DeflateParameters wanted) {
        List<Parameter> parameters = new ArrayList<>(4);
        addFlag(parameters, SERVER_NO_CONTEXT_TAKEOVER, wanted.serverNoContextTakeover());
        addFlag(parameters, CLIENT_NO_CONTEXT_TAKEOVER, wanted.clientNoContextTakeover());
        addLimit(parameters, SERVER_MAX_WINDOW_BITS, wanted.serverMaxWindowBits());
        if (wanted.clientMaxWindowBits() == DeflateParameters.MAX_WINDOW_BITS) {
            parameters.add(new Parameter(CLIENT_MAX_WINDOW_BITS, null));
        } else {
            addLimit(parameters, CLIENT_MAX_WINDOW_BITS, wanted.clientMaxWindowBits());
        }
        return new Extension(NAME, parameters);
    }

    /**
     * What the server's answer to {@code offer} means; an answer that the offer does not allow is an
     * IllegalArgumentException that names rule and value, upon which the client must fail the connection.
     *
     * <p>The offer is taken as it was sent, because an answer can only be judged by that: parameters that were not
     * offered, in particular client_max_window_bits, may not be answered.
     */
    public static DeflateParameters agreed(Extension response, Extension offer) {
        Terms offered = Terms.read(offer);
        Terms answered = Terms.read(response);
        String fault = answered.fault != null ? answered.fault : offered.fault;
        if (fault == null) {
            fault = contradiction(answered, offered);
        }
        if (fault != null) {
            throw new IllegalArgumentException(fault);
        }
        return new DeflateParameters(
                answered.serverNoContextTakeover,
                // RFC 7692 §7.1.1.2: the client keeps to its own hint even when the answer does not repeat it.
                answered.clientNoContextTakeover || offered.clientNoContextTakeover,
                answered.serverMaxWindowBits,
                // RFC 7692 §7.1.2.2: the same for the window, also when the answer names a larger one.
                Math.min(answered.clientMaxWindowBits, offered.clientMaxWindowBits));
    }

    private static Answer answer(Terms offered, DeflateParameters wanted) {
        DeflateParameters agreed = new DeflateParameters(
                // RFC 7692 §7.1.1: both may be answered unasked, and the first must be when it was asked for.
                offered.serverNoContextTakeover || wanted.serverNoContextTakeover(),
                offered.clientNoContextTakeover || wanted.clientNoContextTakeover(),
                Math.min(offered.serverMaxWindowBits, wanted.serverMaxWindowBits()),
                offered.hasClientMaxWindowBits
                        ? Math.min(offered.clientMaxWindowBits, wanted.clientMaxWindowBits())
                        : DeflateParameters.MAX_WINDOW_BITS);
        List<Parameter> parameters = new ArrayList<>(4);
        addFlag(parameters, SERVER_NO_CONTEXT_TAKEOVER, agreed.serverNoContextTakeover());
        addFlag(parameters, CLIENT_NO_CONTEXT_TAKEOVER, agreed.clientNoContextTakeover());
        if (offered.hasServerMaxWindowBits) {
            // RFC 7692 §7.1.2.1: an offer with this parameter is accepted by repeating it, 15 included.
            parameters.add(windowBits(SERVER_MAX_WINDOW_BITS, agreed.serverMaxWindowBits()));
        } else {
            addLimit(parameters, SERVER_MAX_WINDOW_BITS, agreed.serverMaxWindowBits());
        }
        addLimit(parameters, CLIENT_MAX_WINDOW_BITS, agreed.clientMaxWindowBits());
        return new Answer(new Extension(NAME, parameters), agreed);
    }

    private static @Nullable String contradiction(Terms answered, Terms offered) {
        if (offered.serverNoContextTakeover && !answered.serverNoContextTakeover) {
            return "RFC 7692 §7.1.1.1: an answer must repeat the offered " + SERVER_NO_CONTEXT_TAKEOVER
                    + ", but it is missing";
        }
        if (offered.hasServerMaxWindowBits && !answered.hasServerMaxWindowBits) {
            return "RFC 7692 §7.1.2.1: an answer must repeat the offered " + SERVER_MAX_WINDOW_BITS
                    + ", but it is missing";
        }
        if (answered.serverMaxWindowBits > offered.serverMaxWindowBits) {
            return "RFC 7692 §7.1.2.1: " + SERVER_MAX_WINDOW_BITS + " must not be larger than the offered "
                    + offered.serverMaxWindowBits + ", but is " + answered.serverMaxWindowBits;
        }
        if (answered.hasClientMaxWindowBits && !offered.hasClientMaxWindowBits) {
            return "RFC 7692 §7.1.2.2: " + CLIENT_MAX_WINDOW_BITS + " must not be answered when it was not offered, "
                    + "but is " + answered.clientMaxWindowBits;
        }
        if (answered.hasClientMaxWindowBits && !answered.clientMaxWindowBitsHasValue) {
            return "RFC 7692 §7.1.2.2: " + CLIENT_MAX_WINDOW_BITS + " must have a value in an answer, but has none";
        }
        return null;
    }

    private static void addFlag(List<Parameter> parameters, String name, boolean present) {
        if (present) {
            parameters.add(new Parameter(name, null));
        }
    }

    /** Adds a window size only when it limits anything. */
    private static void addLimit(List<Parameter> parameters, String name, int bits) {
        if (bits < DeflateParameters.MAX_WINDOW_BITS) {
            parameters.add(windowBits(name, bits));
        }
    }

    private static Parameter windowBits(String name, int bits) {
        return new Parameter(name, Integer.toString(bits));
    }

    /** What an offer or an answer says by itself; with a fault when its syntax is not that of RFC 7692 §7.1. */
    private static final class Terms {
        boolean serverNoContextTakeover;
        boolean clientNoContextTakeover;
        boolean hasServerMaxWindowBits;
        boolean hasClientMaxWindowBits;
        boolean clientMaxWindowBitsHasValue;
        int serverMaxWindowBits = DeflateParameters.MAX_WINDOW_BITS;
        int clientMaxWindowBits = DeflateParameters.MAX_WINDOW_BITS;

        @Nullable
        String fault;

        static Terms read(Extension extension) {
            Terms terms = new Terms();
            if (!extension.name().equals(NAME)) {
                terms.fault = "RFC 7692 §7: the extension must be " + NAME + ", but is " + extension.name();
            }
            for (Parameter parameter : extension.parameters()) {
                if (terms.fault != null) {
                    break;
                }
                terms.fault = terms.add(parameter);
            }
            return terms;
        }

        /** Returns what is wrong with the parameter, or null. */
        private @Nullable String add(Parameter parameter) {
            String value = parameter.value();
            return switch (parameter.name()) {
                case SERVER_NO_CONTEXT_TAKEOVER -> addServerNoContextTakeover(value);
                case CLIENT_NO_CONTEXT_TAKEOVER -> addClientNoContextTakeover(value);
                case SERVER_MAX_WINDOW_BITS -> addServerMaxWindowBits(value);
                case CLIENT_MAX_WINDOW_BITS -> addClientMaxWindowBits(value);
                default -> "RFC 7692 §7.1: " + NAME + " has no parameter " + parameter.name();
            };
        }

        private @Nullable String addServerNoContextTakeover(@Nullable String value) {
            if (serverNoContextTakeover) {
                return repeated(SERVER_NO_CONTEXT_TAKEOVER);
            }
            serverNoContextTakeover = true;
            return checkFlag(SERVER_NO_CONTEXT_TAKEOVER, value);
        }

        private @Nullable String addClientNoContextTakeover(@Nullable String value) {
            if (clientNoContextTakeover) {
                return repeated(CLIENT_NO_CONTEXT_TAKEOVER);
            }
            clientNoContextTakeover = true;
            return checkFlag(CLIENT_NO_CONTEXT_TAKEOVER, value);
        }

        private @Nullable String addServerMaxWindowBits(@Nullable String value) {
            if (hasServerMaxWindowBits) {
                return repeated(SERVER_MAX_WINDOW_BITS);
            }
            hasServerMaxWindowBits = true;
            serverMaxWindowBits = parseWindowBits(value);
            return serverMaxWindowBits > 0 ? null : badWindowBits(SERVER_MAX_WINDOW_BITS, value);
        }

        private @Nullable String addClientMaxWindowBits(@Nullable String value) {
            if (hasClientMaxWindowBits) {
                return repeated(CLIENT_MAX_WINDOW_BITS);
            }
            hasClientMaxWindowBits = true;
            if (value == null) {
                // RFC 7692 §7.1.2.2: this one may stand alone, though only in an offer.
                return null;
            }
            clientMaxWindowBitsHasValue = true;
            clientMaxWindowBits = parseWindowBits(value);
            return clientMaxWindowBits > 0 ? null : badWindowBits(CLIENT_MAX_WINDOW_BITS, value);
        }

        private static String repeated(String name) {
            return "RFC 7692 §7.1: " + name + " must not be repeated";
        }

        private static @Nullable String checkFlag(String name, @Nullable String value) {
            return value == null ? null : "RFC 7692 §7.1.1: " + name + " must have no value, but has \"" + value + "\"";
        }

        private static String badWindowBits(String name, @Nullable String value) {
            return "RFC 7692 §7.1.2: " + name + " must be a number from " + DeflateParameters.MIN_WINDOW_BITS + " to "
                    + DeflateParameters.MAX_WINDOW_BITS + " without leading zeros, but "
                    + (value == null ? "has no value" : "is \"" + value + "\"");
        }

        /** The number, or -1: the eight texts that RFC 7692 §7.1.2 allows, and no others, are numbers here. */
        private static int parseWindowBits(@Nullable String value) {
            if (value == null) {
                return -1;
            }
            return switch (value) {
                case "8" -> 8;
                case "9" -> 9;
                case "10" -> 10;
                case "11" -> 11;
                case "12" -> 12;
                case "13" -> 13;
                case "14" -> 14;
                case "15" -> 15;
                default -> -1;
            };
        }
    }
}
