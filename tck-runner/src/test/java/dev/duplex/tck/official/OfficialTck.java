package dev.duplex.tck.official;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every test of the official TCK comes out as the file of its host and version says. The profile {@code tck} runs it. */
final class OfficialTck {
    /** More than the longest test takes, which is about 40 s of waiting, on a busy machine. */
    private static final Duration LONGEST_TEST = Duration.ofMinutes(2);

    /** A run takes two minutes on a quiet machine. */
    private static final Duration LONGEST_RUN = Duration.ofMinutes(30);

    private static final Path TARGET = Path.of("target").toAbsolutePath();

    @Test
    void everyTestComesOutAsExpected() throws Exception {
        TckHost host = TckHost.named(System.getProperty("tck.host", "se"));
        TckSuite suite = new TckSuite(
                TckSuite.Part.named(System.getProperty("tck.suite", "spec")),
                System.getProperty("tck.version", "2.2.0"));
        Path repository = Path.of(property("tck.repository"));
        if (!suite.isIn(repository)) {
            System.out.println(suite.howToGet(repository));
            assumeTrue(false, suite.howToGet(repository));
        }
        ExpectedResults expected = suite.expected(host);
        String tests = System.getProperty("tck.tests", "*");
        TckRun run = TckProcess.run(order(host, suite, repository, tests));
        List<String> differences = expected.differences(run.results(), TckName.matching(tests));
        TckReport report = new TckReport(run, expected, differences);
        Path page = run.folder().resolve("index.md");
        Files.writeString(page, report.page());
        System.out.print(report.table());
        assertThat(differences)
                .withFailMessage(
                        "%d results of the %s differ from what is expected; see %s%n%s",
                        differences.size(), run.title(), page, String.join("\n", differences))
                .isEmpty();
    }

    private static TckProcess.Order order(TckHost host, TckSuite suite, Path repository, String tests)
            throws IOException {
        List<Path> classPath = new ArrayList<>(
                List.of(suite.jar(repository), TARGET.resolve("test-classes").resolve(host.folder())));
        boolean withoutCdi = System.getProperty("tck.cdi", "true").equals("false");
        for (String name : property("java.class.path").split(File.pathSeparator, -1)) {
            Path entry = Path.of(name);
            if (host.needs(entry) && !(suite.needsNextApi() && isApi(entry)) && !(withoutCdi && isCdi(entry))) {
                classPath.add(entry);
            }
        }
        if (suite.needsNextApi()) {
            try (Stream<Path> jars = Files.list(TARGET.resolve("next-api"))) {
                jars.forEach(classPath::add);
            }
        }
        Path folder = TARGET.resolve("tck").resolve(host + "-" + suite.part() + "-" + suite.version());
        Map<String, String> properties = new TreeMap<>(Map.of(
                // Seconds to wait for a message that must come.
                "ws_wait",
                "5",
                "lib.name",
                "websockettck",
                "user",
                "j2ee",
                "password",
                "j2ee",
                "porting.ts.url.class.1",
                "com.sun.ts.lib.porting.implementation.SunRIURL",
                // The test of the API's signatures reads the API and takes the JDK's classes apart.
                "sigTestClasspath",
                classPath.stream()
                        .filter(OfficialTck::isApi)
                        .map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator)),
                "jimage.dir",
                folder.resolve("tmp").resolve("jdk").toString()));
        return new TckProcess.Order(
                suite + " on " + host,
                classPath,
                properties,
                suite.jar(repository),
                tests,
                folder,
                LONGEST_TEST,
                LONGEST_RUN);
    }

    private static boolean isApi(Path jar) {
        return jar.getFileName().toString().matches("jakarta\\.websocket-(client-)?api-.*\\.jar");
    }

    private static boolean isCdi(Path jar) {
        return jar.getFileName().toString().matches("(weld-|jakarta\\.enterprise\\.).*");
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name);
    }
}
