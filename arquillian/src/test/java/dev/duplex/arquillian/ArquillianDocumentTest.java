package dev.duplex.arquillian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.arquillian.config.descriptor.impl.ContainerDefImpl;
import org.junit.jupiter.api.Test;

/** What docs/arquillian.md shows is the example, and its table has every property. */
final class ArquillianDocumentTest {
    private static final Path PROJECT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
    private static final Path EXAMPLE = PROJECT.resolve("examples/arquillian");
    private static final Path DOCUMENT = PROJECT.resolve("docs/arquillian.md");
    private static final Pattern BLOCK =
            Pattern.compile("^```\\w+ from=(\\S+)\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern PROPERTIES = Pattern.compile("^\\| (`[^|]+) \\| [^|]*\\|", Pattern.MULTILINE);

    @Test
    void showsEveryFileOfTheExampleAsItIs() throws IOException {
        List<MatchResult> blocks =
                BLOCK.matcher(Files.readString(DOCUMENT)).results().toList();
        assertThat(blocks)
                .extracting(block -> EXAMPLE.resolve(block.group(1)))
                .containsExactlyInAnyOrderElementsOf(files());
        for (MatchResult block : blocks) {
            assertThat(block.group(2)).as(block.group(1)).isEqualTo(Files.readString(EXAMPLE.resolve(block.group(1))));
        }
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(EXAMPLE)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !EXAMPLE.relativize(file).startsWith("target"))
                    .toList();
        }
    }

    @Test
    void itsTableHasTheProperties() throws IOException {
        String text = Files.readString(DOCUMENT);
        String section = text.substring(text.indexOf("\n## arquillian.xml"), text.indexOf("\n## TLS"));
        List<String> named = PROPERTIES
                .matcher(section)
                .results()
                .flatMap(row -> Stream.of(row.group(1).split(", ")))
                .map(name -> name.replace("`", ""))
                .toList();
        ContainerSettings settings = new ContainerSettings();
        assertThatThrownBy(() -> settings.read(new ContainerDefImpl("arquillian.xml").property("none", "")))
                .hasMessageContaining("there are "
                        + String.join(", ", named).replace(", dev.duplex.*", " and those of the server, dev.duplex.*"));
    }
}
