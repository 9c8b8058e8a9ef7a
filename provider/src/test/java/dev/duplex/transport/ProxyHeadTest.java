package dev.duplex.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The PROXY protocol, sections 2.1 and 2.2 of its specification. */
final class ProxyHeadTest {
    private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");
    private static final byte[] BEHIND = "GET / HTTP/1.1\r\n".getBytes(ISO_8859_1);

    private static byte[] line(String line) {
        return (line + "\r\n").getBytes(ISO_8859_1);
    }

    /** A head of version 2 whose length is that of the rest. */
    private static byte[] binary(int command, int family, byte[] rest) {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.writeBytes(SIGNATURE);
        head.writeBytes(new byte[] {(byte) command, (byte) family, (byte) (rest.length >> 8), (byte) rest.length});
        head.writeBytes(rest);
        return head.toByteArray();
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static @Nullable Ends read(byte[] head) throws IOException {
        InputStream in = new ByteArrayInputStream(head);
        return ProxyHead.read(in);
    }

    private static Ends ends(String remote, int remotePort, String local, int localPort) throws UnknownHostException {
        return new Ends(
                new InetSocketAddress(InetAddress.getByName(local), localPort),
                new InetSocketAddress(InetAddress.getByName(remote), remotePort));
    }

    private static final String FOUR = "c0a80001" + "c0a8000b" + "dc04" + "01bb";
    private static final String SIX =
            "20010db8000000000000000000000001" + "20010db8000000000000000000000002" + "ffff" + "0000";

    static Stream<byte[]> heads() {
        return Stream.of(
                line("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443"),
                line("PROXY TCP6 2001:db8::1 ::ffff:1.2.3.4 1 65535"),
                line("PROXY UNKNOWN"),
                binary(0x21, 0x11, hex(FOUR)),
                binary(0x21, 0x21, hex(SIX + "04000401020304")),
                binary(0x20, 0x00, hex("")));
    }

    @Test
    void lineNamesBothEnds() throws IOException {
        assertThat(read(line("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443")))
                .isEqualTo(ends("192.168.0.1", 56324, "192.168.0.11", 443));
        assertThat(read(line("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535")))
                .isEqualTo(ends("255.255.255.255", 65535, "255.255.255.255", 65535));
        assertThat(read(line("PROXY TCP4 0.0.0.0 10.20.100.199 0 9")))
                .isEqualTo(ends("0.0.0.0", 0, "10.20.100.199", 9));
        assertThat(read(line("PROXY TCP6 2001:DB8::1 ::1 1 2"))).isEqualTo(ends("2001:db8::1", 1, "::1", 2));
        String longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
        assertThat(read(line("PROXY TCP6 " + longest + " " + longest + " 65535 65535")))
                .isEqualTo(ends(longest, 65535, longest, 65535));
    }

    @Test
    void binaryHeadNamesBothEnds() throws IOException {
        assertThat(read(binary(0x21, 0x11, hex(FOUR)))).isEqualTo(ends("192.168.0.1", 56324, "192.168.0.11", 443));
        assertThat(read(binary(0x21, 0x21, hex(SIX)))).isEqualTo(ends("2001:db8::1", 65535, "2001:db8::2", 0));
    }

    @Test
    void unknownLineLeavesItToTheSocketWhateverItSays() throws IOException {
        assertThat(read(line("PROXY UNKNOWN"))).isNull();
        assertThat(read(line("PROXY UNKNOWN ffff::1 \u00ff\u0000 99999"))).isNull();
        assertThat(read(line("PROXY UNKNOWN " + "x".repeat(107 - 16)))).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "0x20, 0x00",
        "0x20, 0x11",
        "0x20, 0xff",
        "0x21, 0x00",
        "0x21, 0x01",
        "0x21, 0x10",
        "0x21, 0x20",
        "0x21, 0x02"
    })
    void localAndUnspecifiedHeadsLeaveItToTheSocket(String command, String family) throws IOException {
        assertThat(read(binary(Integer.decode(command), Integer.decode(family), hex("010203"))))
                .isNull();
        assertThat(read(binary(Integer.decode(command), Integer.decode(family), hex(""))))
                .isNull();
    }

    @Test
    void otherProtocolsThanTcpLeaveItToTheSocket() throws IOException {
        assertThat(read(binary(0x21, 0x12, hex(FOUR)))).isNull();
        assertThat(read(binary(0x21, 0x22, hex(SIX)))).isNull();
        assertThat(read(binary(0x21, 0x31, new byte[216]))).isNull();
        assertThat(read(binary(0x21, 0x32, new byte[216]))).isNull();
    }

    @ParameterizedTest
    @MethodSource("heads")
    void notAByteMoreThanTheHeadIsRead(byte[] head) throws IOException {
        byte[] both = Arrays.copyOf(head, head.length + BEHIND.length);
        System.arraycopy(BEHIND, 0, both, head.length, BEHIND.length);
        InputStream in = new ByteArrayInputStream(both);
        ProxyHead.read(in);
        assertThat(in.readAllBytes()).isEqualTo(BEHIND);
    }

    @Test
    void extensionsAreSkippedHoweverLong() throws IOException {
        byte[] rest = Arrays.copyOf(hex(FOUR), 65_535);
        InputStream in = new ByteArrayInputStream(Arrays.copyOf(binary(0x21, 0x11, rest), 65_551 + 3));
        assertThat(ProxyHead.read(in)).isEqualTo(ends("192.168.0.1", 56324, "192.168.0.11", 443));
        assertThat(in.available()).isEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("heads")
    void headCutAnywhereIsTheEndOfTheStream(byte[] head) {
        for (int length = 0; length < head.length; length++) {
            byte[] cut = Arrays.copyOf(head, length);
            assertThatExceptionOfType(EOFException.class)
                    .as("cut after %d bytes", length)
                    .isThrownBy(() -> read(cut));
        }
    }

    @ParameterizedTest
    @MethodSource("heads")
    void headWithAnyBitFlippedIsReadOrRefused(byte[] head) throws IOException {
        for (int bit = 0; bit < 8 * head.length; bit++) {
            byte[] flipped = head.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            refusedOrRead(flipped);
        }
    }

    @ParameterizedTest
    @MethodSource("heads")
    void headWithAnyByteReplacedIsReadOrRefused(byte[] head) throws IOException {
        for (int at = 0; at < head.length; at++) {
            for (int value = 0; value < 256; value++) {
                byte[] replaced = head.clone();
                replaced[at] = (byte) value;
                refusedOrRead(replaced);
            }
        }
    }

    @Test
    void randomBytesBehindTheBeginningAreReadOrRefused() throws IOException {
        Random random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[16 + random.nextInt(250)];
            random.nextBytes(bytes);
            byte[] start = i % 2 == 0 ? SIGNATURE : "PROXY TCP4 1".getBytes(ISO_8859_1);
            System.arraycopy(start, 0, bytes, 0, i % 3 == 0 ? start.length : 6);
            refusedOrRead(bytes);
        }
    }

    /** Nothing else is thrown, and the sentence fits a log. */
    private static void refusedOrRead(byte[] head) throws IOException {
        Throwable refused = catchThrowable(() -> read(head));
        if (refused instanceof ProtocolException) {
            assertThat(refused).hasMessageStartingWith("malformed PROXY head: ");
            assertThat(refused.getMessage()).matches("[ -~]+").hasSizeLessThan(600);
        } else if (refused != null) {
            assertThat(refused).isInstanceOf(EOFException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1",
                "proxy TCP4",
                "PROXX TCP4",
                "\u0016\u0003\u0001",
                "\r\nPROXY",
                "\r\n\r\n\u0000\r\nQUIZ"
            })
    void whatIsNoHeadIsRefusedAtItsFirstWrongByte(String text) {
        InputStream in = new ByteArrayInputStream(text.getBytes(ISO_8859_1));
        assertThatThrownBy(() -> ProxyHead.read(in))
                .isInstanceOf(ProtocolException.class)
                .hasMessageStartingWith(
                        "malformed PROXY head: it begins with \"PROXY \" or the signature of version 2, not with \"");
    }

    static Stream<List<String>> malformedLines() {
        String four = "TCP4 1.2.3.4 5.6.7.8 9 10";
        return Stream.of(
                List.of(
                        "TCP5 1.2.3.4 5.6.7.8 9 10",
                        "its protocol is TCP4, TCP6 or UNKNOWN, not as in \"TCP5 1.2.3.4 "),
                List.of("unknown", "its protocol is TCP4, TCP6 or UNKNOWN, not as in \"unknown\""),
                List.of("", "its protocol is TCP4, TCP6 or UNKNOWN, not as in \"\""),
                List.of("TCP4", "it has a protocol, two addresses and two ports, not as in \"TCP4\""),
                List.of(four + " ", "it has a protocol, two addresses and two ports, not as in \"" + four + " \""),
                List.of(four.replace(" 9", "  9"), "it has a protocol, two addresses and two ports, not as in \""),
                List.of(four.replace("1.2.3.4", "1.2.3.04"), "\"1.2.3.04\" is no address of IPv4"),
                List.of(four.replace("1.2.3.4", "1.2.3.256"), "\"1.2.3.256\" is no address of IPv4"),
                List.of(four.replace("1.2.3.4", "1.2.3"), "\"1.2.3\" is no address of IPv4"),
                List.of(four.replace("1.2.3.4", "1.2.3.4."), "\"1.2.3.4.\" is no address of IPv4"),
                List.of(four.replace("5.6.7.8", "localhost"), "\"localhost\" is no address of IPv4"),
                List.of(four.replace("5.6.7.8", "::1"), "\"::1\" is no address of IPv4"),
                List.of(four.replace("TCP4", "TCP6"), "\"1.2.3.4\" is no address of IPv6"),
                List.of("TCP6 ::1 ::2::3 1 2", "\"::2::3\" is no address of IPv6"),
                List.of("TCP6 ::1 fe80::1%lo 1 2", "\"fe80::1%lo\" is no address of IPv6"),
                List.of("TCP6 ::1 12345::1 1 2", "\"12345::1\" is no address of IPv6"),
                List.of("TCP6 ::1 1:2:3:4:5:6:7 1 2", "\"1:2:3:4:5:6:7\" is no address of IPv6"),
                List.of(
                        four.replace(" 9 ", " 65536 "),
                        "a port is between 0 and 65535 and begins with no zero, unlike \"65536\""),
                List.of(
                        four.replace(" 9 ", " 09 "),
                        "a port is between 0 and 65535 and begins with no zero, unlike \"09\""),
                List.of(
                        four.replace(" 9 ", " +9 "),
                        "a port is between 0 and 65535 and begins with no zero, unlike \"+9\""),
                List.of(
                        four.replace(" 9 ", "  "),
                        "a port is between 0 and 65535 and begins with no zero, unlike \"\""),
                List.of(
                        "UNKNOWN " + "x".repeat(107 - 15),
                        "it ends with CR LF within 107 bytes, not so \"PROXY UNKNOWN xx"),
                List.of("TCP4\n", "CR and LF stand together only, not as in \"PROXY TCP4\\x0a\""),
                List.of("TCP4\r ", "CR and LF stand together only, not as in \"PROXY TCP4\\x0d \""),
                List.of("UNKNOWN\r\r", "CR and LF stand together only, not as in \"PROXY UNKNOWN\\x0d\\x0d\""));
    }

    @ParameterizedTest
    @MethodSource("malformedLines")
    void malformedLineIsRefusedByItsRule(List<String> lineAndRule) {
        assertThatThrownBy(() -> read(line("PROXY " + lineAndRule.getFirst())))
                .isInstanceOf(ProtocolException.class)
                .hasMessageStartingWith("malformed PROXY head: " + lineAndRule.getLast());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0x11 | 0x11 | 12 | the version behind the signature is 2, not 1",
                "0xf0 | 0x00 |  0 | the version behind the signature is 2, not 15",
                "0x22 | 0x11 | 12 | the command is 0 for LOCAL or 1 for PROXY, not 2",
                "0x21 | 0x41 |  0 | the family and protocol 0x41 are not assigned",
                "0x21 | 0x13 | 12 | the family and protocol 0x13 are not assigned",
                "0x21 | 0x11 | 11 | two addresses of the family 0x11 have 12 bytes, not 11",
                "0x21 | 0x22 | 35 | two addresses of the family 0x22 have 36 bytes, not 35",
                "0x21 | 0x31 | 36 | two addresses of the family 0x31 have 216 bytes, not 36"
            })
    void malformedBinaryHeadIsRefusedByItsRule(String command, String family, int length, String rule) {
        assertThatThrownBy(() -> read(binary(Integer.decode(command), Integer.decode(family), new byte[length])))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("malformed PROXY head: " + rule);
    }
}
