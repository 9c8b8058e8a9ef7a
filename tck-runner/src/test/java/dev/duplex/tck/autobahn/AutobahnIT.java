package dev.duplex.tck.autobahn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.duplex.peer.PeerServer;
import dev.duplex.tck.servlet.ServletServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case of the Autobahn suite gets the verdict that the files beside this test expect, in both directions. */
// The suite's process is watched on its own; this bound is for a client or server of ours that hangs.
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class AutobahnIT {
    private static final @Nullable String OTHER_SERVER = System.getProperty("autobahn.server");
    private static final String CASES = System.getProperty("autobahn.cases", "*");
    private static final Path REPORTS = Path.of("target", "autobahn").toAbsolutePath();

    @Test
    void serverGetsTheExpectedVerdictInEveryCase() throws Exception {
        if (OTHER_SERVER != null) {
            runAgainst("server", URI.create(OTHER_SERVER));
            return;
        }
        try (PeerServer server = EchoServer.start()) {
            runAgainst("server", server.uri());
        }
    }

    @ParameterizedTest
    @MethodSource("servletContainers")
    void endpointInAServletContainerGetsTheExpectedVerdictInEveryCase(String name, @TempDir Path folder)
            throws Exception {
        assumeTrue(OTHER_SERVER == null, "autobahn.server names a server to test, so the containers are left out");
        Path war = folder.resolve("echo.war");
        ShrinkWrap.create(WebArchive.class)
                .addClass(EchoEndpoint.class)
                .as(ZipExporter.class)
                .exportTo(war.toFile());
        try (ServletServer server = ServletServer.start(name, new ServletServer.Settings(folder.resolve(name)))) {
            server.deploy("/echo", war);
            runAgainst(name, URI.create("ws://127.0.0.1:" + server.port() + "/echo/"));
        }
    }

    static String[] servletContainers() {
        return System.getProperty("autobahn.servlet", "tomcat").split(",", -1);
    }

    @Test
    void clientGetsTheExpectedVerdictInEveryCase() throws Exception {
        assumeTrue(OTHER_SERVER == null, "autobahn.server names a server to test, so the client is left out");
        ExpectedVerdicts expected = expected("expected-client.txt");
        ExpectedVerdicts selected = expected.matching(CASES);
        try (SuiteProcess suite =
                SuiteProcess.server("client under test", selected.cases(), REPORTS.resolve("client"))) {
            CaseClient client = new CaseClient(suite.uri());
            FutureTask<Void> run = new FutureTask<>(() -> {
                client.runAllCases();
                return null;
            });
            Thread.ofVirtual().name("autobahn-client").start(run);
            suite.await(run);
            check("client", suite, expected, selected);
        }
    }

    private static void runAgainst(String role, URI server) throws Exception {
        ExpectedVerdicts expected = expected("expected-server.txt");
        ExpectedVerdicts selected = expected.matching(CASES);
        try (SuiteProcess suite =
                SuiteProcess.client(role + " under test", server, selected.cases(), REPORTS.resolve(role))) {
            suite.await(suite.end());
            check(role, suite, expected, selected);
        }
    }

    private static void check(String role, SuiteProcess suite, ExpectedVerdicts expected, ExpectedVerdicts selected)
            throws IOException, InterruptedException {
        Map<String, Verdict> actual = suite.verdicts();
        Map<String, Integer> counts = new TreeMap<>();
        actual.values().forEach(verdict -> counts.merge(verdict.toString(), 1, Integer::sum));
        Path report = REPORTS.resolve(role).resolve("index.html");
        System.out.printf("Autobahn, %s under test: %s; report in %s%n", role, counts, report);
        List<String> differences = selected.differences(actual);
        assertThat(differences)
                .withFailMessage(
                        "%d of %d Autobahn verdicts on the %s differ; report in %s%n%s",
                        differences.size(), selected.cases().size(), role, report, String.join("\n", differences))
                .isEmpty();
        assertThat(expected.cases())
                .as("cases in the file, of all the suite has")
                .hasSize(suite.knownCases());
    }

    private static ExpectedVerdicts expected(String file) throws Exception {
        URI resource = AutobahnIT.class.getResource("/autobahn/" + file).toURI();
        return ExpectedVerdicts.parse(Files.readAllLines(Path.of(resource)));
    }
}
