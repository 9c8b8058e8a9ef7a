package dev.duplex.tck.official;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * One version of one suite of the TCK. The official distribution's install script puts its jar into the local Maven
 * repository; it is in no public one.
 *
 * @param part which tests
 * @param version the version of the suite's artifact
 */
record TckSuite(Part part, String version) {
    private static final String GROUP = "jakarta.tck";

    /** The tests of Jakarta WebSocket itself, or those of it together with the rest of the platform. */
    enum Part {
        SPEC("spec", "websocket-tck-spec-tests"),
        PLATFORM("platform", "websocket-tck-platform-tests");

        private final String title;
        private final String artifact;

        Part(String title, String artifact) {
            this.title = title;
            this.artifact = artifact;
        }

        /** The part of that name; throws {@link IllegalArgumentException} that lists the names when there is none. */
        static Part named(String name) {
            return Arrays.stream(values())
                    .filter(part -> part.title.equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("The property tck.suite is one of "
                            + Arrays.stream(values()).map(Part::toString).collect(Collectors.joining(", "))
                            + ", not " + name + "."));
        }

        @Override
        public String toString() {
            return title;
        }
    }

    /** The place of the suite's jar in a local Maven repository, whether there is one or not. */
    Path jar(Path repository) {
        return repository
                .resolve(GROUP.replace('.', '/'))
                .resolve(part.artifact)
                .resolve(version)
                .resolve(part.artifact + "-" + version + ".jar");
    }

    /** One line for someone whose repository has no such jar. */
    String howToGet(Path repository) {
        return ("The TCK is not run: %s:%s:%s is not in the local repository %s. Download it from"
                        + " https://jakarta.ee/specifications/websocket/ and run its artifacts/artifact-install.sh,"
                        + " which puts it there.")
                .formatted(GROUP, part.artifact, version, repository);
    }

    /** Whether the tests are written for the API that comes after the one the project is compiled with. */
    boolean needsNextApi() {
        return part == Part.SPEC && release().startsWith("2.3.");
    }

    /** What must come out on a host; throws {@link IllegalArgumentException} when nobody has said that yet. */
    ExpectedResults expected(TckHost host) throws IOException {
        String file = "official/" + host + "/" + part + "-" + release() + ".txt";
        try (InputStream in = TckSuite.class.getResourceAsStream("/" + file)) {
            if (in == null) {
                throw new IllegalArgumentException(
                        "There are no expected results for %s: add src/test/resources/%s.".formatted(this, file));
            }
            return ExpectedResults.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
        }
    }

    /** The version without what is behind its numbers: builds on the way to a release are held to its results. */
    private String release() {
        return version.replaceFirst("-.*", "");
    }

    boolean isIn(Path repository) {
        return Files.isRegularFile(jar(repository));
    }

    @Override
    public String toString() {
        return "TCK " + version + (part == Part.SPEC ? "" : " " + part);
    }
}
