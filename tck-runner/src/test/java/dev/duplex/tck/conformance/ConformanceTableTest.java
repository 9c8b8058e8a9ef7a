package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** Holds {@code docs/conformance.md} to the truth. */
class ConformanceTableTest {
    private static final Path PAGE = Path.of("..", "docs", "conformance.md");
    private static final Pattern ROW = Pattern.compile("\\| ((?:WSC-|D)[0-9][0-9.-]*) \\| (.+) \\| (.+) \\|");
    private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");
    private static final String ELSEWHERE = "elsewhere";

    record Row(String text, String tests) {}

    /** The rows of the page by their ids; an id that comes twice is a failure. */
    private static Map<String, Row> rows() throws IOException {
        Map<String, Row> rows = new LinkedHashMap<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                assertThat(rows.put(row.group(1), new Row(row.group(2), row.group(3))))
                        .as("second row of " + row.group(1))
                        .isNull();
            }
        }
        return rows;
    }

    /** The ids that there are, with what is behind them in their lines. */
    private static Map<String, String> ids() throws IOException {
        Map<String, String> ids = new LinkedHashMap<>();
        try (InputStream in =
                Objects.requireNonNull(ConformanceTableTest.class.getResourceAsStream("assertions.txt"))) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (!line.startsWith("#")) {
                    String[] parts = line.split(" ", 2);
                    assertThat(ids.put(parts[0], parts.length == 1 ? "" : parts[1]))
                            .as("second line of " + parts[0])
                            .isNull();
                }
            }
        }
        return ids;
    }

    @Test
    void everyAssertionAndDecisionHasARowAndThereIsNoOtherRow() throws Exception {
        assertThat(ids()).hasSize(97 + 38);
        assertThat(rows().keySet()).containsExactlyElementsOf(ids().keySet());
    }

    @Test
    void everyRowNamesTestsThatExistUnlessItIsAMatterOfOthers() throws Exception {
        Map<String, String> ids = ids();
        List<String> wrong = new ArrayList<>();
        rows().forEach((id, row) -> {
            if (ids.getOrDefault(id, "").equals(ELSEWHERE)) {
                if (!row.tests().equals(ELSEWHERE)) {
                    wrong.add(id + " has tests, so it is no longer elsewhere");
                }
                return;
            }
            Matcher test = TEST.matcher(row.tests());
            int found = 0;
            while (test.find()) {
                found++;
                if (!isTest(test.group(1), test.group(2))) {
                    wrong.add(id + " names " + test.group() + ", which is no test");
                }
            }
            if (found == 0 || !TEST.matcher(row.tests()).replaceAll("").matches("[, ]*")) {
                wrong.add(id + " has something else than tests: " + row.tests());
            }
        });
        assertThat(wrong).isEmpty();
    }

    private static boolean isTest(String className, String methodName) {
        Class<?> type;
        try {
            type = Class.forName(ConformanceTableTest.class.getPackageName() + "." + className);
        } catch (ClassNotFoundException e) {
            return false;
        }
        return Arrays.stream(type.getDeclaredMethods())
                .anyMatch(method -> method.getName().equals(methodName) && isTest(method));
    }

    private static boolean isTest(Method method) {
        return AnnotationSupport.isAnnotated(method, Testable.class);
    }

    /** Every test class has a part in the page, or the page forgets what is there. */
    @Test
    void everyTestClassIsOnThePage() throws Exception {
        String page = Files.readString(PAGE);
        Set<String> missing = new TreeSet<>();
        Path folder = Path.of("src", "test", "java")
                .resolve(ConformanceTableTest.class.getPackageName().replace('.', '/'));
        try (Stream<Path> files = Files.list(folder)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Test.java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .filter(name -> !page.contains("`" + name))
                    .forEach(missing::add);
        }
        assertThat(missing).isEmpty();
    }
}
