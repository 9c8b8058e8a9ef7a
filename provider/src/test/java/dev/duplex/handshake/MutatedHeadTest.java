package dev.duplex.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Real heads with a few random changes: each is refused in the way that was promised, or consistently understood. */
final class MutatedHeadTest {
    private static final int ROUNDS = 5_000;
    private static final String DANGEROUS = "\r\n\t\u0000 :,;=\"\\%/?#[]@*\u007F\u0080\u00FFaA0";

    @ParameterizedTest
    @FieldSource("dev.duplex.handshake.Heads#REQUESTS")
    void serverRefusesOrUnderstandsAnyRequest(String name) {
        String original = Heads.recorded("requests/" + name);
        Random random = new Random(name.hashCode());
        int understood = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String text = mutated(original, random);
            try {
                RequestHead head = RequestHead.parse(text);
                assertThat(head.uri(false).getScheme()).isEqualTo("ws");
                String written = head.text();
                assertThat(RequestHead.parse(written).text()).isEqualTo(written);
                assertThat(endOf(written)).isEqualTo(written.length());
                ServerHandshake handshake = ServerHandshake.check(head);
                handshake.accept(null, List.of(), head.headers()).text();
                understood++;
            } catch (HandshakeFailure failure) {
                assertThat(failure.status()).isIn(400, 405, 426, 505);
            } catch (IllegalStateException withoutHost) {
                assertThat(text).contains("HTTP/1.0");
            }
        }
        assertThat(understood).isBetween(ROUNDS / 100, ROUNDS - 1);
    }

    @ParameterizedTest
    @FieldSource("RESPONSES")
    void clientRefusesOrUnderstandsAnyResponse(String name) {
        String original = Heads.recorded("responses/" + name);
        ClientHandshake client = ClientHandshake.of(
                URI.create("ws://h"), Headers.NONE, List.of("chat", "superchat"), List.of(), Heads.NONCE);
        Random random = new Random(name.hashCode());
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            try {
                ResponseHead head = ResponseHead.parse(mutated(original, random));
                String written = head.text();
                assertThat(ResponseHead.parse(written).text()).isEqualTo(written);
                client.verify(head);
            } catch (HandshakeFailure failure) {
                assertThat(failure.status()).isBetween(0, 999);
                assertThat(failure.getMessage()).matches("[ -~§]+");
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    static final List<String> RESPONSES =
            List.of("node-ws-8.txt", "node-ws-8-refusal.txt", "python-websockets-10.4.txt");

    private static int endOf(String text) throws HandshakeFailure {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return HeadFinder.ofRequest(HeadLimits.DEFAULT).end(bytes, 0, bytes.length);
    }

    private static String mutated(String original, Random random) {
        StringBuilder text = new StringBuilder(original);
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(Math.min(text.length(), original.length()));
            char character = DANGEROUS.charAt(random.nextInt(DANGEROUS.length()));
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, character);
                case 1 -> text.insert(at, character);
                case 2 -> text.deleteCharAt(at);
                default -> text.insert(at, original, at, Math.min(original.length(), at + random.nextInt(40)));
            }
        }
        return text.toString();
    }
}
