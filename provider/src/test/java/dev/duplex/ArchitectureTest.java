package dev.duplex;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The rooms of the provider and what each may use. A rule holds for a room from its first class on. */
final class ArchitectureTest {
    private static final String ROOT = "dev.duplex";

    /** Each room and the rooms it may use, besides itself and the JDK. A package that is not here is not allowed. */
    private static final Map<String, Set<String>> ROOMS = Map.of(
            "frame", Set.of(),
            "deflate", Set.of("frame"),
            "handshake", Set.of("deflate", "frame"),
            "transport", Set.of(),
            "engine", Set.of("frame", "deflate", "handshake", "transport"),
            "peer", Set.of("frame", "deflate", "handshake", "transport", "engine"),
            "endpoint", Set.of("peer"),
            "session", Set.of("frame", "engine", "endpoint", "peer"),
            "container", Set.of("frame", "deflate", "handshake", "transport", "engine", "peer", "endpoint", "session"));

    static final Set<String> ROOM_NAMES = ROOMS.keySet();

    /** The rooms that are functions of bytes and text: their tests need no peer and no clock. */
    static final List<String> PURE_ROOMS = List.of("frame", "handshake");

    /** The rooms that Jakarta's types may enter; of `peer` only the class that makes a peer of a session. */
    private static final Set<String> JAKARTA_ROOMS = Set.of("endpoint", "session", "container");

    private static final JavaClasses PROVIDER = new ClassFileImporter()
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
            assertThat(PROVIDER).extracting(JavaClass::getName).containsAll(expected);
        }
    }

    @Test
    void everyClassIsInARoom() {
        classes().should().resideInAnyPackage(packages(ROOM_NAMES)).check(PROVIDER);
    }

    @ParameterizedTest
    @FieldSource("ROOM_NAMES")
    void usesOnlyItsRooms(String room) {
        List<String> others = ROOM_NAMES.stream()
                .filter(other -> !other.equals(room) && !ROOMS.get(room).contains(other))
                .toList();
        // Every room is allowed to exist before its first class.
        noClasses()
                .that()
                .resideInAPackage(subpackages(room))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages(others))
                .allowEmptyShould(true)
                .check(PROVIDER);
    }

    @Test
    void roomsHaveNoCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(PROVIDER);
    }

    @ParameterizedTest
    @FieldSource("PURE_ROOMS")
    void pureRoomsHaveNoSocketThreadOrLock(String room) {
        noClasses()
                .that()
                .resideInAPackage(subpackages(room))
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("java.util.concurrent.locks..", "java.nio.channels..", "javax.net..")
                                .or(assignableTo(java.util.concurrent.Executor.class))
                                .or(assignableTo(Thread.class))
                                .or(assignableTo(ThreadLocal.class))
                                .or(describe("are of the network", ArchitectureTest::isOfTheNetwork)))
                .allowEmptyShould(true)
                .check(PROVIDER);
        // An exception that has no stack trace overrides a method that Throwable declares so.
        noMethods()
                .that()
                .areDeclaredInClassesThat()
                .resideInAPackage(subpackages(room))
                .and()
                .doNotHaveName("fillInStackTrace")
                .should()
                .haveModifier(JavaModifier.SYNCHRONIZED)
                .allowEmptyShould(true)
                .check(PROVIDER);
    }

    @Test
    void dependsOnTheJdkAndJakartaOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        ROOT + "..",
                        "java..",
                        "javax.net..",
                        "javax.crypto..",
                        "javax.security..",
                        "jdk.jfr..",
                        "jakarta..",
                        "org.jspecify.annotations..")
                .check(PROVIDER);
    }

    @Test
    void jakartaStaysInItsRooms() {
        noClasses()
                .that()
                .resideOutsideOfPackages(packages(JAKARTA_ROOMS))
                .and()
                .doNotHaveFullyQualifiedName("dev.duplex.peer.WsPeer")
                .should()
                .dependOnClassesThat(resideInAPackage("jakarta.."))
                .check(PROVIDER);
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(PROVIDER.stream().map(JavaClass::getPackage).distinct())
                .isNotEmpty()
                .allSatisfy(found -> assertThat(found.isAnnotatedWith(NullMarked.class))
                        .as("package-info.java of %s says @NullMarked", found.getName())
                        .isTrue());
    }

    /** Whether a class opens or describes a connection; those that only take an address apart do not. */
    private static boolean isOfTheNetwork(JavaClass type) {
        return type.getPackageName().equals("java.net")
                && Stream.of(URI.class, URISyntaxException.class, URLDecoder.class, URLEncoder.class, IDN.class)
                        .noneMatch(type::isEquivalentTo);
    }

    private static String[] packages(Collection<String> rooms) {
        return rooms.stream().map(ArchitectureTest::subpackages).toArray(String[]::new);
    }

    private static String subpackages(String room) {
        return ROOT + "." + room + "..";
    }
}
