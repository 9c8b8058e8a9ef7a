package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Node's ws and Chromium as clients: the scripts of src/test/peers with the packages that the tests of the provider pin. A test that
 * lacks a program is skipped and says which Debian package has it; with {@code CI=true} it fails.
 */
final class RealPeers {
    private static final Path SCRIPTS = Documents.PROJECT.resolve("examples/src/test/peers");
    private static final Path PACKAGES = Documents.PROJECT.resolve("provider/src/test/peers/node");

    private RealPeers() {}

    /** Node's ws, connected or about to: each line typed is sent, each event is a line. */
    static Program ws(String... urlAndOriginAndCookie) throws Exception {
        return node("ws-client.mjs", urlAndOriginAndCookie);
    }

    /** A browser without a page yet. */
    static Program chromium() throws Exception {
        return node("pages.mjs", find("chromium", "chromium"));
    }

    private static Program node(String script, String... arguments) throws Exception {
        String node = find("node", "nodejs");
        installPackages();
        List<String> command =
                new ArrayList<>(List.of(node, SCRIPTS.resolve(script).toString(), PACKAGES.toString()));
        command.addAll(List.of(arguments));
        return Program.run(PACKAGES, Map.of(), command.toArray(String[]::new));
    }

    /** Installs what package-lock.json pins, unless it is there: npm writes its own copy of the lock file at the end. */
    private static void installPackages() throws IOException, InterruptedException {
        Path lock = PACKAGES.resolve("package-lock.json");
        Path installed = PACKAGES.resolve("node_modules/.package-lock.json");
        if (Files.notExists(installed)
                || Files.getLastModifiedTime(installed).compareTo(Files.getLastModifiedTime(lock)) < 0) {
            try (Program npm = Program.run(
                    PACKAGES, Map.of(), find("npm", "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund")) {
                assertThat(npm.exitCode()).as(npm.errors()).isZero();
            }
        }
    }

    private static String find(String program, String debianPackage) {
        return Stream.concat(Stream.of(System.getenv("PATH").split(File.pathSeparator)), Stream.of("/usr/bin"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElseGet(() -> missing(program, debianPackage));
    }

    private static String missing(String program, String debianPackage) {
        String message = "This test needs the program " + program + " of Debian's " + debianPackage;
        if ("true".equals(System.getenv("CI"))) {
            return fail(message);
        }
        // Surefire counts such tests and does not say why.
        System.getLogger(RealPeers.class.getName()).log(Level.WARNING, message + "; it is skipped");
        return abort(message);
    }
}
