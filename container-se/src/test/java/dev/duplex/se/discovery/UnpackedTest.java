package dev.duplex.se.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is unpacked, and what is refused. */
final class UnpackedTest {
    @TempDir
    Path folder;

    private Path file(Archive archive) throws IOException {
        return archive.with(marker(), "marker").file(folder.resolve("some.war"));
    }

    private String marker() {
        return "marker-" + folder.getFileName();
    }

    /** The temporary directories of this test. */
    private List<Path> remains() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(directory -> Files.exists(directory.resolve(marker())))
                    .toList();
        }
    }

    @Test
    void everyEntryIsAFileWithItsBytes() throws Exception {
        byte[] large = new byte[200_000];
        Arrays.fill(large, (byte) 7);
        Path file = file(Archive.empty()
                .with("a/", "")
                .with("a/b c/größe.txt", "größe")
                .with("./index.html", "page")
                .with("large", large));
        try (Unpacked unpacked = Unpacked.of(file)) {
            assertThat(unpacked.directory().resolve("a/b c/größe.txt")).hasContent("größe");
            assertThat(unpacked.directory().resolve("index.html")).hasContent("page");
            assertThat(unpacked.directory().resolve("large")).hasBinaryContent(large);
            assertThat(remains()).hasSize(1);
            Files.createDirectories(unpacked.directory().resolve("a/of/the/application"));
        }
        assertThat(remains()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "a/../../outside", "/outside", "WEB-INF/../../../outside", "..\\outside"})
    void entryThatWouldLieOutsideIsRefusedAndNothingIsLeft(String name) throws Exception {
        Path file = file(Archive.empty().with("first", "first").with(name, "evil"));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Unpacked.of(file))
                .withMessage("its entry " + name + " would lie outside of it");
        assertThat(remains()).isEmpty();
        assertThat(Path.of("/outside")).doesNotExist();
        assertThat(Path.of(System.getProperty("java.io.tmpdir"), "outside")).doesNotExist();
    }

    @Test
    void archiveThatGrowsBeyondAllMeasureIsRefusedAndNothingIsLeft() throws Exception {
        Path file = file(Archive.empty().with("a", new byte[70_000]).with("b", new byte[70_000]));
        assertThat(Files.size(file)).isLessThan(2_000);
        Unpacked.of(file, 140_006).close();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Unpacked.of(file, 140_005))
                .withMessage("it is larger than 140005 bytes when it is unpacked, which is too much for an archive of"
                        + " its size");
        assertThat(remains()).isEmpty();
    }

    @Test
    void entryThatComesTwiceIsRefused() throws Exception {
        Path file = file(Archive.empty().with("same1", "one").with("same2", "two"));
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(file, bytes.replace("same2", "same1"), StandardCharsets.ISO_8859_1);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Unpacked.of(file))
                .withMessage("its entry same1 is there twice, or is a file and a directory");
        assertThat(remains()).isEmpty();
    }

    @Test
    void fileThatIsADirectoryTooIsRefused() throws Exception {
        Path file = file(Archive.empty().with("same", "file").with("same/one", "one"));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Unpacked.of(file))
                .withMessage("its entry same/one is there twice, or is a file and a directory");
        assertThat(remains()).isEmpty();
    }
}
