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
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

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

    @Test
    void dependsOnTheProviderJakartaApisClassGraphAndTheJdkOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        ROOT + "..",
                        "dev.duplex.container..",
                        "dev.duplex.endpoint..",
                        "dev.duplex.engine..",
                        "dev.duplex.handshake..",
                        "dev.duplex.transport..",
                        "io.github.classgraph..",
                        "jakarta.enterprise..",
                        "jakarta.inject..",
                        "jakarta.interceptor..",
                        "jakarta.websocket..",
                        "java..",
                        "javax.net..",
                        "javax.xml..",
                        "org.w3c.dom..",
                        "org.xml.sax..",
                        "org.jspecify.annotations..")
                .check(SERVER);
    }

    @Test
    void nothingButItsOwnPackageNeedsCdi() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".cdi..")
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
