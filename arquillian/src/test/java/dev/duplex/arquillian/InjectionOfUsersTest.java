package dev.duplex.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.testkit.engine.EngineExecutionResults;

/** The end of what was injected, and injection that cannot be. */
final class InjectionOfUsersTest {
    /** Has a bean of its own in a field and two in parameters, as Arquillian asks for these twice. */
    @ExtendWith(ArquillianExtension.class)
    static final class WithBeans {
        @Inject
        private Greetings greetings;

        @Deployment
        static WebArchive archive() {
            return ShrinkWrap.create(WebArchive.class, "with.war").addClass(Greetings.class);
        }

        @Test
        void isInjected(Greetings another) {
            assertThat(another).isNotSameAs(greetings);
        }

        @AfterEach
        void first() {
            assertThat(Greetings.DESTROYED).hasValue(0);
        }

        @AfterEach
        void second() {
            assertThat(Greetings.DESTROYED).hasValue(0);
        }
    }

    /** Has no bean in its archive. */
    @ExtendWith(ArquillianExtension.class)
    static final class WithoutBeans {
        @Inject
        private Greetings greetings;

        @Deployment
        static WebArchive archive() {
            return ShrinkWrap.create(WebArchive.class, "without.war").addClass(Echo.class);
        }

        @Test
        void isNotRun() {
            assertThat(greetings).isNotNull();
        }
    }

    /** Has no bean of this class in its archive. */
    @ExtendWith(ArquillianExtension.class)
    static final class WithAnotherBean {
        @Inject
        private Greetings greetings;

        @Deployment
        static WebArchive archive() {
            return ShrinkWrap.create(WebArchive.class, "another.war").addClass(Visits.class);
        }

        @Test
        void isNotRun() {
            assertThat(greetings).isNotNull();
        }
    }

    @Test
    void whatATestHasAloneIsDestroyedAfterItsLastMethod() {
        Greetings.DESTROYED.set(0);
        EngineExecutionResults results = UserRuns.run(WithBeans.class, "right-port.xml");
        assertThat(UserRuns.failures(results)).isEmpty();
        assertThat(Greetings.DESTROYED).hasValue(3);
    }

    @Test
    void anApplicationWithoutCdiIsNamed() {
        assertThat(UserRuns.failures(UserRuns.run(WithoutBeans.class, "right-port.xml")))
                .singleElement()
                .asString()
                .contains(WithoutBeans.class.getName()
                        + " has members with @Inject, and the application at /without/ has no CDI");
    }

    @Test
    void aBeanThatIsNotThereIsNamed() {
        assertThat(UserRuns.failures(UserRuns.run(WithAnotherBean.class, "right-port.xml")))
                .singleElement()
                .asString()
                .contains(Greetings.class.getSimpleName());
    }
}
