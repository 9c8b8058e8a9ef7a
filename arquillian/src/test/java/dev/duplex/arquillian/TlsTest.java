package dev.duplex.arquillian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.se.DeployedApplication;
import java.net.URL;
import javax.net.ssl.SSLContext;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.TargetsContainer;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test of a container with TLS and a certificate of its own. */
@ExtendWith(ArquillianExtension.class)
final class TlsTest {
    @ArquillianResource
    private URL url;

    @ArquillianResource
    private DeployedApplication application;

    @ArquillianResource
    private SSLContext trusting;

    @Deployment(testable = false)
    @TargetsContainer("tls")
    static WebArchive archive() {
        return ShrinkWrap.create(WebArchive.class, "secret.war").addClass(Echo.class);
    }

    @Test
    void theUrlIsOfHttps() {
        assertThat(url).hasProtocol("https").hasPath("/secret/");
        assertThat(application.uri("/echo")).hasScheme("wss");
    }

    @Test
    void aClientTrustsTheServerByTheContextThatIsInjected() throws Exception {
        assertThat(Asking.ask(application.uri("/echo"), "a", trusting)).startsWith("a ");
    }

    @Test
    void aClientWithoutItDoesNot() {
        assertThatThrownBy(() -> Asking.ask(application.uri("/echo"), "a"))
                .rootCause()
                .hasMessageContaining("certification path");
    }
}
