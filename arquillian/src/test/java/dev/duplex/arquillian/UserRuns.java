package dev.duplex.arquillian;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** Runs tests of JUnit within one, with a container of their own. */
final class UserRuns {
    private static final String FILE = "arquillian.xml"; // the name of a system property of Arquillian

    private UserRuns() {}

    static EngineExecutionResults run(Class<?> test, String arquillianXml) {
        String before = System.getProperty(FILE);
        System.setProperty(FILE, arquillianXml);
        try {
            return EngineTestKit.engine("junit-jupiter")
                    .selectors(selectClass(test))
                    .execute();
        } finally {
            if (before == null) {
                System.clearProperty(FILE);
            } else {
                System.setProperty(FILE, before);
            }
        }
    }

    /** What each failure says, with its causes. */
    static List<String> failures(EngineExecutionResults results) {
        return results.allEvents().failed().stream().map(UserRuns::why).toList();
    }

    private static String why(Event failed) {
        return failed.getRequiredPayload(TestExecutionResult.class)
                .getThrowable()
                .map(UserRuns::messages)
                .orElse("");
    }

    private static String messages(Throwable failure) {
        return failure.getMessage() + (failure.getCause() == null ? "" : ": " + messages(failure.getCause()));
    }
}
