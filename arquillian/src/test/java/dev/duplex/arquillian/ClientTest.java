package dev.duplex.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.se.DeployedApplication;
import dev.duplex.se.DuplexServer;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test that is a client of the application. */
@ExtendWith(ArquillianExtension.class)
final class ClientTest {
    @ArquillianResource
    private URL url;

    @ArquillianResource
    private URI uri;

    @ArquillianResource
    private DuplexServer server;

    @ArquillianResource
    private DeployedApplication application;

    @ArquillianResource
    private ServerContainer endpoints;

    private boolean prepared;

    @Deployment(testable = false)
    static WebArchive archive() {
        return ShrinkWrap.create(WebArchive.class, "client.war")
                .addClass(Echo.class)
                .addAsWebResource(new StringAsset("hello"), "hello.txt");
    }

    @BeforeEach
    void prepare() {
        prepared = true;
    }

    @Test
    void hasTheUrlOfTheArchive() {
        assertThat(url).hasToString("http://127.0.0.1:" + server.port() + "/client/");
        assertThat(uri).hasToString(url.toString());
        assertThat(server.port()).isPositive();
        assertThat(prepared).isTrue();
    }

    @Test
    void hasTheApplicationAndItsContainer() throws Exception {
        assertThat(application.uri("/echo")).hasToString("ws://127.0.0.1:" + server.port() + "/client/echo");
        assertThat(server.applications()).contains(application);
        assertThat(application.container()).isSameAs(endpoints);
        assertThat(Asking.ask(application.uri("/echo"), "a")).startsWith("a ");
    }

    @Test
    void hasParametersInjectedToo(@ArquillianResource DeployedApplication given, @ArquillianResource URI base) {
        assertThat(given).isSameAs(application);
        assertThat(base).isEqualTo(uri);
    }

    @Test
    void theFilesOfTheArchiveAreServed() throws IOException {
        try (InputStream file = uri.resolve("hello.txt").toURL().openStream()) {
            assertThat(file).hasContent("hello");
        }
    }

    @Test
    void theApplicationHasClassesOfItsOwn() throws Exception {
        Asking.ask(application.uri("/echo"), "a");
        assertThat(Echo.MESSAGES).hasValue(0);
    }

    @Test
    void thePropertiesAreThoseOfArquillianXml() throws Exception {
        assertThat(Asking.ask(application.uri("/echo"), "a".repeat(1001))).isEqualTo("closed 1009");
    }
}
