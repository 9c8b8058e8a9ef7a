package dev.duplex.tck.official;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.reporting.legacy.xml.LegacyXmlReportGeneratingListener;

/** The process of the TCK: runs the tests of its jar and ends with them, or when the process that started it is gone. */
final class TckMain {
    private TckMain() {}

    /** Takes the jar, the patterns of the tests, the longest time of one in seconds, and the folder of the XML report. */
    public static void main(String[] arguments) {
        Thread.ofPlatform().daemon().name("parent-watch").start(TckMain::endWithParent);
        // One stream, or a line of one could stand in the midst of a line of the other.
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(out);
        System.setErr(out);
        Path jar = Path.of(arguments[0]);
        Pattern selected = TckName.matching(arguments[1]);
        String longest = arguments[2] + " s";
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClasspathRoots(Set.of(jar)))
                .filters(ClassNameFilter.includeClassNamePatterns(".*IT"), (PostDiscoveryFilter) test ->
                        FilterResult.includedIf(!test.isTest()
                                || selected.matcher(TckListener.name(
                                                test.getSource().orElse(null), test.getDisplayName()))
                                        .matches()))
                .configurationParameter(
                        "junit.jupiter.testclass.order.default", "org.junit.jupiter.api.ClassOrderer$ClassName")
                // A test that waits for what never comes is interrupted. It must run on the thread of its class, to
                // which
                // Arquillian ties what it knows.
                .configurationParameter("junit.jupiter.execution.timeout.testable.method.default", longest)
                .configurationParameter("junit.jupiter.execution.timeout.lifecycle.method.default", longest)
                .build();
        LauncherFactory.create()
                .execute(
                        request,
                        new TckListener(out),
                        new LegacyXmlReportGeneratingListener(
                                Path.of(arguments[3]), new PrintWriter(out, true, StandardCharsets.UTF_8)));
        // Clients of the tests may have left threads behind.
        System.exit(0);
    }

    /** The parent holds the other end of standard input open for as long as it lives and writes nothing. */
    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            System.err.println("Standard input failed, so the parent process is taken to be gone: " + e);
        }
        Runtime.getRuntime().halt(1);
    }
}
