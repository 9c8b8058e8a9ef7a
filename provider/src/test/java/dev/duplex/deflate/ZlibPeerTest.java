package dev.duplex.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 7692 against the real zlib: what we send fits the agreed window, and what it sends we read. */
class ZlibPeerTest {
    private static final int BIG = 200_000;

    private static ZlibPeer zlib;

    /** Before each test, because a test that is skipped says why, and a class that is skipped does not. */
    @BeforeEach
    void startZlibOnce() {
        if (zlib == null) {
            zlib = ZlibPeer.start();
        }
    }

    @AfterAll
    static void endZlib() {
        if (zlib != null) {
            zlib.close();
        }
    }

    static Stream<Arguments> takeoverAndWindow() {
        return Stream.of(true, false)
                .flatMap(takeover -> Stream.of(8, 9, 10, 11, 12, 13, 14, 15).map(bits -> Arguments.of(takeover, bits)));
    }

    static Stream<DeflateParameters> allParameters() {
        return Stream.of(true, false)
                .flatMap(server -> Stream.of(true, false)
                        .flatMap(client -> Stream.of(8, 9, 10, 11, 12, 13, 14, 15)
                                .flatMap(serverBits -> Stream.of(8, 9, 10, 11, 12, 13, 14, 15)
                                        .map(clientBits ->
                                                new DeflateParameters(server, client, serverBits, clientBits)))));
    }

    @ParameterizedTest
    @MethodSource("takeoverAndWindow")
    void whatWeCompressInflatesInAWindowOfTheAgreedSize(boolean takeover, int bits) throws Exception {
        zlib.newInflater(bits, takeover);
        try (Compressor compressor = new Compressor(takeover, bits)) {
            for (byte[] message : messages(bits)) {
                byte[] payload = Codecs.compress(compressor, message);
                assertThat(zlib.inflate(payload, true)).isEqualTo(message);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("takeoverAndWindow")
    void ourFragmentsInflateOneByOneInAWindowOfTheAgreedSize(boolean takeover, int bits) throws Exception {
        zlib.newInflater(bits, takeover);
        Random random = new Random(bits);
        try (Compressor compressor = new Compressor(takeover, bits)) {
            for (int i = 0; i < 6; i++) {
                for (byte[] fragment : fragments(random, Payloads.repeating((1 << bits) + 37, 3 << bits))) {
                    byte[] payload = Codecs.compress(compressor, fragment, false);
                    assertThat(zlib.inflate(payload, false)).isEqualTo(fragment);
                }
                assertThat(zlib.inflate(Codecs.compress(compressor, new byte[0], true), true))
                        .isEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("takeoverAndWindow")
    void whatZlibCompressesWeDecompress(boolean takeover, int bits) throws Exception {
        zlib.newDeflater(bits, takeover);
        Random random = new Random(bits);
        try (Decompressor decompressor = new Decompressor(takeover)) {
            for (byte[] message : messages(bits)) {
                byte[] whole = zlib.deflate(message, true);
                assertThat(Codecs.decompress(decompressor, whole)).isEqualTo(message);

                ByteArrayOutputStream received = new ByteArrayOutputStream();
                for (byte[] fragment : fragments(random, message)) {
                    byte[] payload = zlib.deflate(fragment, false);
                    received.write(Codecs.decompress(decompressor, payload, false));
                }
                received.write(Codecs.decompress(decompressor, zlib.deflate(new byte[0], true), true));
                assertThat(received.toByteArray()).isEqualTo(message);
            }
        }
    }

    /** 256 combinations, each agreed on by both our roles, and each direction of each checked by zlib. */
    @ParameterizedTest
    @MethodSource("allParameters")
    void whatIsAgreedOnHoldsInBothDirections(DeflateParameters wanted) throws Exception {
        Extension offer = DeflateNegotiation.offer(wanted);
        DeflateNegotiation.Answer answer = DeflateNegotiation.accept(List.of(offer), DeflateParameters.DEFAULT);
        DeflateParameters agreed = DeflateNegotiation.agreed(answer.response(), offer);
        assertThat(agreed).isEqualTo(wanted).isEqualTo(answer.agreed());

        for (boolean client : new boolean[] {true, false}) {
            int bits = client ? agreed.clientMaxWindowBits() : agreed.serverMaxWindowBits();
            boolean takeover = !(client ? agreed.clientNoContextTakeover() : agreed.serverNoContextTakeover());
            zlib.newInflater(bits, takeover);
            zlib.newDeflater(bits, takeover);
            try (Compressor compressor = agreed.compressor(client);
                    Decompressor decompressor = agreed.decompressor(!client)) {
                for (int i = 0; i < 3; i++) {
                    byte[] message = Payloads.repeating(700, 1_500);
                    assertThat(zlib.inflate(Codecs.compress(compressor, message), true))
                            .isEqualTo(message);
                    assertThat(Codecs.decompress(decompressor, zlib.deflate(message, true)))
                            .isEqualTo(message);
                }
            }
        }
    }

    /** Without this the tests above would prove nothing: the messages tempt, and the inflater is strict. */
    @Test
    void aFullWindowDoesNotPassForAnySmallerOne() throws Exception {
        for (int bits = 8; bits < 15; bits++) {
            byte[] message = tempting(bits);
            zlib.newInflater(bits, true);
            try (Compressor compressor = new Compressor(true, 15)) {
                byte[] payload = Codecs.compress(compressor, message);
                assertThatThrownBy(() -> zlib.inflate(payload, true))
                        .as("a window of %d bits", bits)
                        .rootCause()
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("too far back");
            }
        }
    }

    @Test
    void theInflaterNoticesAReferenceOneByteTooFar() throws Exception {
        for (int bits = 8; bits < 15; bits++) {
            byte[] within = Payloads.repeating(1 << bits, 3 << bits);
            byte[] beyond = Payloads.repeating((1 << bits) + 1, 3 << bits);
            try (Compressor compressor = new Compressor(false, 15)) {
                zlib.newInflater(bits, true);
                assertThat(zlib.inflate(Codecs.compress(compressor, within), true))
                        .isEqualTo(within);
                zlib.newInflater(bits, true);
                byte[] payload = Codecs.compress(compressor, beyond);
                assertThatThrownBy(() -> zlib.inflate(payload, true))
                        .rootCause()
                        .hasMessageContaining("too far back");
            }
        }
    }

    private static byte[] tempting(int bits) {
        return Payloads.repeating((1 << bits) + 37, BIG);
    }

    private static List<byte[]> messages(int bits) {
        int window = 1 << bits;
        return List.of(
                new byte[0],
                new byte[] {42},
                Payloads.json(1_000),
                Payloads.json(1_000),
                Payloads.noise(window - 1),
                Payloads.noise(window),
                new byte[0],
                Payloads.noise(window + 1),
                Payloads.repeating(window / 2, 4 * window),
                tempting(bits),
                Payloads.json(20_000));
    }

    private static List<byte[]> fragments(Random random, byte[] message) {
        List<byte[]> fragments = new ArrayList<>();
        int at = 0;
        while (at < message.length) {
            int length = Math.min(message.length - at, random.nextInt(2 + message.length / 3));
            fragments.add(Arrays.copyOfRange(message, at, at + length));
            at += length;
        }
        return fragments;
    }
}
