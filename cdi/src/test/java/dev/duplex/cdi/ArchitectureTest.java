package dev.duplex.cdi;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What may be used for injection, and who may see it. */
final class ArchitectureTest {
    private static final String ROOT = "dev.duplex.cdi";

    private static final JavaClasses CDI = new ClassFileImporter()
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
            assertThat(CDI).extracting(JavaClass::getName).containsAll(expected);
        }
    }

    @Test
    void dependsOnTheProviderTheJakartaApisAndTheJdkOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        ROOT + "..",
                        "dev.duplex.endpoint..",
                        "dev.duplex.engine..",
                        "jakarta.enterprise..",
                        "jakarta.inject..",
                        "jakarta.websocket..",
                        "java..",
                        "org.jspecify.annotations..")
                .check(CDI);
    }

    @Test
    void knowsNoServer() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta.websocket.server..", "jakarta.servlet..", "dev.duplex.container..")
                .check(CDI);
    }

    @Test
    void onlyWhatApplicationsHostsAndServiceLoadersNeedIsPublic() {
        assertThat(CDI.stream()
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .filter(type -> type.getEnclosingClass().isEmpty())
                        .map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrder(
                        "AmbientCdi",
                        "Cdi",
                        "Closed",
                        "Opened",
                        "SessionContextController",
                        "SessionsOf",
                        "WebSocketExtension",
                        "WebSocketSessionScoped");
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(CDI.stream().map(JavaClass::getPackage).distinct())
                .isNotEmpty()
                .allSatisfy(found -> assertThat(found.isAnnotatedWith(NullMarked.class))
                        .as("package-info.java of %s says @NullMarked", found.getName())
                        .isTrue());
    }
}
