package dev.duplex.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.se.DeployedApplication;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A test within the application. */
@ExtendWith(ArquillianExtension.class)
final class InContainerTest {
    private static int invocations;

    @ArquillianResource
    private DeployedApplication application;

    private boolean prepared;

    @Deployment
    static WebArchive archive() {
        return ShrinkWrap.create(WebArchive.class, "within.war").addClass(Echo.class);
    }

    @BeforeEach
    void prepare() {
        prepared = true;
    }

    @AfterEach
    void count() {
        assertThat(prepared).isTrue();
    }

    @Test
    void hasTheClassesOfTheApplication(TestInfo test) throws Exception {
        int before = Echo.MESSAGES.get();
        assertThat(Asking.ask(application.uri("/echo"), "a")).isEqualTo("a " + (before + 1));
        assertThat(Echo.MESSAGES).hasValue(before + 1);
        assertThat(test.getDisplayName()).startsWith("hasTheClasses");
    }

    @Test
    void hasItsMethodBeforeEachCalled() {
        assertThat(prepared).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void eachInvocationOfAParameterizedTestIsOne(int number) {
        invocations++;
        assertThat(invocations).isEqualTo(number);
    }

    @Test
    @RunAsClient
    void mayBeAClientToo(@ArquillianResource DeployedApplication given) throws Exception {
        assertThat(Asking.ask(given.uri("/echo"), "a")).startsWith("a ");
    }
}
