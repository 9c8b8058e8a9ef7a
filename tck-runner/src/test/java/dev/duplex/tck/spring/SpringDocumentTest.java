package dev.duplex.tck.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/spring.md shows is what these tests run. */
final class SpringDocumentTest {
    private static final Path MODULE =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    private static final Pattern BLOCK =
            Pattern.compile("^```java from=(\\S+)\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern HEAD = Pattern.compile("\\A(?:(?:package|import) .*\\R|\\R)*");

    @Test
    void everySnippetIsItsSourceWithoutTheImports() throws IOException {
        List<MatchResult> blocks = BLOCK.matcher(Files.readString(MODULE.resolveSibling("docs/spring.md")))
                .results()
                .toList();
        assertThat(blocks)
                .extracting(block -> block.group(1))
                .containsExactly(
                        "Asking",
                        "WebSocketConfiguration",
                        "BeanConfigurator",
                        "Greeter",
                        "PerConnectionConfiguration");
        for (MatchResult block : blocks) {
            Path source = MODULE.resolve("src/test/java/dev/duplex/tck/spring/" + block.group(1) + ".java");
            assertThat(block.group(2))
                    .as(block.group(1))
                    .isEqualTo(HEAD.matcher(Files.readString(source)).replaceFirst(""));
        }
    }
}
