package dev.duplex.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.se.DeployedApplication;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.inject.Inject;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests within applications, with their beans. */
@ExtendWith(ArquillianExtension.class)
final class InjectionTest {
    @Inject
    private Visits visits;

    @Inject
    private Greetings greetings;

    @Inject
    private Question question;

    private Greetings first;

    @Deployment
    static WebArchive archive() {
        return ShrinkWrap.create(WebArchive.class, "injected.war")
                .addClasses(Greeter.class, Greetings.class, Visits.class, Question.class)
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml");
    }

    @Deployment(name = "jar")
    static JavaArchive jar() {
        return ShrinkWrap.create(JavaArchive.class, "injected.jar")
                .addClasses(Greeter.class, Greetings.class, Visits.class, Question.class)
                .addAsManifestResource(EmptyAsset.INSTANCE, "beans.xml");
    }

    @BeforeEach
    void remember(TestInfo test) {
        first = greetings;
        assertThat(greetings == null)
                .isEqualTo(test.getTestMethod().orElseThrow().isAnnotationPresent(RunAsClient.class));
    }

    @BeforeEach
    void ask() {
        if (question != null) {
            question.ask();
        }
    }

    @Test
    void sharesTheBeansOfTheApplication(@ArquillianResource DeployedApplication application) throws Exception {
        int before = visits.number();
        assertThat(Asking.ask(application.uri("/greeter"), "Ada")).isEqualTo("Hello, Ada " + (before + 1));
        assertThat(visits.number()).isEqualTo(before + 1);
    }

    @Test
    @OperateOnDeployment("jar")
    void hasTheBeansOfTheDeploymentThatItOperatesOn(
            @ArquillianResource DeployedApplication jar,
            @ArquillianResource @OperateOnDeployment("_DEFAULT_") DeployedApplication war)
            throws Exception {
        int before = visits.number();
        Asking.ask(war.uri("/greeter"), "Ada");
        assertThat(visits.number()).isEqualTo(before);
        Asking.ask(jar.uri("/greeter"), "Ada");
        assertThat(visits.number()).isEqualTo(before + 1);
    }

    @Test
    void isInjectedOnceAndNotBeforeEachMethodAgain() {
        assertThat(first).isSameAs(greetings);
    }

    @Test
    void isOneRequestWithItsMethodsBeforeEach() {
        assertThat(question.ask()).isEqualTo(2);
    }

    @Test
    void hasParametersThatAreBeans(
            Greetings own,
            Visits shared,
            Instance<Visits> any,
            Event<String> event,
            @ArquillianResource DeployedApplication application,
            TestInfo test) {
        assertThat(own.of("Ada")).isEqualTo("Hello, Ada");
        int number = visits.next();
        assertThat(shared.number()).isEqualTo(number);
        assertThat(any.get().number()).isEqualTo(number);
        assertThat(event).isNotNull();
        assertThat(application.contextPath()).isEqualTo("/injected");
        assertThat(test.getDisplayName()).startsWith("hasParametersThatAreBeans");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ada", "Grace"})
    void leavesParametersThatAreNoBeans(String name) {
        assertThat(greetings.of(name)).isEqualTo("Hello, " + name);
    }

    @Test
    void theCurrentCdiIsThatOfTheApplication() {
        int number = visits.next();
        assertThat(CDI.current().select(Visits.class).get().number()).isEqualTo(number);
    }

    @Test
    @RunAsClient
    void aClientIsNotInjected() {
        assertThat(visits).isNull();
    }
}
