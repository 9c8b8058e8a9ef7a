package dev.duplex.peer.interop;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.Compression;
import dev.duplex.peer.Message;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.Role;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The parameters of permessage-deflate, RFC 7692 §7.1, in every combination. The other implementations have zlib's own
 * windows, of the size that was agreed on and cleared when it was: data that reaches further back fails there.
 */
@Timeout(120)
@ParameterizedClass
@MethodSource("meetings")
final class CompressionTest {
    private static final String SERVER_NO_CONTEXT_TAKEOVER = "server_no_context_takeover";
    private static final String CLIENT_NO_CONTEXT_TAKEOVER = "client_no_context_takeover";
    private static final String SERVER_MAX_WINDOW_BITS = "server_max_window_bits";
    private static final String CLIENT_MAX_WINDOW_BITS = "client_max_window_bits";
    private static final int LARGEST = 15;

    /** Words in no order: something to refer back to at every distance, up to the 40 KiB of it. */
    private static final String TEXT = words(40 << 10);

    private static @Nullable PeerProcess child;

    @Parameter(0)
    PeerKind kind;

    @Parameter(1)
    Role role;

    static Stream<Arguments> meetings() {
        return Stream.of(PeerKind.values())
                .flatMap(kind -> Stream.of(Role.values())
                        .map(role -> Arguments.argumentSet("our " + role + " and " + kind, kind, role)));
    }

    @BeforeParameterizedClassInvocation
    static void start(PeerKind kind, Role role) throws IOException {
        child = kind.start();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        if (child != null) {
            child.close();
        }
    }

    /** Each pair of windows is a loop inside: 196 combinations are four tests. */
    static Stream<Arguments> takeovers() {
        return Stream.of(true, false)
                .flatMap(server -> Stream.of(true, false)
                        .map(client -> Arguments.argumentSet(
                                "server_no_context_takeover " + server + ", client_no_context_takeover " + client,
                                server,
                                client)));
    }

    @ParameterizedTest
    @MethodSource("takeovers")
    void whatWeAskForIsAgreedOnAndKept(boolean serverNoContextTakeover, boolean clientNoContextTakeover)
            throws Exception {
        for (int serverBits : windows()) {
            for (int clientBits : windows()) {
                Compression asked =
                        new Compression(serverNoContextTakeover, clientNoContextTakeover, serverBits, clientBits);
                converse(asked, Map.of(), asked);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("takeovers")
    void whatTheyAskForIsAgreedOnAndKept(boolean serverNoContextTakeover, boolean clientNoContextTakeover)
            throws Exception {
        for (int serverBits : windows()) {
            for (int clientBits : windows()) {
                Map<String, Object> asked = new HashMap<>();
                asked.put(SERVER_NO_CONTEXT_TAKEOVER, serverNoContextTakeover);
                asked.put(CLIENT_NO_CONTEXT_TAKEOVER, clientNoContextTakeover);
                asked.put(SERVER_MAX_WINDOW_BITS, serverBits);
                asked.put(CLIENT_MAX_WINDOW_BITS, clientBits);
                converse(
                        Compression.DENSE,
                        asked,
                        new Compression(serverNoContextTakeover, clientNoContextTakeover, serverBits, clientBits));
            }
        }
    }

    /** With Python the ends and the middle stand for the range: it has the same zlib inside. */
    private int[] windows() {
        return kind == PeerKind.NODE ? IntStream.rangeClosed(9, LARGEST).toArray() : new int[] {9, 12, LARGEST};
    }

    private void converse(Compression ours, Map<String, ?> theirs, Compression expected) throws Exception {
        try (Pair pair = Pair.open(
                role,
                requireNonNull(child),
                PeerOptions.builder().compression(ours),
                Map.of("deflate", theirs, "echo", true),
                null)) {
            assertThat(parameters(pair.opened.agreed()))
                    .as("%s answered with %s", pair.opened.offered(), pair.opened.agreed())
                    .isEqualTo(parameters(expected));
            // The second message may refer back to the first, or must not.
            for (int i = 0; i < 2; i++) {
                assertThat(pair.ours.write(TEXT)).isLessThan(TEXT.length());
                Message echo = requireNonNull(
                        pair.ours.readMessage(PeerProcess.LIMIT),
                        () -> expected + ": " + pair.ours.closeReason() + " " + pair.theirs.failure());
                assertThat(echo.text()).as("%s", expected).isEqualTo(TEXT);
            }
        }
    }

    /** The parameters of the agreed extension; a window of the largest size is one that is not limited. */
    private static Map<String, String> parameters(String agreed) {
        String[] elements = agreed.split(";", -1);
        assertThat(elements[0].trim()).isEqualTo("permessage-deflate");
        Map<String, String> parameters = new TreeMap<>();
        for (int i = 1; i < elements.length; i++) {
            String[] pair = elements[i].trim().split("=", 2);
            parameters.put(pair[0], pair.length == 1 ? "" : pair[1]);
        }
        parameters.values().removeIf(Integer.toString(LARGEST)::equals);
        return parameters;
    }

    private static Map<String, String> parameters(Compression compression) {
        Map<String, String> parameters = new TreeMap<>();
        if (compression.serverNoContextTakeover()) {
            parameters.put(SERVER_NO_CONTEXT_TAKEOVER, "");
        }
        if (compression.clientNoContextTakeover()) {
            parameters.put(CLIENT_NO_CONTEXT_TAKEOVER, "");
        }
        if (compression.serverMaxWindowBits() < LARGEST) {
            parameters.put(SERVER_MAX_WINDOW_BITS, Integer.toString(compression.serverMaxWindowBits()));
        }
        if (compression.clientMaxWindowBits() < LARGEST) {
            parameters.put(CLIENT_MAX_WINDOW_BITS, Integer.toString(compression.clientMaxWindowBits()));
        }
        return parameters;
    }

    private static String words(int length) {
        Random random = new Random(7692);
        String[] vocabulary = new String[300];
        for (int i = 0; i < vocabulary.length; i++) {
            StringBuilder word = new StringBuilder();
            for (int letters = 3 + random.nextInt(8); letters > 0; letters--) {
                word.append((char) ('a' + random.nextInt(26)));
            }
            vocabulary[i] = word.append(' ').toString();
        }
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append(vocabulary[random.nextInt(vocabulary.length)]);
        }
        return text.toString();
    }
}
