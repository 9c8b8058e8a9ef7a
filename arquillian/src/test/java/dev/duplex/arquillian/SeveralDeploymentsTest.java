package dev.duplex.arquillian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.se.DeployedApplication;
import dev.duplex.se.DuplexServer;
import java.net.URI;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.container.test.api.TargetsContainer;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test with several applications, on several servers. */
@ExtendWith(ArquillianExtension.class)
final class SeveralDeploymentsTest {
    @ArquillianResource
    private Deployer deployer;

    @Deployment(name = "first", order = 1, testable = false)
    static WebArchive first() {
        return ShrinkWrap.create(WebArchive.class, "first.war").addClass(Echo.class);
    }

    @Deployment(name = "second", order = 2, testable = false)
    static WebArchive second() {
        return ShrinkWrap.create(WebArchive.class, "second.war").addClass(Echo.class);
    }

    @Deployment(name = "root", order = 3, testable = false)
    static JavaArchive root() {
        return ShrinkWrap.create(JavaArchive.class, "endpoints.jar").addClass(Echo.class);
    }

    @Deployment(name = "elsewhere", order = 4, testable = false)
    @TargetsContainer("tolerant")
    static WebArchive elsewhere() {
        return ShrinkWrap.create(WebArchive.class, "elsewhere.war").addClass(Echo.class);
    }

    @Deployment(name = "later", managed = false, testable = false)
    static WebArchive later() {
        return ShrinkWrap.create(WebArchive.class, "later.war").addClass(Echo.class);
    }

    @Test
    @OperateOnDeployment("second")
    void aTestOperatesOnTheDeploymentThatItNames(@ArquillianResource URI uri) throws Exception {
        assertThat(uri.getPath()).isEqualTo("/second/");
        assertThat(Asking.ask(URI.create("ws" + uri.toString().substring(4) + "echo"), "a"))
                .startsWith("a ");
    }

    @Test
    void aParameterIsOfTheDeploymentThatItNames(
            @ArquillianResource @OperateOnDeployment("first") DeployedApplication first,
            @ArquillianResource @OperateOnDeployment("second") DeployedApplication second,
            @ArquillianResource @OperateOnDeployment("second") URI uri)
            throws Exception {
        assertThat(first.contextPath()).isEqualTo("/first");
        assertThat(second.contextPath()).isEqualTo("/second");
        assertThat(uri.getPath()).isEqualTo("/second/");
        assertThat(Asking.ask(first.uri("/echo"), "a")).startsWith("a ");
    }

    @Test
    void aJarIsAtTheRoot(
            @ArquillianResource @OperateOnDeployment("root") DeployedApplication root,
            @ArquillianResource @OperateOnDeployment("root") URI uri)
            throws Exception {
        assertThat(root.contextPath()).isEmpty();
        assertThat(uri.getPath()).isEqualTo("/");
        assertThat(Asking.ask(root.uri("/echo"), "a")).startsWith("a ");
    }

    @Test
    void eachApplicationHasClassesOfItsOwn(
            @ArquillianResource @OperateOnDeployment("later") Deployer same,
            @ArquillianResource @OperateOnDeployment("first") DeployedApplication first)
            throws Exception {
        assertThat(same).isNotNull();
        int before = number(Asking.ask(first.uri("/echo"), "a"));
        assertThat(number(Asking.ask(first.uri("/echo"), "a"))).isEqualTo(before + 1);
        deployer.deploy("later");
        try {
            URI later = URI.create(first.uri("/echo").toString().replace("/first/", "/later/"));
            assertThat(number(Asking.ask(later, "a"))).isEqualTo(1);
        } finally {
            deployer.undeploy("later");
        }
    }

    @Test
    void aDeploymentThatIsNotManagedComesAndGoes(@ArquillianResource @OperateOnDeployment("first") DuplexServer server)
            throws Exception {
        URI later = server.uri("/later/echo");
        for (int round = 0; round < 2; round++) {
            deployer.deploy("later");
            assertThat(Asking.ask(later, "a")).startsWith("a ");
            assertThat(server.applications())
                    .extracting(DeployedApplication::contextPath)
                    .contains("/later");
            deployer.undeploy("later");
            assertThat(server.applications())
                    .extracting(DeployedApplication::contextPath)
                    .doesNotContain("/later");
            assertThatThrownBy(() -> Asking.ask(later, "a")).hasMessageContaining("404");
        }
    }

    @Test
    void eachContainerIsAServerOfItsOwn(
            @ArquillianResource @OperateOnDeployment("first") DuplexServer plain,
            @ArquillianResource @OperateOnDeployment("elsewhere") DuplexServer tolerant,
            @ArquillianResource @OperateOnDeployment("elsewhere") DeployedApplication elsewhere)
            throws Exception {
        assertThat(tolerant.port()).isNotEqualTo(plain.port());
        assertThat(elsewhere.contextPath()).isEqualTo("/given");
        assertThat(Asking.ask(elsewhere.uri("/echo"), "a")).startsWith("a ");
    }

    private static int number(String answer) {
        return Integer.parseInt(answer.substring(answer.indexOf(' ') + 1));
    }
}
