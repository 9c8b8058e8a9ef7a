package dev.duplex.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.duplex.deflate.Extension.Parameter;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In the tables "pmd" stands for permessage-deflate, and snct, cnct, smwb and cmwb for its four parameters. */
class DeflateNegotiationTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # offers                                    | answer
        pmd                                         | pmd
        pmd; snct                                   | pmd; snct
        pmd; cnct                                   | pmd; cnct
        pmd; cnct; snct                             | pmd; snct; cnct
        pmd; smwb=10                                | pmd; smwb=10
        pmd; smwb=8                                 | pmd; smwb=8
        pmd; smwb=15                                | pmd; smwb=15
        pmd; cmwb                                   | pmd
        pmd; cmwb=15                                | pmd
        pmd; cmwb=10                                | pmd; cmwb=10
        pmd; cmwb; smwb=10                          | pmd; smwb=10
        pmd; cmwb; smwb=10, pmd; cmwb               | pmd; smwb=10
        pmd; cmwb=9; cnct; smwb=12; snct            | pmd; snct; cnct; smwb=12; cmwb=9
        x-other, pmd                                | pmd
        x-other; smwb=7, pmd; snct, pmd             | pmd; snct
        """)
    void acceptsTheFirstAcceptableOffer(String offers, String answer) {
        assertThat(accept(offers, DeflateParameters.DEFAULT)).isEqualTo(answer);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # wanted by the server | offers           | answer
        snct                   | pmd              | pmd; snct
        cnct                   | pmd              | pmd; cnct
        cnct                   | pmd; snct        | pmd; snct; cnct
        smwb=9                 | pmd              | pmd; smwb=9
        smwb=9                 | pmd; smwb=12     | pmd; smwb=9
        smwb=12                | pmd; smwb=9      | pmd; smwb=9
        cmwb=10                | pmd; cmwb        | pmd; cmwb=10
        cmwb=10                | pmd; cmwb=12     | pmd; cmwb=10
        cmwb=12                | pmd; cmwb=10     | pmd; cmwb=10
        snct; smwb=8; cmwb=8   | pmd; cmwb        | pmd; snct; smwb=8; cmwb=8
        """)
    void theServersOwnLimitsAreAnsweredUnasked(String wanted, String offers, String answer) {
        assertThat(accept(offers, parameters(wanted))).isEqualTo(answer);
    }

    @Test
    void theClientsWindowIsLeftAloneUnlessTheClientOfferedToLimitIt() {
        // RFC 7692 §7.1.2.2
        DeflateNegotiation.Answer answer = DeflateNegotiation.accept(extensions("pmd; smwb=9"), parameters("cmwb=10"));
        assertThat(shortText(answer.response())).isEqualTo("pmd; smwb=9");
        assertThat(answer.agreed()).isEqualTo(new DeflateParameters(false, false, 9, 15));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pmd; snct=1",
                "pmd; snct=",
                "pmd; cnct=true",
                "pmd; snct; snct",
                "pmd; cnct; cnct",
                "pmd; smwb",
                "pmd; smwb=",
                "pmd; smwb=7",
                "pmd; smwb=16",
                "pmd; smwb=08",
                "pmd; smwb=010",
                "pmd; smwb=+9",
                "pmd; smwb=-9",
                "pmd; smwb=9.0",
                "pmd; smwb=0x9",
                "pmd; smwb=99999999999999999999",
                "pmd; smwb=10; smwb=10",
                "pmd; cmwb=",
                "pmd; cmwb=7",
                "pmd; cmwb=16",
                "pmd; cmwb=09",
                "pmd; cmwb=abc",
                "pmd; cmwb; cmwb",
                "pmd; cmwb; cmwb=10",
                "pmd; x-unknown",
                "pmd; SNCT",
            })
    void aBadParameterDeclinesThatOfferOnly(String bad) {
        assertThat(DeflateNegotiation.accept(extensions(bad), DeflateParameters.DEFAULT))
                .isNull();
        assertThat(accept(bad + ", pmd; smwb=11", DeflateParameters.DEFAULT)).isEqualTo("pmd; smwb=11");
    }

    @Test
    void declinesWhatIsNotPermessageDeflate() {
        assertThat(DeflateNegotiation.accept(List.of(), DeflateParameters.DEFAULT))
                .isNull();
        assertThat(DeflateNegotiation.accept(extensions("x-webkit-deflate-frame"), DeflateParameters.DEFAULT))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
        # wanted                     | offer
        none                         | pmd; cmwb
        snct                         | pmd; snct; cmwb
        cnct                         | pmd; cnct; cmwb
        smwb=9                       | pmd; smwb=9; cmwb
        cmwb=9                       | pmd; cmwb=9
        snct; cnct; smwb=10; cmwb=11 | pmd; snct; cnct; smwb=10; cmwb=11
        """)
    void theOfferSaysWhatIsWantedAndLetsTheServerLimitTheClientsWindow(String wanted, String offer) {
        assertThat(shortText(DeflateNegotiation.offer(parameters(wanted)))).isEqualTo(offer);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
        # offer              | answer                 | agreed
        pmd                  | pmd                    | none
        pmd                  | pmd; snct              | snct
        pmd                  | pmd; cnct              | cnct
        pmd                  | pmd; smwb=9            | smwb=9
        pmd; snct            | pmd; snct              | snct
        pmd; cnct            | pmd                    | cnct
        pmd; smwb=12         | pmd; smwb=12           | smwb=12
        pmd; smwb=12         | pmd; smwb=8            | smwb=8
        pmd; cmwb            | pmd                    | none
        pmd; cmwb            | pmd; cmwb=9            | cmwb=9
        pmd; cmwb            | pmd; cmwb=15           | none
        pmd; cmwb=12         | pmd                    | cmwb=12
        pmd; cmwb=12         | pmd; cmwb=10           | cmwb=10
        pmd; cmwb=12         | pmd; cmwb=14           | cmwb=12
        pmd; cnct; cmwb      | pmd; snct; cmwb=8      | snct; cnct; cmwb=8
        """)
    void theClientKeepsToTheAnswerAndToItsOwnHints(String offer, String answer, String agreed) {
        assertThat(DeflateNegotiation.agreed(extension(answer), extension(offer)))
                .isEqualTo(parameters(agreed));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # offer       | answer           | fault
        pmd           | pmd; cmwb=10     | §7.1.2.2: client_max_window_bits must not be answered when it was not offered, but is 10
        pmd           | pmd; cmwb        | §7.1.2.2: client_max_window_bits must not be answered when it was not offered, but is 15
        pmd; cmwb     | pmd; cmwb        | §7.1.2.2: client_max_window_bits must have a value in an answer, but has none
        pmd; smwb=10  | pmd; smwb=11     | §7.1.2.1: server_max_window_bits must not be larger than the offered 10, but is 11
        pmd; smwb=10  | pmd              | §7.1.2.1: an answer must repeat the offered server_max_window_bits, but it is missing
        pmd; smwb=15  | pmd              | §7.1.2.1: an answer must repeat the offered server_max_window_bits, but it is missing
        pmd; snct     | pmd              | §7.1.1.1: an answer must repeat the offered server_no_context_takeover, but it is missing
        pmd           | pmd; snct; snct  | §7.1: server_no_context_takeover must not be repeated
        pmd           | pmd; cnct; cnct  | §7.1: client_no_context_takeover must not be repeated
        pmd           | pmd; smwb=9; smwb=9 | §7.1: server_max_window_bits must not be repeated
        pmd; cmwb     | pmd; cmwb=9; cmwb=9 | §7.1: client_max_window_bits must not be repeated
        pmd           | pmd; snct=1      | §7.1.1: server_no_context_takeover must have no value, but has "1"
        pmd           | pmd; cnct=1      | §7.1.1: client_no_context_takeover must have no value, but has "1"
        pmd           | pmd; smwb        | §7.1.2: server_max_window_bits must be a number from 8 to 15 without leading zeros, but has no value
        pmd           | pmd; smwb=08     | §7.1.2: server_max_window_bits must be a number from 8 to 15 without leading zeros, but is "08"
        pmd; cmwb     | pmd; cmwb=16     | §7.1.2: client_max_window_bits must be a number from 8 to 15 without leading zeros, but is "16"
        pmd           | pmd; mystery     | §7.1: permessage-deflate has no parameter mystery
        pmd           | x-other          | §7: the extension must be permessage-deflate, but is x-other
        """, quoteCharacter = '\'')
    void anAnswerThatTheOfferDoesNotAllowNamesRuleAndValue(String offer, String answer, String fault) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeflateNegotiation.agreed(extension(answer), extension(offer)))
                .withMessage("RFC 7692 " + fault);
    }

    private static String accept(String offers, DeflateParameters wanted) {
        DeflateNegotiation.Answer answer = DeflateNegotiation.accept(extensions(offers), wanted);
        assertThat(answer).as("answer to %s", offers).isNotNull();
        // Whatever the server says, a client with the same offer must understand alike.
        boolean understood = extensions(offers).stream().anyMatch(offer -> {
            try {
                return DeflateNegotiation.agreed(answer.response(), offer).equals(answer.agreed());
            } catch (IllegalArgumentException e) {
                return false;
            }
        });
        assertThat(understood).as("%s understood by the client", answer).isTrue();
        return shortText(answer.response());
    }

    private static DeflateParameters parameters(String text) {
        boolean snct = false;
        boolean cnct = false;
        int smwb = 15;
        int cmwb = 15;
        for (String parameter : text == null ? new String[0] : text.split("; ")) {
            switch (parameter.substring(0, 4)) {
                case "snct" -> snct = true;
                case "cnct" -> cnct = true;
                case "smwb" -> smwb = Integer.parseInt(parameter.substring(5));
                case "cmwb" -> cmwb = Integer.parseInt(parameter.substring(5));
                default -> throw new IllegalArgumentException(parameter);
            }
        }
        return new DeflateParameters(snct, cnct, smwb, cmwb);
    }

    private static List<Extension> extensions(String text) {
        return Arrays.stream(text.split(", "))
                .map(DeflateNegotiationTest::extension)
                .toList();
    }

    private static Extension extension(String text) {
        String[] parts = text.split("; ");
        return new Extension(
                longName(parts[0]),
                Arrays.stream(parts)
                        .skip(1)
                        .map(part -> {
                            int equals = part.indexOf('=');
                            return equals < 0
                                    ? new Parameter(longName(part), null)
                                    : new Parameter(longName(part.substring(0, equals)), part.substring(equals + 1));
                        })
                        .toList());
    }

    private static String longName(String name) {
        return switch (name) {
            case "pmd" -> "permessage-deflate";
            case "snct" -> "server_no_context_takeover";
            case "cnct" -> "client_no_context_takeover";
            case "smwb" -> "server_max_window_bits";
            case "cmwb" -> "client_max_window_bits";
            default -> name;
        };
    }

    private static String shortText(Extension extension) {
        return extension
                .headerText()
                .replace("permessage-deflate", "pmd")
                .replace("server_no_context_takeover", "snct")
                .replace("client_no_context_takeover", "cnct")
                .replace("server_max_window_bits", "smwb")
                .replace("client_max_window_bits", "cmwb");
    }
}
