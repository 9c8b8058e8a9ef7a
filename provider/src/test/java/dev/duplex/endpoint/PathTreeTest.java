package dev.duplex.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.DeploymentException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PathTreeTest {
    private final PathTree<String> tree = new PathTree<>();

    private void add(String... paths) throws DeploymentException {
        for (String path : paths) {
            tree.add(PathTemplate.of(path), path);
        }
    }

    private String found(String rawPath) {
        PathTree.Match<String> match = tree.find(rawPath);
        return match == null ? "none" : match.endpoint();
    }

    /** The examples of §3.1.1, with what follows from them. */
    @ParameterizedTest
    @CsvSource({
        "/a/b/c, /a/b/c",
        "/a/d/c, /a/{var}/c",
        "/a/x/y, /a/{var1}/{var2}",
        "/a/b/y, none",
        "/b/d, /b/{var2}",
        "/e/d, /{var1}/d",
        "/e/f, none",
        "/a/d/c/, none",
        "/a//c, none",
        "/a/%62/c, /a/b/c",
        "/x/../a/b/c, /a/b/c",
        "a/b/c, none",
        "/b/%ff, none",
    })
    void prefersAnExactSegmentAtEachPlaceAndNeverGoesBack(String rawPath, String endpoint) throws DeploymentException {
        add("/a/{var}/c", "/a/b/c", "/a/{var1}/{var2}", "/{var1}/d", "/b/{var2}");
        assertThat(found(rawPath)).isEqualTo(endpoint);
    }

    @Test
    void comparesPathsOfAsManySegmentsOnly() throws DeploymentException {
        add("/b/c/d", "/{v}/d");
        assertThat(found("/b/d")).isEqualTo("/{v}/d");
    }

    @Test
    void takesATrailingSlashForAPathOfItsOwn() throws DeploymentException {
        add("/a", "/b/", "/{v}/c");
        assertThat(List.of(found("/a"), found("/a/"), found("/b"), found("/b/")))
                .containsExactly("/a", "none", "none", "/b/");
        add("/a/", "/");
        assertThat(List.of(found("/a"), found("/a/"), found("/"), found("/."))).containsExactly("/a", "/a/", "/", "/");
    }

    @Test
    void givesNoVariableTheEmptyString() throws DeploymentException {
        add("/a/{v}", "/{v}/b", "/{v}");
        assertThat(List.of(found("/a/"), found("//b"), found("/"))).containsOnly("none");
    }

    @Test
    void givesTheDecodedValuesOfVariables() throws DeploymentException {
        add("/{b}/x/{a}");
        PathTree.Match<String> match = tree.find("/%C3%A9%2F/x/a+b%20c");
        assertThat(match).isNotNull();
        assertThat(match.parameters()).isEqualTo(Map.of("b", "é/", "a", "a+b c"));
        assertThat(match.parameters().keySet()).containsExactly("b", "a");
        assertThatThrownBy(() -> match.parameters().put("c", "d")).isInstanceOf(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @CsvSource({"/a/{b}, /a/{c}", "/a, /a", "/a%62/{x}/, /ab/{y}/", "/, /"})
    void refusesEqualAndEquivalentPathsAndNamesBoth(String one, String other) throws DeploymentException {
        tree.add(PathTemplate.of(one), "One");
        assertThatThrownBy(() -> tree.add(PathTemplate.of(other), "Other"))
                .isInstanceOf(DeploymentException.class)
                .hasMessage(one + " of One and " + other
                        + " of Other match the same requests: give one of them another path");
        assertThat(tree.find(one.replaceAll("\\{.\\}", "v")).endpoint()).isEqualTo("One");
    }

    @Test
    void leavesNothingOfAPathThatWasRemoved() throws DeploymentException {
        add("/a/b/c", "/a/{v}/d", "/{w}/b/d");
        assertThat(found("/a/b/d")).isEqualTo("none"); // a, then b, then no d
        tree.remove(PathTemplate.of("/a/b/c"));
        assertThat(found("/a/b/d")).isEqualTo("/a/{v}/d");
        tree.remove(PathTemplate.of("/a/{v}/d"));
        assertThat(found("/a/b/d")).isEqualTo("/{w}/b/d");
        tree.remove(PathTemplate.of("/{w}/b/d"));
        assertThat(found("/a/b/d")).isEqualTo("none");
        add("/a/b/c");
        assertThat(found("/a/b/c")).isEqualTo("/a/b/c");
    }

    @Test
    void removesNeitherAnEquivalentPathNorOneThatItDoesNotHave() throws DeploymentException {
        add("/a/{v}");
        tree.remove(PathTemplate.of("/a/{w}"));
        tree.remove(PathTemplate.of("/a"));
        tree.remove(PathTemplate.of("/b/c"));
        assertThat(found("/a/b")).isEqualTo("/a/{v}");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void findsWhatTheWordsOfTheSpecificationSay(long seed) throws DeploymentException {
        Random random = new Random(seed);
        List<PathTemplate> templates = new ArrayList<>();
        int matches = 0;
        for (int i = 0; i < 4000; i++) {
            PathTemplate template = PathTemplate.of(template(random));
            boolean taken = templates.stream().anyMatch(template::equivalentTo);
            if (random.nextInt(4) == 0 && !templates.isEmpty()) {
                tree.remove(templates.remove(random.nextInt(templates.size())));
            } else if (taken) {
                assertThatThrownBy(() -> tree.add(template, template.path())).isInstanceOf(DeploymentException.class);
            } else {
                tree.add(template, template.path());
                templates.add(template);
            }
            String path = path(random);
            PathTree.Match<String> expected = model(templates, path);
            assertThat(tree.find(path)).as(path).isEqualTo(expected);
            matches += expected == null ? 0 : 1;
        }
        assertThat(matches).isBetween(100, 3900);
    }

    private static String template(Random random) {
        StringBuilder path = new StringBuilder();
        int segments = 1 + random.nextInt(4);
        for (int i = 0; i < segments; i++) {
            path.append('/').append(random.nextInt(3) == 0 ? "{v" + i + random.nextInt(2) + "}" : "" + letter(random));
        }
        return path.append(random.nextInt(4) == 0 ? "/" : "").toString();
    }

    private static String path(Random random) {
        return template(random).replaceAll("\\{.*?\\}", "x");
    }

    private static char letter(Random random) {
        return (char) ('a' + random.nextInt(2));
    }

    /** The traversal as §3.1.1 tells it: all paths at once, thinned out at each segment. */
    private static PathTree.Match<String> model(List<PathTemplate> templates, String path) {
        String[] segments = path.substring(1).split("/", -1);
        List<PathTemplate> left = new ArrayList<>(templates);
        left.removeIf(template -> split(template).length != segments.length);
        for (int i = 0; i < segments.length; i++) {
            int place = i;
            List<PathTemplate> exact = new ArrayList<>(left);
            exact.removeIf(template -> !split(template)[place].equals(segments[place]));
            if (exact.isEmpty()) {
                left.removeIf(template -> !split(template)[place].startsWith("{") || segments[place].isEmpty());
            } else {
                left = exact;
            }
        }
        if (left.isEmpty()) {
            return null;
        }
        assertThat(left).hasSize(1);
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i < segments.length; i++) {
            String segment = split(left.get(0))[i];
            if (segment.startsWith("{")) {
                parameters.put(segment.substring(1, segment.length() - 1), segments[i]);
            }
        }
        return new PathTree.Match<>(left.get(0).path(), parameters);
    }

    private static String[] split(PathTemplate template) {
        return template.path().substring(1).split("/", -1);
    }
}
