package dev.duplex.arquillian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.se.DeployedApplication;
import dev.duplex.se.DuplexServer;
import java.net.URI;
import org.jboss.arquillian.container.spi.client.container.DeploymentException;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.container.test.api.ShouldThrowException;
import org.jboss.arquillian.container.test.api.TargetsContainer;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test of applications that cannot be deployed. */
@ExtendWith(ArquillianExtension.class)
final class FailedDeploymentTest {
    @ArquillianResource
    private Deployer deployer;

    @Deployment(name = "as Jakarta says", testable = false)
    @ShouldThrowException(jakarta.websocket.DeploymentException.class)
    static WebArchive jakarta() {
        return ShrinkWrap.create(WebArchive.class, "jakarta.war").addClasses(Echo.class, Refused.class);
    }

    @Deployment(name = "as Arquillian says", testable = false)
    @ShouldThrowException(DeploymentException.class)
    static WebArchive arquillian() {
        return ShrinkWrap.create(WebArchive.class, "arquillian.war").addClasses(Echo.class, Refused.class);
    }

    @Deployment(name = "tolerated", testable = false)
    @TargetsContainer("tolerant")
    static WebArchive tolerated() {
        return ShrinkWrap.create(WebArchive.class, "tolerated.war").addClasses(Echo.class, Refused.class);
    }

    @Deployment(name = "refused", managed = false, testable = false)
    static WebArchive refused() {
        return ShrinkWrap.create(WebArchive.class, "refused.war").addClasses(Echo.class, Refused.class);
    }

    @Deployment(name = "enterprise", managed = false, testable = false)
    static EnterpriseArchive enterprise() {
        return ShrinkWrap.create(EnterpriseArchive.class, "enterprise.ear");
    }

    @Deployment(name = "fine", testable = false)
    static WebArchive fine() {
        return ShrinkWrap.create(WebArchive.class, "fine.war").addClass(Echo.class);
    }

    @Test
    void theExceptionsOfJakartaAndOfArquillianAreFound(
            @ArquillianResource @OperateOnDeployment("fine") DuplexServer server) {
        assertThat(server.applications())
                .extracting(DeployedApplication::contextPath)
                .contains("/fine")
                .doesNotContain("/jakarta", "/arquillian");
    }

    @Test
    void aFailureSaysWhichArchiveAndWhy() {
        assertThatThrownBy(() -> deployer.deploy("refused"))
                .hasStackTraceContaining("The archive refused.war cannot be deployed: ")
                .hasStackTraceContaining(Refused.class.getName())
                .hasRootCauseInstanceOf(jakarta.websocket.DeploymentException.class);
    }

    @Test
    void anArchiveOfAnotherKindIsRefused() {
        assertThatThrownBy(() -> deployer.deploy("enterprise"))
                .hasStackTraceContaining("The archive enterprise.ear is neither a WebArchive nor a JavaArchive");
    }

    @Test
    void whatIsToleratedIsNotFound(
            @ArquillianResource @OperateOnDeployment("tolerated") URI uri,
            @ArquillianResource @OperateOnDeployment("tolerated") DuplexServer server) {
        assertThat(uri).hasPath("/given/");
        assertThatThrownBy(() -> Asking.ask(server.uri("/given/echo"), "a"))
                .isInstanceOf(jakarta.websocket.DeploymentException.class)
                .hasMessageContaining("404");
    }
}
