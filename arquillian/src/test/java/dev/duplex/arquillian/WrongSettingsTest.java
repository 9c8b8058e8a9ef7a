package dev.duplex.arquillian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** What a user sees who has made a mistake. */
final class WrongSettingsTest {
    private static final String FILE = "arquillian.xml"; // the name of a system property of Arquillian

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
        EngineExecutionResults results = run("wrong-port.xml");
        results.testEvents().assertStatistics(events -> events.succeeded(0));
        assertThat(results.allEvents().failed().stream().map(WrongSettingsTest::why))
                .first()
                .asString()
                .contains("The container wrong of arquillian.xml is wrong: port must be a number from 0 to 65535")
                .contains("not \"http\"");
    }

    @Test
    void theSameTestIsGreenWithoutTheMistake() {
        run("right-port.xml")
                .testEvents()
                .assertStatistics(events -> events.succeeded(1).failed(0));
    }

    private static EngineExecutionResults run(String file) {
        String before = System.getProperty(FILE);
        System.setProperty(FILE, file);
        try {
            return EngineTestKit.engine("junit-jupiter")
                    .selectors(selectClass(OfAUser.class))
                    .execute();
        } finally {
            if (before == null) {
                System.clearProperty(FILE);
            } else {
                System.setProperty(FILE, before);
            }
        }
    }

    private static String why(Event failed) {
        return failed.getRequiredPayload(TestExecutionResult.class)
                .getThrowable()
                .map(WrongSettingsTest::messages)
                .orElse("");
    }

    private static String messages(Throwable failure) {
        return failure.getMessage() + (failure.getCause() == null ? "" : ": " + messages(failure.getCause()));
    }
}
