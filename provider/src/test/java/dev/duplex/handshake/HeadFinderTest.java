package dev.duplex.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HeadFinderTest {
    private static final String HEAD = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                HEAD,
                "GET / HTTP/1.1\nHost: a\n\n",
                "GET / HTTP/1.1\r\nHost: a\n\r\n",
                "GET / HTTP/1.1\nHost: a\r\n\n",
                "GET / HTTP/1.1\r\n\r\n",
                "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "\n\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            })
    void findsTheEmptyLineInOneReadAndBytewise(String head) throws HandshakeFailure {
        byte[] bytes = bytes(head + "more");
        assertThat(HeadFinder.ofRequest(HeadLimits.DEFAULT).end(bytes, 0, bytes.length))
                .isEqualTo(head.length());

        HeadFinder bytewise = HeadFinder.ofRequest(HeadLimits.DEFAULT);
        for (int length = 0; length < head.length(); length++) {
            assertThat(bytewise.end(bytes, 0, length))
                    .as("after %d bytes", length)
                    .isEqualTo(-1);
        }
        assertThat(bytewise.end(bytes, 0, head.length())).isEqualTo(head.length());
    }

    @ParameterizedTest
    @FieldSource("dev.duplex.handshake.Heads#REQUESTS")
    void findsTheEndAtEverySplitOfARealHead(String name) throws HandshakeFailure {
        byte[] bytes = bytes(Heads.recorded("requests/" + name));
        for (int split = 0; split < bytes.length; split++) {
            HeadFinder finder = HeadFinder.ofRequest(HeadLimits.DEFAULT);
            assertThat(finder.end(bytes, 0, split)).isEqualTo(-1);
            assertThat(finder.end(bytes, 0, bytes.length)).isEqualTo(bytes.length);
        }
    }

    @ParameterizedTest
    @CsvSource({"'\u0016\u0003\u0001', 0x16", "'\r\n:', 0x3A", "' GET', 0x20", "'\u0080', 0x80", "'\0', 0x00"})
    void refusesWhatIsNoRequestFromItsFirstByteOn(String start, String named) {
        byte[] bytes = bytes(start);
        HandshakeFailure failure = catchThrowableOfType(
                HandshakeFailure.class,
                () -> HeadFinder.ofRequest(HeadLimits.DEFAULT).end(bytes, 0, bytes.length));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("a request begins with its method, not with " + named);
    }

    @Test
    void doesNotLookAgainAtBytesItHasSeen() throws HandshakeFailure {
        byte[] bytes = bytes(HEAD);
        HeadFinder finder = HeadFinder.ofRequest(HeadLimits.DEFAULT);
        finder.end(bytes, 0, HEAD.length() - 1);
        Arrays.fill(bytes, 0, HEAD.length() - 4, (byte) '\n');
        assertThat(finder.end(bytes, 0, bytes.length)).isEqualTo(HEAD.length());
    }

    @Test
    void findsTheHeadAnywhereInABuffer() throws HandshakeFailure {
        byte[] bytes = bytes("\r\n\r\n" + HEAD);
        assertThat(HeadFinder.ofRequest(HeadLimits.DEFAULT).end(bytes, 4, HEAD.length()))
                .isEqualTo(HEAD.length());
    }

    @Test
    void survivesAMoveOfTheBytes() throws HandshakeFailure {
        HeadFinder finder = HeadFinder.ofRequest(HeadLimits.DEFAULT);
        assertThat(finder.end(bytes("...." + HEAD), 4, HEAD.length() - 2)).isEqualTo(-1);
        assertThat(finder.end(bytes(HEAD), 0, HEAD.length())).isEqualTo(HEAD.length());
    }

    @Test
    void doesNotTakeACarriageReturnForALine() throws HandshakeFailure {
        byte[] bytes = bytes("GET / HTTP/1.1\r\nA: b\r\n\r\r\nC: d\r\r");
        assertThat(HeadFinder.ofRequest(HeadLimits.DEFAULT).end(bytes, 0, bytes.length))
                .isEqualTo(-1);
    }

    @Test
    void endsAResponseAtAnEmptyFirstLine() throws HandshakeFailure {
        byte[] bytes = bytes("\r\nHTTP/1.1 101 \r\n\r\n");
        assertThat(HeadFinder.ofResponse(HeadLimits.DEFAULT).end(bytes, 0, bytes.length))
                .isEqualTo(2);
    }

    @Test
    void acceptsAHeadOfExactlyTheLimit() throws HandshakeFailure {
        byte[] bytes = bytes(HEAD);
        assertThat(finder(HEAD.length()).end(bytes, 0, bytes.length)).isEqualTo(HEAD.length());
        assertThat(finder(HEAD.length() + 1).end(bytes, 0, bytes.length)).isEqualTo(HEAD.length());
    }

    @Test
    void refusesAHeadOfOneByteMoreThanTheLimit() {
        byte[] bytes = bytes(HEAD);
        HandshakeFailure failure = catchThrowableOfType(
                HandshakeFailure.class, () -> finder(HEAD.length() - 1).end(bytes, 0, bytes.length));
        assertThat(failure).hasMessage("the head of the request is larger than 26 bytes");
        assertThat(failure.status()).isEqualTo(431);
    }

    @Test
    void refusesAsSoonAsTheLimitIsReachedWithoutAnEnd() throws HandshakeFailure {
        byte[] bytes = bytes(HEAD);
        HeadFinder finder = finder(20);
        assertThat(finder.end(bytes, 0, 19)).isEqualTo(-1);
        HandshakeFailure failure = catchThrowableOfType(HandshakeFailure.class, () -> finder.end(bytes, 0, 20));
        assertThat(failure.status()).isEqualTo(431);
    }

    @Test
    void refusesARequestLineWithoutAnEndAsAHeadTooLarge() {
        byte[] bytes = bytes("\r\nGET /" + "a".repeat(100));
        HandshakeFailure failure =
                catchThrowableOfType(HandshakeFailure.class, () -> finder(64).end(bytes, 0, bytes.length));
        assertThat(failure).hasMessage("the head of the request is larger than 64 bytes");
        assertThat(failure.status()).isEqualTo(431);
    }

    @Test
    void refusesEndlessEmptyLines() {
        byte[] bytes = bytes("\r\n".repeat(100));
        HandshakeFailure failure =
                catchThrowableOfType(HandshakeFailure.class, () -> finder(64).end(bytes, 0, bytes.length));
        assertThat(failure.status()).isEqualTo(431);
    }

    @Test
    void hasNoStatusForAResponseThatIsTooLarge() {
        byte[] bytes = bytes("HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(20));
        HandshakeFailure failure = catchThrowableOfType(
                HandshakeFailure.class,
                () -> HeadFinder.ofResponse(new HeadLimits(64, 100)).end(bytes, 0, bytes.length));
        assertThat(failure).hasMessage("the head of the response is larger than 64 bytes");
        assertThat(failure.status()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void limitsMustBePositive(int limit) {
        assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> new HeadLimits(limit, 1)))
                .hasMessage("maxBytes must be at least 1, not " + limit);
        assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> new HeadLimits(1, limit)))
                .hasMessage("maxHeaders must be at least 1, not " + limit);
    }

    private static HeadFinder finder(int maxBytes) {
        return HeadFinder.ofRequest(new HeadLimits(maxBytes, 100));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
