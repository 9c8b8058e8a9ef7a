package dev.duplex.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AcceptKeyTest {
    @ParameterizedTest
    @CsvSource({
        // RFC 6455 §1.3
        "dGhlIHNhbXBsZSBub25jZQ==, s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        // of other implementations' documents
        "x3JJHMbDL1EzLkh9GBhXDw==, HSmrc0sMlYUkAGmm5OPpG2HaGWk=",
    })
    void answersAKey(String key, String accept) {
        assertThat(AcceptKey.of(key)).isEqualTo(accept);
    }

    @Test
    void answersOnManyThreadsAtOnce() {
        List<String> answers = IntStream.range(0, 10_000)
                .parallel()
                .mapToObj(i -> AcceptKey.of(Heads.KEY))
                .distinct()
                .toList();
        assertThat(answers).containsExactly(Heads.ACCEPT);
    }

    @Test
    void everyNonceMakesAKey() {
        Random random = new Random(7);
        byte[] nonce = new byte[AcceptKey.NONCE_BYTES];
        for (int i = 0; i < 10_000; i++) {
            random.nextBytes(nonce);
            assertThat(AcceptKey.isKey(Base64.getEncoder().encodeToString(nonce)))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "==",
                "dGhlIHNhbXBsZSBub25jZQ",
                "dGhlIHNhbXBsZSBub25jZQ=",
                "dGhlIHNhbXBsZSBub25jZQ===",
                "dGhlIHNhbXBsZSBub25jZ===",
                "dGhlIHNhbXBsZSBub25jZWE=",
                "dGhlIHNhbXBsZSBub25jZWFi",
                "dGhlIHNhbXBsZSBub25jZWFiYw==",
                "dGhlIHNhbXBsZSBub25j-_==",
                "dGhlIHNhbXBsZSBub25j Q==",
                "dGhl=HNhbXBsZSBub25jZQ==",
                "dGhlIHNhbXBsZSBub25j\u00E9Q==",
            })
    void refusesWhatIsNot16BytesInBase64(String key) {
        assertThat(AcceptKey.isKey(key)).isFalse();
    }
}
