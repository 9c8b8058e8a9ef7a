package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which endpoint gets a connection: chapters 3.1.1 and 4.1.1. */
@SuppressWarnings("try") // some connections are only there to be open
class PathMatchingTest {
    /** Tells the client which path it reached and with what variables. */
    public static final class Telling extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            try {
                session.getBasicRemote()
                        .sendText(((ServerEndpointConfig) config).getPath() + " "
                                + new TreeMap<>(session.getPathParameters()));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static Deployed deployed(String... paths) throws DeploymentException, IOException {
        ServerEndpointConfig[] configs = new ServerEndpointConfig[paths.length];
        for (int i = 0; i < paths.length; i++) {
            configs[i] =
                    ServerEndpointConfig.Builder.create(Telling.class, paths[i]).build();
        }
        return Deployed.of(configs);
    }

    private static String reached(Deployed server, String path) throws IOException {
        try (Wire wire = Wire.request(server.uri(path))) {
            return wire.status() == 101 ? wire.next(Wire.TEXT).text() : Integer.toString(wire.status());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /a/b   | /a/b
        /a/b/  | /a/b/
        /      | /
        """)
    void anExactPathMatchesItself(String path, String incoming) throws Exception {
        try (Deployed server = deployed(path)) {
            assertThat(reached(server, incoming)).isEqualTo(path + " {}");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /a/{var}     | /a/b     | {var=b}
        /a/{var}     | /a/apple | {var=apple}
        /{x}/{y}     | /1/2     | {x=1, y=2}
        /{x}/in/{y}  | /1/in/2  | {x=1, y=2}
        """)
    void aTemplateMatchesItsExpansions(String template, String incoming, String variables) throws Exception {
        try (Deployed server = deployed(template)) {
            assertThat(reached(server, incoming)).isEqualTo(template + " " + variables);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /a/b      | /a
        /a/b      | /a/b/c
        /a/b      | /a/B
        /a/b      | /a/b/
        /a/b/     | /a/b
        /a/{var}  | /a
        /a/{var}  | /a/
        /a/{var}  | /a/b/
        /a/{var}  | /a/b/c
        """)
    void nothingElseMatchesAndNoConnectionIsMade(String path, String incoming) throws Exception {
        try (Deployed server = deployed(path)) {
            assertThat(reached(server, incoming)).isEqualTo("404");
            assertThatThrownBy(() -> server.call(incoming).hangUp())
                    .isInstanceOfAny(DeploymentException.class, IOException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /a/b/c   | /a/b/c {}
        /a/d/c   | /a/{var}/c {var=d}
        /a/x/y   | /a/{var1}/{var2} {var1=x, var2=y}
        """)
    void theBestOfThreeMatchesWins(String incoming, String expected) throws Exception {
        // C is deployed first: the order of deployment must not matter.
        try (Deployed server = deployed("/a/{var1}/{var2}", "/a/{var}/c", "/a/b/c")) {
            assertThat(reached(server, incoming)).isEqualTo(expected);
        }
    }

    @Test
    void segmentsAreComparedFromLeftToRight() throws Exception {
        try (Deployed server = deployed("/{var1}/d", "/b/{var2}")) {
            assertThat(reached(server, "/b/d")).isEqualTo("/b/{var2} {var2=d}");
            assertThat(reached(server, "/c/d")).isEqualTo("/{var1}/d {var1=c}");
        }
    }

    @Test
    void aSegmentThatMatchedExactlyIsNotTakenBack() throws Exception {
        try (Deployed server = deployed("/{var1}/d/e", "/b/{var2}/f")) {
            // Going back to /{var1}/d/e would match; the left-to-right rule has dropped it at the first segment.
            assertThat(reached(server, "/b/d/e")).isEqualTo("404");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /a/x/../b       | /a/b {}
        /a/./b          | /a/b {}
        /%61/b          | /a/b {}
        /a/b%20c        | /a/{var} {var=b c}
        /a/b%2Fc        | /a/{var} {var=b/c}
        /a/%C3%A9       | /a/{var} {var=é}
        /a/b+c          | /a/{var} {var=b+c}
        """)
    void theIncomingPathIsNormalisedAndDecodedBySegment(String incoming, String expected) throws Exception {
        try (Deployed server = deployed("/a/b", "/a/{var}")) {
            assertThat(reached(server, incoming)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/a/b, /a/b",
        "/a/{x}, /a/{y}",
        "/{a}/b/{c}, /{x}/b/{y}",
        "/{x}, /{x}",
    })
    void equalAndEquivalentPathsAreRefused(String one, String other) {
        assertThatThrownBy(() -> deployed(one, other).close())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(one)
                .hasMessageContaining(other)
                .hasMessageContaining(Telling.class.getName());
    }

    @Test
    void aTemplateAndOneOfItsExpansionsMayBothBeDeployed() throws Exception {
        try (Deployed server = deployed("/bookings/{guest}", "/bookings/SallyBrown")) {
            assertThat(reached(server, "/bookings/SallyBrown")).isEqualTo("/bookings/SallyBrown {}");
            assertThat(reached(server, "/bookings/JohnSmith")).isEqualTo("/bookings/{guest} {guest=JohnSmith}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a/../b",
                "/a/./b",
                "/a//b",
                "/a/..",
                "//a",
                "/a/{b",
                "/a/b}",
                "/a/{}",
                "/a/{b}c",
                "/a/x{b}",
                "/a/{b}{c}",
                "/a/{b}/{b}",
                "/a/{b*}",
                "/a/{+b}",
                "/a/{b,c}"
            })
    void aPathThatIsNoLevel1TemplateIsRefused(String path) {
        assertThatThrownBy(() -> deployed(path).close())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(path);
    }

    @ServerEndpoint("")
    public static class WithoutPath {}

    @ServerEndpoint("a")
    public static class WithoutSlash {}

    @ServerEndpoint("/a/{b")
    public static class Unbalanced {}

    @ParameterizedTest
    @ValueSource(classes = {WithoutPath.class, WithoutSlash.class, Unbalanced.class})
    void anAnnotationWithAMissingOrMalformedPathIsRefused(Class<?> endpoint) {
        assertThatThrownBy(() -> Deployed.of(endpoint).close())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(endpoint.getSimpleName());
    }

    @ServerEndpoint("/same")
    public static class One {}

    @ServerEndpoint("/same")
    public static class Other {}

    @Test
    void twoAnnotatedEndpointsOfTheSamePathAreRefusedAndBothAreNamed() {
        assertThatThrownBy(() -> Deployed.of(One.class, Other.class).close())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("/same")
                .hasMessageContaining(One.class.getName())
                .hasMessageContaining(Other.class.getName());
    }

    @Test
    void thePathOfAnAnnotationIsRelativeToTheRootOfTheApplication() throws Exception {
        try (Deployed server = Deployed.of(One.class);
                Caller caller = server.call("/same")) {
            assertThat(caller.session().getRequestURI().getPath()).isEqualTo(Deployed.CONTEXT + "/same");
            assertThat(statusAt(server, Deployed.CONTEXT + "/same")).isEqualTo(101);
            assertThat(statusAt(server, "/same")).isEqualTo(404);
            assertThat(statusAt(server, Deployed.CONTEXT + Deployed.CONTEXT + "/same"))
                    .isEqualTo(404);
        }
    }

    private static int statusAt(Deployed server, String absolutePath) throws IOException {
        try (Wire wire = Wire.request(server.uri("/").resolve(absolutePath))) {
            return wire.status();
        }
    }

    @ServerEndpoint("/class")
    public static class Deployable {
        @OnMessage
        public String echo(String text) {
            return text;
        }
    }

    @Test
    void anAnnotatedClassIsServed() throws Exception {
        try (Deployed server = Deployed.of(Deployable.class);
                Caller caller = server.call("/class")) {
            assertThat(caller.ask("served")).isEqualTo("served");
        }
    }
}
