package dev.duplex.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.testkit.engine.EngineExecutionResults;

/** What a user sees who has made a mistake. */
final class WrongSettingsTest {
    /** A test like any other; the build's own run leaves it out. */
    @ExtendWith(ArquillianExtension.class)
    static final class OfAUser {
        @Deployment(testable = false)
        static WebArchive archive() {
            return ShrinkWrap.create(WebArchive.class, "user.war").addClass(Echo.class);
        }

        @Test
        void isRun() {}
    }

    @Test
    void noTestRunsOnAContainerThatIsConfiguredWrongly() {
        EngineExecutionResults results = UserRuns.run(OfAUser.class, "wrong-port.xml");
        results.testEvents().assertStatistics(events -> events.succeeded(0));
        assertThat(UserRuns.failures(results))
                .first()
                .asString()
                .contains("The container wrong of arquillian.xml is wrong: port must be a number from 0 to 65535")
                .contains("not \"http\"");
    }

    @Test
    void theSameTestIsGreenWithoutTheMistake() {
        UserRuns.run(OfAUser.class, "right-port.xml")
                .testEvents()
                .assertStatistics(events -> events.succeeded(1).failed(0));
    }
}
