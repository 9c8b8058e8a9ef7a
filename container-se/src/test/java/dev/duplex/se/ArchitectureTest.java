package dev.duplex.se;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the embedded server may use. */
final class ArchitectureTest {
    private static final String ROOT = "dev.duplex.se";

    private static final JavaClasses SERVER = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void seesTheClassesOfEverySourceFile() throws IOException {
        Path sources = Path.of("src", "main", "java");
        try (Stream<Path> files = Files.walk(sources)) {
            List<String> expected = files.map(file -> sources.relativize(file).toString())
                    .filter(file -> file.endsWith(".java") && !file.equals("module-info.java"))
                    .map(file -> file.replaceAll("[/\\\\]", ".").replaceAll("\\.java$", ""))
                    .toList();
            assertThat(expected).isNotEmpty();
            assertThat(SERVER).extracting(JavaClass::getName).containsAll(expected);
        }
    }

    /** The rooms below the root, and the library that each of them alone may know. */
    private static final Map<String, List<String>> LIBRARIES = Map.of(
            "beans",
            List.of("jakarta.enterprise..", "jakarta.interceptor..", "javax.xml..", "org.w3c.dom..", "org.xml.sax.."),
            "cli",
            List.of("picocli.."),
            "discovery",
            List.of("io.github.classgraph.."));

    @ParameterizedTest
    @ValueSource(strings = {"", "beans", "cli", "discovery"})
    void aRoomDependsOnTheProviderJakartaWebSocketTheJdkAndItsLibraryOnly(String room) {
        List<String> allowed = new ArrayList<>(List.of(
                ROOT + "..",
                "dev.duplex.cdi..",
                "dev.duplex.container..",
                "dev.duplex.endpoint..",
                "dev.duplex.engine..",
                "dev.duplex.handshake..",
                "dev.duplex.peer..",
                "dev.duplex.transport..",
                "jakarta.websocket..",
                "java..",
                "javax.net..",
                "org.jspecify.annotations.."));
        allowed.addAll(LIBRARIES.getOrDefault(room, List.of()));
        classes()
                .that()
                .resideInAPackage(room.isEmpty() ? ROOT : ROOT + "." + room + "..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed.toArray(String[]::new))
                .check(SERVER);
    }

    @Test
    void everyRoomIsLookedAt() {
        assertThat(SERVER.stream().map(JavaClass::getPackageName))
                .allSatisfy(name -> assertThat(
                                name.equals(ROOT) || LIBRARIES.containsKey(name.substring(ROOT.length() + 1)))
                        .as(name)
                        .isTrue());
    }

    @Test
    void nothingKnowsTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + ".cli..")
                .check(SERVER);
    }

    @Test
    void nothingButItsOwnPackageNeedsCdi() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".beans..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta.enterprise..", "jakarta.inject..", "jakarta.interceptor..")
                .check(SERVER);
    }

    @Test
    void knowsNoServlet() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta.servlet..", "javax.servlet..")
                .check(SERVER);
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(SERVER.stream().map(JavaClass::getPackage).distinct())
                .isNotEmpty()
                .allSatisfy(found -> assertThat(found.isAnnotatedWith(NullMarked.class))
                        .as("package-info.java of %s says @NullMarked", found.getName())
                        .isTrue());
    }
}
