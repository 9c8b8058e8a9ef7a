package dev.duplex.frame;

import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class Utf8ValidatorTest {
    private static final int WELL_FORMED = -1;
    private static final int RANDOM_TEXTS = 100_000;
    private static final byte[][] ENDS = {
        {}, bytes("80"), bytes("80 80"), bytes("80 80 80"), bytes("a0 80"), bytes("90 80 80")
    };

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00", // the first and the last of each length
                "7f",
                "c2 80",
                "df bf",
                "e0 a0 80",
                "ef bf bf",
                "f0 90 80 80",
                "f4 8f bf bf",
                "ed 9f bf", // around the surrogates
                "ee 80 80",
                "ef bf bd", // the replacement character
                "ef bb bf 41", // a byte order mark is a character like any other
                "ef bf be", // and so is what is no character: U+FFFE, U+FFFF, U+FDD0, U+1FFFE, U+10FFFE
                "ef b7 90",
                "f0 9f bf be",
                "f4 8f bf be",
                "e1 80 80 ec bf bf ee 80 80 f1 80 80 80 f3 bf bf bf",
                "ce ba e1 bd b9 cf 83 ce bc ce b5",
                "61 c3 a4 e2 82 ac f0 9f 98 80 7a",
                "61 61 61 61 61 61 61 61 61 c3 a4 61 61 61 61 61 61 61 61",
            })
    void acceptsWhatIsWellFormedHoweverItIsCut(String text) {
        byte[] bytes = bytes(text);
        assertThat(firstBad(bytes)).isEqualTo(WELL_FORMED);
        for (int cut = 0; cut <= bytes.length; cut++) {
            Utf8Validator validator = new Utf8Validator();
            assertThat(validator.accept(bytes, 0, cut)).isTrue();
            assertThat(validator.accept(bytes, cut, bytes.length - cut)).isTrue();
            assertThat(validator.complete()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "80, 0", // a continuation that continues nothing
        "bf, 0",
        "41 80, 1",
        "c3 a4 a4, 2",
        "c2 41, 1", // a sequence that is not continued
        "e0 a0 41, 2",
        "f0 90 80 41, 3",
        "e2 82 e2 82 ac, 2",
        "c3 c3, 1",
        "f4 8f bf c2, 3",
        "c0 80, 0", // overlong
        "c0 af, 0",
        "c1 bf, 0",
        "e0 80 af, 1",
        "e0 9f bf, 1",
        "f0 80 80 af, 1",
        "f0 8f bf bf, 1",
        "f8 80 80 80 af, 0",
        "fc 80 80 80 80 af, 0",
        "ed a0 80, 1", // surrogates
        "ed ad bf, 1",
        "ed ae 80, 1",
        "ed bf bf, 1",
        "ed a0 80 ed b0 80, 1",
        "f4 90 80 80, 1", // over U+10FFFF
        "f5 80 80 80, 0",
        "f7 bf bf bf, 0",
        "f8 88 80 80 80, 0",
        "fe, 0", // in no UTF-8
        "ff, 0",
        "61 61 61 61 61 61 61 61 61 ff 61, 9",
        "ce ba e1 bd b9 cf 83 ce bc ce b5 ed a0 80 65 64 69 74 65 64, 12",
        "61 f4 8f bf bf f4 90 80 80, 6",
    })
    void findsTheFirstBadByteWhenItComesHoweverTheTextIsCut(String text, int firstBad) {
        byte[] bytes = bytes(text);
        assertThat(firstBad(bytes)).isEqualTo(firstBad);
        for (int cut = 0; cut <= bytes.length; cut++) {
            Utf8Validator validator = new Utf8Validator();
            assertThat(validator.accept(bytes, 0, cut)).isEqualTo(cut <= firstBad);
            if (cut <= firstBad) {
                assertThat(validator.accept(bytes, cut, bytes.length - cut)).isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"c2", "e2", "e2 82", "f0", "f0 9f", "f0 9f 98", "41 ed 9f"})
    void aTextMayNotEndInsideACharacter(String text) {
        byte[] bytes = bytes(text);
        Utf8Validator validator = new Utf8Validator();
        assertThat(validator.accept(bytes, 0, bytes.length)).isTrue();
        assertThat(validator.complete()).isFalse();
        validator.reset();
        assertThat(validator.complete()).isTrue();
        assertThat(validator.accept(bytes, 0, 1)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void agreesWithTheJdkOnShortRandomBytesToTheByte(int seed) {
        Random random = new Random(seed);
        for (int i = 0; i < RANDOM_TEXTS / 3; i++) {
            byte[] bytes = new byte[1 + random.nextInt(8)];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = interesting(random);
            }
            int found = firstBad(bytes);
            int expected = firstBadOfJdk(bytes, found);
            if (found != expected) {
                fail("seed %d, text %d: %s is bad at %d, found %d", seed, i, hex(bytes), expected, found);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void agreesWithTheJdkOnTextWithRandomDamage(int seed) {
        Random random = new Random(seed);
        for (int i = 0; i < RANDOM_TEXTS / 2; i++) {
            byte[] bytes = text(random);
            for (int damages = random.nextInt(3); damages > 0 && bytes.length > 0; damages--) {
                bytes[random.nextInt(bytes.length)] = interesting(random);
            }
            Utf8Validator validator = new Utf8Validator();
            int cut = random.nextInt(bytes.length + 1);
            boolean accepted = validator.accept(bytes, 0, cut)
                    && validator.accept(bytes, cut, bytes.length - cut)
                    && validator.complete();
            if (accepted != isWellFormed(bytes)) {
                fail(
                        "seed %d, text %d cut at %d: %s is %s",
                        seed, i, cut, hex(bytes), accepted ? "accepted" : "refused");
            }
        }
    }

    /** Mostly bytes at the borders of what RFC 3629 §4 allows. */
    private static byte interesting(Random random) {
        int[] borders = {0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5
        };
        return (byte) (random.nextInt(5) == 0 ? random.nextInt(256) : borders[random.nextInt(borders.length)]);
    }

    private static byte[] text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int runs = random.nextInt(5); runs > 0; runs--) {
            text.append("a".repeat(random.nextInt(20)));
            int codePoint = random.nextInt(random.nextBoolean() ? 0x800 : 0x110000);
            text.appendCodePoint(Character.isSurrogate((char) codePoint) ? 'x' : codePoint);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Feeds byte by byte. */
    private static int firstBad(byte[] bytes) {
        Utf8Validator validator = new Utf8Validator();
        for (int i = 0; i < bytes.length; i++) {
            if (!validator.accept(bytes, i, 1)) {
                return i;
            }
        }
        return WELL_FORMED;
    }

    /** The first byte such that nothing put behind it makes the text well-formed. */
    private static int firstBadOfJdk(byte[] bytes, int guess) {
        // Which byte is the first bad one is clear when the text may go on before it and not behind it
        if (guess >= 0 && mayGoOn(bytes, guess) && !mayGoOn(bytes, guess + 1)) {
            return guess;
        }
        for (int length = 1; length <= bytes.length; length++) {
            if (!mayGoOn(bytes, length)) {
                return length - 1;
            }
        }
        return WELL_FORMED;
    }

    private static boolean mayGoOn(byte[] bytes, int length) {
        for (byte[] end : ENDS) {
            byte[] text = Arrays.copyOf(bytes, length + end.length);
            System.arraycopy(end, 0, text, length, end.length);
            if (isWellFormed(text)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isWellFormed(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
