package dev.duplex.tck.official;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** What is said when there is nothing to run. */
@Isolated("it sets system properties and takes standard output")
final class TckSuiteTest {
    @TempDir
    private Path repository;

    @Test
    void withoutTheArtifactOneLineSaysHowToGetItAndNothingFails() {
        Run run = run(Map.of("tck.host", "se", "tck.version", "2.2.0"));
        assertThat(run.output().strip().lines())
                .containsExactly("The TCK is not run: jakarta.tck:websocket-tck-spec-tests:2.2.0 is not in the local"
                        + " repository " + repository + ". Download it from"
                        + " https://jakarta.ee/specifications/websocket/ and run its artifacts/artifact-install.sh,"
                        + " which puts it there.");
        assertThat(run.summary().getTestsFailedCount()).isZero();
        assertThat(run.summary().getTestsAbortedCount()).isOne();
    }

    @Test
    void anUnknownHostIsRefusedWithTheListOfThoseThereAre() {
        assertThat(run(Map.of("tck.host", "glassfish", "tck.version", "2.2.0")).failure())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The property tck.host is one of se, tomcat, jetty, undertow, not glassfish.");
    }

    @Test
    void anUnknownSuiteIsRefusedWithTheListOfThoseThereAre() {
        assertThat(run(Map.of("tck.host", "se", "tck.version", "2.2.0", "tck.suite", "all"))
                        .failure())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The property tck.suite is one of spec, platform, not all.");
    }

    @Test
    void aVersionWithoutExpectedResultsIsRefusedBeforeItRuns() throws Exception {
        Path jar = new TckSuite(TckSuite.Part.SPEC, "9.0.0-M1").jar(repository);
        Files.createDirectories(jar.getParent());
        Files.createFile(jar);
        assertThat(jar.toString())
                .endsWith("jakarta/tck/websocket-tck-spec-tests/9.0.0-M1/websocket-tck-spec-tests-9.0.0-M1.jar");
        assertThat(run(Map.of("tck.host", "se", "tck.version", "9.0.0-M1")).failure())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There are no expected results for TCK 9.0.0-M1: add"
                        + " src/test/resources/official/se/spec-9.0.0.txt.");
    }

    @Test
    void everyFileOfExpectedResultsCanBeReadAndABuildIsHeldToThoseOfItsRelease() throws Exception {
        for (String version : new String[] {"2.2.0", "2.2.1", "2.2.1-SNAPSHOT", "2.3.0", "2.3.0-M1"}) {
            ExpectedResults expected = new TckSuite(TckSuite.Part.SPEC, version).expected(TckHost.SE);
            assertThat(expected.fails(
                            "spec.servercontainer.upgradehttptowebsocket.WSClientIT.upgradeHttpToWebSocketTest"))
                    .isTrue();
            assertThatThrownBy(() -> expected.reason("ee.session.WSClientIT.closeTest"))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private record Run(String output, TestExecutionSummary summary) {
        Throwable failure() {
            assertThat(summary.getFailures()).hasSize(1);
            return summary.getFailures().get(0).getException();
        }
    }

    /** Runs the test that the profile runs, with the properties that the profile sets. */
    private Run run(Map<String, String> properties) {
        Properties before = System.getProperties();
        PrintStream outBefore = System.out;
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        try (PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8)) {
            Properties set = new Properties();
            set.putAll(before);
            set.setProperty("tck.repository", repository.toString());
            set.putAll(properties);
            System.setProperties(set);
            System.setOut(out);
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(DiscoverySelectors.selectClass(OfficialTck.class))
                                    .build(),
                            listener);
        } finally {
            System.setOut(outBefore);
            System.setProperties(before);
        }
        return new Run(output.toString(StandardCharsets.UTF_8), listener.getSummary());
    }
}
