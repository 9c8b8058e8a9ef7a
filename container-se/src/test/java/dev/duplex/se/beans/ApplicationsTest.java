package dev.duplex.se.beans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.cdi.WebSocketExtension;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import dev.duplex.se.Application;
import dev.duplex.se.DeployedApplication;
import dev.duplex.se.DuplexServer;
import dev.duplex.se.Remains;
import dev.duplex.se.discovery.Archive;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.inject.Inject;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Filter;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which applications get a CDI container, with which beans, and when it ends. */
@Timeout(120)
final class ApplicationsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static final String SERVICE = """
        package app;
        @jakarta.enterprise.context.ApplicationScoped
        public class Service {
            public String greet(String name) {
                return "hello " + name;
            }
        }
        """;

    private static final String PLAIN = """
        package app;
        public class Plain {
            public String greet(String name) {
                return "plain " + name;
            }
        }
        """;

    @TempDir
    Path folder;

    private static String endpoint(String annotations, String members) {
        return """
            package app;
            import jakarta.inject.Inject;
            %s
            @jakarta.websocket.server.ServerEndpoint("/greet")
            public class Greet {
                %s
            }
            """.formatted(annotations, members);
    }

    private static final String BY_FIELD = """
        @Inject
        Service service;
        @jakarta.websocket.OnMessage
        public String answer(String text) {
            return service.greet(text);
        }
        """;

    private static final String BY_METHOD = """
        private Service service;
        @Inject
        public void service(Service service) {
            this.service = service;
        }
        @jakarta.websocket.OnMessage
        public String answer(String text) {
            return service.greet(text);
        }
        """;

    private static final String BY_CONSTRUCTOR = """
        private final Service service;
        Greet() {
            this(null);
        }
        @Inject
        public Greet(Service service) {
            this.service = service;
        }
        @jakarta.websocket.OnMessage
        public String answer(String text) {
            return service.greet(text);
        }
        """;

    private static DuplexServer serving(Path path) throws Exception {
        return DuplexServer.builder()
                .port(0)
                .deploy(Application.of(path).build())
                .start();
    }

    private static WsPeer connect(DuplexServer server, String path) throws Exception {
        return WebSockets.connect(server.uri(path));
    }

    /** Sends a text and returns the answer. */
    private static String ask(WsPeer peer, String text) throws Exception {
        peer.write(text);
        return Objects.requireNonNull(peer.readMessage(LIMIT), "a message, not the end")
                .text();
    }

    /** A CDI container of one bean that this program has started itself. */
    private static SeContainer running() {
        return SeContainerInitializer.newInstance()
                .disableDiscovery()
                .addExtensions(new WebSocketExtension())
                .addBeanClasses(Explicit.class)
                .addProperty("org.jboss.weld.se.shutdownHook", false)
                .initialize();
    }

    private Archive war(String... sources) {
        return Archive.empty().with("WEB-INF/classes/", Archive.compiled(sources));
    }

    @ParameterizedTest
    @ValueSource(strings = {BY_FIELD, BY_METHOD, BY_CONSTRUCTOR})
    void anApplicationScopedEndpointOfAWarWithBeansInWebInfIsInjected(String members) throws Exception {
        Path war = war(SERVICE, endpoint("@jakarta.enterprise.context.ApplicationScoped", members))
                .with("WEB-INF/beans.xml", """
                    <beans xmlns="https://jakarta.ee/xml/ns/jakartaee" version="4.1" bean-discovery-mode="annotated"/>
                    """)
                .file(folder.resolve("chat.war"));
        try (DuplexServer server = serving(war);
                WsPeer peer = connect(server, "/chat/greet")) {
            assertThat(ask(peer, "you")).isEqualTo("hello you");
        }
    }

    @Test
    void anArchiveWithABeanDefiningAnnotationNeedsNoFile() throws Exception {
        Path war = war(SERVICE, endpoint("", BY_FIELD)).file(folder.resolve("chat.war"));
        try (DuplexServer server = serving(war);
                WsPeer peer = connect(server, "/chat/greet")) {
            assertThat(ask(peer, "you")).isEqualTo("hello you");
        }
    }

    @Test
    void beansWithoutEndpointsAreNothingToWarnOf() throws Exception {
        Path beans = war(SERVICE).file(folder.resolve("beans.war"));
        Path neither = war(PLAIN).file(folder.resolve("neither.war"));
        Queue<String> said = new ConcurrentLinkedQueue<>();
        Logger logger = Logger.getLogger(Application.class.getName());
        Filter before = logger.getFilter();
        logger.setFilter(line -> {
            said.add(line.getMessage());
            return false;
        });
        try (DuplexServer server = DuplexServer.builder()
                .port(0)
                .deploy(Application.of(beans).build(), Application.of(neither).build())
                .start()) {
            assertThat(server.applications()).hasSize(2);
        } finally {
            logger.setFilter(before);
        }
        assertThat(said).singleElement().asString().startsWith("nothing of neither.war was deployed: ");
    }

    @Test
    void anIsolatedApplicationHasItsOwnProxiesOfClassesThatItsHostHasToo() throws Exception {
        Archive classes = Archive.compiled(SERVICE, endpoint("", BY_FIELD));
        Path directory = classes.directory(folder.resolve("classes"));
        Path war = Archive.empty().with("WEB-INF/classes/", classes).file(folder.resolve("chat.war"));
        try (URLClassLoader host = new URLClassLoader(
                        new URL[] {directory.toUri().toURL()}, ApplicationsTest.class.getClassLoader());
                DuplexServer server = DuplexServer.builder()
                        .port(0)
                        .deploy(
                                Application.of(directory)
                                        .classLoader(host)
                                        .isolated(false)
                                        .build(),
                                Application.of(war).classLoader(host).build())
                        .start();
                WsPeer shared = connect(server, "/greet");
                WsPeer isolated = connect(server, "/chat/greet")) {
            assertThat(ask(shared, "you")).isEqualTo("hello you");
            assertThat(ask(isolated, "you")).isEqualTo("hello you");
        }
    }

    @Test
    void aJarThatWasReplacedIsReadAnew() throws Exception {
        Path jar = folder.resolve("chat.jar");
        Archive classes = Archive.compiled(SERVICE, endpoint("", BY_FIELD));
        Files.copy(
                classes.with("META-INF/beans.xml", "").file(folder.resolve("before.jar")),
                jar,
                StandardCopyOption.REPLACE_EXISTING);
        try (DuplexServer server = serving(jar);
                WsPeer peer = connect(server, "/greet")) {
            assertThat(ask(peer, "you")).isEqualTo("hello you");
        }
        Files.move(
                classes.with("META-INF/beans.xml", "<beans bean-discovery-mode=\"none\"/>")
                        .file(folder.resolve("after.jar")),
                jar,
                StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> serving(jar).close())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("nothing here injects them");
    }

    @Test
    void anExtensionThatCannotBeLoadedIsSaidAtDeployment() throws Exception {
        Path war = war(SERVICE, endpoint("", BY_FIELD))
                .with("WEB-INF/classes/META-INF/services/jakarta.enterprise.inject.spi.Extension", "app.Missing")
                .file(folder.resolve("chat.war"));
        assertThatThrownBy(() -> serving(war).close())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("CDI does not start for this application")
                .hasMessageContaining("app.Missing");
    }

    @Test
    void anApplicationThatACallbackUndeploysHasItsBeansInTheCloseCallbackStill() throws Exception {
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        System.getProperties().put("dev.duplex.test.events", events);
        try (DuplexServer server =
                DuplexServer.builder().port(0).endpoint(Explicit.class).start()) {
            Path war = war(ENDING).file(folder.resolve("ending.war"));
            DeployedApplication application = server.deploy(Application.of(war).build());
            System.getProperties().put("dev.duplex.test.undeploy", (Runnable) () -> application.undeploy(LIMIT));
            try (WsPeer peer = connect(server, "/ending/ending")) {
                peer.write("undeploy");
                if (peer.readMessage(LIMIT) != null) { // the answer may go before the Close or not at all
                    assertThat(peer.readMessage(LIMIT)).isNull();
                }
            }
            for (String event : List.of("close", "session over", "application over")) {
                assertThat(events.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(event);
            }
        } finally {
            System.getProperties().remove("dev.duplex.test.undeploy");
            System.getProperties().remove("dev.duplex.test.events");
        }
    }

    @Test
    void aDirectoryOfClassesIsABeanArchiveToo() throws Exception {
        Path classes = Archive.compiled(SERVICE, endpoint("", BY_FIELD))
                .with("META-INF/beans.xml", "")
                .directory(folder.resolve("classes"));
        try (DuplexServer server = serving(classes);
                WsPeer peer = connect(server, "/greet")) {
            assertThat(ask(peer, "you")).isEqualTo("hello you");
        }
    }

    @Test
    void beansOfALibraryAreInjectedIntoTheClassesOfItsWar() throws Exception {
        Archive all = Archive.compiled(SERVICE, endpoint("", BY_FIELD));
        Path war = Archive.empty()
                .with("WEB-INF/classes/", all.without("app.Service"))
                .with(
                        "WEB-INF/lib/service.jar",
                        all.only("app.Service").with("META-INF/beans.xml", "").bytes())
                .file(folder.resolve("chat.war"));
        try (DuplexServer server = serving(war);
                WsPeer peer = connect(server, "/chat/greet")) {
            assertThat(ask(peer, "you")).isEqualTo("hello you");
        }
    }

    @Test
    void modeAllMakesEveryClassABean() throws Exception {
        String greet = endpoint("", BY_FIELD.replace("Service service", "Plain service"));
        Path war = war(PLAIN, greet)
                .with("WEB-INF/beans.xml", "<beans bean-discovery-mode=\"all\"/>")
                .file(folder.resolve("all.war"));
        try (DuplexServer server = serving(war);
                WsPeer peer = connect(server, "/all/greet")) {
            assertThat(ask(peer, "you")).isEqualTo("plain you");
        }
        Path annotated = war(PLAIN, greet)
                .with("WEB-INF/beans.xml", "<beans bean-discovery-mode=\"annotated\"/>")
                .file(folder.resolve("annotated.war"));
        assertThatThrownBy(() -> serving(annotated))
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("app.Greet cannot be injected");
    }

    @Test
    void modeNoneAndWhatIsExcludedAreNoBeans() throws Exception {
        Path none = war(SERVICE, endpoint("", BY_FIELD))
                .with("WEB-INF/beans.xml", "<beans bean-discovery-mode=\"none\"/>")
                .file(folder.resolve("none.war"));
        assertThatThrownBy(() -> serving(none))
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("app.Greet has members with @Inject, and nothing here injects them");
        Path excluded = war(SERVICE, endpoint("", BY_FIELD))
                .with(
                        "WEB-INF/beans.xml",
                        "<beans><scan><exclude name=\"app.**\">"
                                + "<if-class-available name=\"app.Greet\"/></exclude></scan></beans>")
                .file(folder.resolve("excluded.war"));
        assertThatThrownBy(() -> serving(excluded))
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("app.Greet cannot be injected");
        Path kept = war(SERVICE, endpoint("", BY_FIELD))
                .with(
                        "WEB-INF/beans.xml",
                        "<beans><scan><exclude name=\"app.*\">"
                                + "<if-class-not-available name=\"app.Greet\"/></exclude><exclude name=\"app.**\">"
                                + "<if-system-property name=\"dev.duplex.nobody.sets.this\"/></exclude></scan></beans>")
                .file(folder.resolve("kept.war"));
        try (DuplexServer server = serving(kept);
                WsPeer peer = connect(server, "/kept/greet")) {
            assertThat(ask(peer, "you")).isEqualTo("hello you");
        }
    }

    @Test
    void whatBeansXmlEnablesIsEnabled() throws Exception {
        String alternative = """
            package app;
            @jakarta.enterprise.inject.Alternative
            @jakarta.enterprise.context.Dependent
            public class Other extends Service {
                @Override
                public String greet(String name) {
                    return "other " + name;
                }
            }
            """;
        String binding = """
            package app;
            @jakarta.interceptor.InterceptorBinding
            @java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
            public @interface Loud {}
            """;
        String interceptor = """
            package app;
            @Loud
            @jakarta.interceptor.Interceptor
            public class Louder {
                @jakarta.interceptor.AroundInvoke
                Object louder(jakarta.interceptor.InvocationContext context) throws Exception {
                    return String.valueOf(context.proceed()).toUpperCase(java.util.Locale.ROOT);
                }
            }
            """;
        Path war = war(
                        SERVICE,
                        alternative,
                        binding,
                        interceptor,
                        endpoint("@Loud @jakarta.enterprise.context.Dependent", BY_FIELD))
                .with(
                        "WEB-INF/beans.xml",
                        "<beans><alternatives><class>app.Other</class></alternatives>"
                                + "<interceptors><class>app.Louder</class></interceptors></beans>")
                .file(folder.resolve("chat.war"));
        try (DuplexServer server = serving(war);
                WsPeer peer = connect(server, "/chat/greet")) {
            assertThat(ask(peer, "you")).isEqualTo("OTHER YOU");
        }
    }

    @Test
    void aFileThatIsNoneAndAClassThatIsMissingAreSaid() throws Exception {
        Path bad = war(SERVICE, endpoint("", BY_FIELD))
                .with("WEB-INF/beans.xml", "<beans>")
                .file(folder.resolve("bad.war"));
        assertThatThrownBy(() -> serving(bad))
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("beans.xml that can be read");
        Path missing = war(SERVICE, endpoint("", BY_FIELD))
                .with("WEB-INF/beans.xml", "<beans><decorators><class>app.Nobody</class></decorators></beans>")
                .file(folder.resolve("missing.war"));
        assertThatThrownBy(() -> serving(missing))
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("app.Nobody");
    }

    @Test
    void anApplicationWithoutBeansHasNoContainer() throws Exception {
        Path war = war("""
            package app;
            @jakarta.websocket.server.ServerEndpoint("/asked")
            public class Asked {
                @jakarta.websocket.OnMessage
                public String answer(String text) {
                    try {
                        return String.valueOf(jakarta.enterprise.inject.spi.CDI.current());
                    } catch (IllegalStateException e) {
                        return "none";
                    }
                }
            }
            """).file(folder.resolve("none.war"));
        try (DuplexServer server = serving(war);
                WsPeer peer = connect(server, "/none/asked")) {
            assertThat(ask(peer, "")).isEqualTo("none");
        }
    }

    /** Tells by CDI.current() which application it is of, in the callback and on a thread of its own. */
    private static String naming(String name) {
        return """
            package app;
            import jakarta.enterprise.inject.spi.CDI;
            @jakarta.enterprise.context.ApplicationScoped
            @jakarta.websocket.server.ServerEndpoint("/name")
            public class Named {
                public String name() {
                    return "%s";
                }
                @jakarta.websocket.OnMessage
                public String answer(String text) throws Exception {
                    String[] other = new String[1];
                    Thread thread = new Thread(() -> other[0] = CDI.current().select(Named.class).get().name());
                    thread.start();
                    thread.join();
                    return CDI.current().select(Named.class).get().name() + " " + other[0];
                }
            }
            """.formatted(name);
    }

    @Test
    void applicationsOfTheSameClassesHaveContainersOfTheirOwn() throws Exception {
        Path one = war(naming("one")).file(folder.resolve("one.war"));
        Path two = war(naming("two")).file(folder.resolve("two.war"));
        try (DuplexServer server = DuplexServer.builder()
                        .port(0)
                        .deploy(Application.of(one).build(), Application.of(two).build())
                        .start();
                WsPeer first = connect(server, "/one/name");
                WsPeer second = connect(server, "/two/name")) {
            assertThat(ask(first, "")).isEqualTo("one one");
            assertThat(ask(second, "")).isEqualTo("two two");
        }
        assertThatIllegalStateException().isThrownBy(CDI::current);
    }

    /** Where the beans of an isolated application tell something: a queue of the JDK, shared by its name. */
    private static final String ENDING = """
        package app;
        import jakarta.enterprise.context.ApplicationScoped;
        @ApplicationScoped
        @jakarta.websocket.server.ServerEndpoint("/ending")
        public class Ending {
            @jakarta.inject.Inject
            Slow slow;
            @jakarta.websocket.OnMessage
            public String answer(String text) {
                int number = slow.number();
                if (text.equals("undeploy")) {
                    ((Runnable) System.getProperties().get("dev.duplex.test.undeploy")).run();
                }
                return text + number;
            }
            @jakarta.websocket.OnClose
            public void close() {
                tell("close");
            }
            @jakarta.annotation.PreDestroy
            void end() {
                tell("application over");
            }
            @SuppressWarnings("unchecked")
            static void tell(String event) {
                ((java.util.Queue<String>) System.getProperties().get("dev.duplex.test.events")).add(event);
            }
            @dev.duplex.cdi.WebSocketSessionScoped
            public static class Slow {
                public int number() {
                    return 1;
                }
                @jakarta.annotation.PreDestroy
                void end() {
                    tell("session over");
                }
            }
        }
        """;

    @Test
    void anUndeployedApplicationEndsItsSessionsThenItsBeansAndLeavesNothing() throws Exception {
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        System.getProperties().put("dev.duplex.test.events", events);
        try (DuplexServer server =
                DuplexServer.builder().port(0).endpoint(Explicit.class).start()) {
            WeakReference<ClassLoader> loader = deployedAndUndeployed(server, events);
            Remains.eventually(
                    "class loaders that something has",
                    () -> {
                        System.gc();
                        return loader.get() == null ? 0 : 1;
                    },
                    count -> count == 0);
        } finally {
            System.getProperties().remove("dev.duplex.test.events");
        }
    }

    private WeakReference<ClassLoader> deployedAndUndeployed(DuplexServer server, BlockingQueue<String> events)
            throws Exception {
        Path war = war(ENDING).file(folder.resolve("ending.war"));
        DeployedApplication application = server.deploy(Application.of(war).build());
        WeakReference<ClassLoader> loader;
        try (WsPeer peer = connect(server, "/ending/ending")) {
            assertThat(ask(peer, "a")).startsWith("a");
            loader = new WeakReference<>(application.classLoader());
            application.undeploy(LIMIT);
        }
        assertThat(events).containsExactly("close", "session over", "application over");
        return loader;
    }

    @ServerEndpoint("/explicit")
    @ApplicationScoped
    public static class Explicit {
        private final Object mark = new Object();

        @OnMessage
        public String answer(String text) {
            return text + " "
                    + CDI.current().select(Explicit.class).get().mark().equals(mark);
        }

        Object mark() {
            return mark;
        }
    }

    @Test
    void namedClassesGetAContainerWhenItIsAskedFor() throws Exception {
        try (DuplexServer server = DuplexServer.builder()
                        .port(0)
                        .endpoint(Explicit.class)
                        .cdi(true)
                        .start();
                WsPeer peer = connect(server, "/explicit")) {
            assertThat(ask(peer, "same")).isEqualTo("same true");
        }
        assertThatIllegalStateException().isThrownBy(CDI::current);
    }

    @Test
    void twoApplicationsOfOneLoaderHaveContainersOfTheirOwn() throws Exception {
        try (DuplexServer server = DuplexServer.builder()
                        .port(0)
                        .deploy(
                                Application.builder()
                                        .contextPath("/one")
                                        .endpoint(Explicit.class)
                                        .cdi(true)
                                        .build(),
                                Application.builder()
                                        .contextPath("/two")
                                        .endpoint(Explicit.class)
                                        .cdi(true)
                                        .build())
                        .start();
                WsPeer one = connect(server, "/one/explicit");
                WsPeer two = connect(server, "/two/explicit")) {
            assertThat(ask(one, "same")).isEqualTo("same true");
            assertThat(ask(two, "same")).isEqualTo("same true");
        }
    }

    @ServerEndpoint("/injected")
    public static class Injected {
        @Inject
        Explicit bean;

        @OnMessage
        public String answer(String text) {
            return text + " " + (bean != null);
        }
    }

    @Test
    void aContainerThatRunsAlreadyIsUsedAndLeftRunning() throws Exception {
        try (SeContainer running = running()) {
            try (DuplexServer server = DuplexServer.builder()
                            .port(0)
                            .endpoint(Injected.class)
                            .start();
                    WsPeer peer = connect(server, "/injected")) {
                assertThat(ask(peer, "injected")).isEqualTo("injected true");
            }
            assertThat(running.isRunning()).isTrue();
        }
    }

    @Test
    void membersThatNobodyInjectsAreRefusedAtDeployment() {
        assertThatThrownBy(() ->
                        DuplexServer.builder().port(0).endpoint(Injected.class).start())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(
                        Injected.class.getName() + " has members with @Inject, and nothing here injects them");
        try (SeContainer running = running()) {
            assertThat(running.isRunning()).isTrue();
            assertThatThrownBy(() -> DuplexServer.builder()
                            .port(0)
                            .endpoint(Injected.class)
                            .cdi(false)
                            .start())
                    .isInstanceOf(DeploymentException.class)
                    .hasMessageContaining("nothing here injects them");
        }
    }

    @Test
    void beansThatDoNotFitAreSaidAtDeploymentAndNothingIsLeft() {
        assertThatThrownBy(() -> DuplexServer.builder()
                        .port(0)
                        .endpoint(Wrong.class)
                        .cdi(true)
                        .start())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("CDI does not start for this application")
                .hasMessageContaining("Runnable");
        assertThatIllegalStateException().isThrownBy(CDI::current);
    }

    @ServerEndpoint("/wrong")
    @ApplicationScoped
    public static class Wrong {
        @Inject
        Runnable nothing;
    }

    @Test
    void aRunningSessionDoesNotKeepAnApplicationFromEnding() throws Exception {
        try (DuplexServer server = DuplexServer.builder()
                .port(0)
                .deploy(Application.builder().endpoint(Explicit.class).cdi(true).build())
                .start()) {
            try (WsPeer peer = connect(server, "/explicit")) {
                assertThat(ask(peer, "same")).isEqualTo("same true");
                server.applications().iterator().next().undeploy(Duration.ZERO);
                assertThat(peer.readMessage(LIMIT)).isNull();
            }
        }
    }
}
