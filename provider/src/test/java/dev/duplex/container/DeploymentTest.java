package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.endpoint.Instances;
import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Encoder;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Extension;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DeploymentTest {
    private final DuplexServerContainer container =
            DuplexServerContainer.builder().build();

    @ServerEndpoint("/a")
    public static class A {
        @OnMessage
        public void hear(String message) {}
    }

    @ServerEndpoint("/b/{id}")
    public static class B {}

    @ServerEndpoint("/b/{other}")
    public static class LikeB {}

    @ServerEndpoint("/a")
    public static class LikeA {}

    @ServerEndpoint("no/slash")
    public static class NoSlash {}

    @ServerEndpoint("/two")
    public static class TwoTextMethods {
        @OnMessage
        public void one(String message) {}

        @OnMessage
        public void other(String message) {}
    }

    @ServerEndpoint("/unmade")
    public static class NoConstructor {
        public NoConstructor(int number) {}
    }

    @ServerEndpoint("/inner")
    @SuppressWarnings("ClassCanBeStatic") // it is wrong on purpose
    public class Inner {}

    @ServerEndpoint("/hidden")
    static class Hidden {}

    @ServerEndpoint("/abstract")
    public abstract static class Abstract {}

    public static class Inheriting extends A {}

    @ServerEndpoint(value = "/configured", configurator = Counting.class)
    public static class Configured {}

    @ServerEndpoint(value = "/throwing", configurator = Throwing.class)
    public static class WithThrowing {}

    public static class Programmatic extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {}
    }

    public static class Counting extends ServerEndpointConfig.Configurator {
        static int made;

        public Counting() {
            made++;
        }
    }

    public static class Throwing extends ServerEndpointConfig.Configurator {
        public Throwing() {
            throw new IllegalStateException("no configurator today");
        }
    }

    /** What a ServerApplicationConfig was given, and what it is to return. */
    static final List<Object> GIVEN = new CopyOnWriteArrayList<>();

    public static class Choosing implements ServerApplicationConfig {
        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> endpointClasses) {
            GIVEN.add(endpointClasses);
            return Set.of(config(Programmatic.class, "/chosen"));
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
            GIVEN.add(scanned);
            return Set.of(A.class);
        }
    }

    public static class Nothing implements ServerApplicationConfig {
        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> endpointClasses) {
            return null;
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
            return null;
        }
    }

    public static class AlsoA extends Nothing {
        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
            return Set.of(A.class, B.class);
        }
    }

    public static class Failing extends Nothing {
        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
            throw new IllegalStateException("not today");
        }
    }

    /** A config of the application's own class, which only has what it must. */
    private record OwnConfig(Class<?> type, String path, List<Extension> extensions, Map<String, Object> properties)
            implements ServerEndpointConfig {
        @Override
        public Class<?> getEndpointClass() {
            return type;
        }

        @Override
        public String getPath() {
            return path;
        }

        @Override
        public List<String> getSubprotocols() {
            return List.of();
        }

        @Override
        public List<Extension> getExtensions() {
            return extensions;
        }

        @Override
        public Configurator getConfigurator() {
            return null;
        }

        @Override
        public List<Class<? extends Encoder>> getEncoders() {
            return List.of();
        }

        @Override
        public List<Class<? extends Decoder>> getDecoders() {
            return List.of();
        }

        @Override
        public Map<String, Object> getUserProperties() {
            return properties;
        }
    }

    /** A container that tells what of its making was not destroyed. */
    private static DuplexServerContainer counting(List<Object> alive, DuplexServerContainer.Builder builder) {
        return builder.instances(new Instances() {
                    @Override
                    public <T> T create(Class<T> type) throws InstantiationException {
                        T made = BY_CONSTRUCTOR.create(type);
                        alive.add(made);
                        return made;
                    }

                    @Override
                    public void destroy(Object instance) {
                        alive.remove(instance);
                    }
                })
                .build();
    }

    private static ServerEndpointConfig config(Class<?> type, String path) {
        return ServerEndpointConfig.Builder.create(type, path).build();
    }

    private static OwnConfig own(Class<?> type, String path) {
        return new OwnConfig(type, path, List.of(), Map.of());
    }

    @BeforeEach
    void forget() {
        GIVEN.clear();
    }

    @Test
    void deploysAnnotatedClassesAndConfigs() throws DeploymentException {
        container.addEndpoint(A.class);
        container.addEndpoint(config(Programmatic.class, "/p/{x}"));
        container.addEndpoint(config(B.class, "/elsewhere"));
        assertThat(container.paths()).containsExactly("/a", "/elsewhere", "/p/{x}");
        assertThat(container.serves("/a")).isTrue();
        assertThat(container.serves("/p/1")).isTrue();
        assertThat(container.serves("/p")).isFalse();
    }

    @Test
    void findsEndpointsBelowTheContextPathOnly() throws DeploymentException {
        DuplexServerContainer below =
                DuplexServerContainer.builder().contextPath("/app").build();
        below.addEndpoint(A.class);
        below.addEndpoint(config(Programmatic.class, "/"));
        assertThat(below.serves("/app/a")).isTrue();
        assertThat(below.serves("/a")).isFalse();
        assertThat(below.serves("/apple/a")).isFalse();
        assertThat(below.serves("/app/")).isTrue();
        assertThat(below.serves("/app")).isTrue();
        assertThat(below.contextPath()).isEqualTo("/app");
    }

    @Test
    void refusesAContextPathThatIsNone() {
        assertThatThrownBy(() -> DuplexServerContainer.builder().contextPath("app"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a context path is empty, or starts with / and does not end with it, not app");
        assertThat(DuplexServerContainer.builder().contextPath("/").build().contextPath())
                .isEmpty();
    }

    @Test
    void refusesEqualAndEquivalentPathsAndNamesBothClasses() throws DeploymentException {
        container.addEndpoint(A.class);
        container.addEndpoint(B.class);
        assertThatThrownBy(() -> container.addEndpoint(LikeA.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessageContainingAll(A.class.getName(), LikeA.class.getName(), "/a");
        assertThatThrownBy(() -> container.addEndpoint(LikeB.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessageContainingAll(B.class.getName(), "/b/{id}", LikeB.class.getName(), "/b/{other}");
        assertThatThrownBy(() -> container.addEndpoint(config(Programmatic.class, "/a")))
                .isInstanceOf(DeploymentException.class);
        assertThat(container.paths()).containsExactly("/a", "/b/{id}");
    }

    @Test
    void theSameAnnotatedClassTwiceCountsOnce() throws DeploymentException {
        container.addEndpoint(A.class);
        container.addEndpoint(A.class);
        container.deploy(List.of(A.class, B.class, B.class), List.of());
        assertThat(container.paths()).containsExactly("/a", "/b/{id}");
    }

    @Test
    void refusesClassesThatAreNoEndpoints() {
        assertThatThrownBy(() -> container.addEndpoint(String.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessage("java.lang.String must be annotated with @ServerEndpoint itself");
        assertThatThrownBy(() -> container.addEndpoint(Inheriting.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessage(Inheriting.class.getName() + " must be annotated with @ServerEndpoint itself");
        assertThatThrownBy(() -> container.addEndpoint(Programmatic.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessageEndingWith("an Endpoint without the annotation needs a ServerEndpointConfig");
        assertThatThrownBy(() -> container.addEndpoint(config(String.class, "/s")))
                .isInstanceOf(DeploymentException.class)
                .hasMessageStartingWith("java.lang.String is no server endpoint");
        assertThatThrownBy(() -> container.addEndpoint(own(null, "/s"))).isInstanceOf(DeploymentException.class);
        assertThatThrownBy(() -> container.addEndpoint(own(Programmatic.class, null)))
                .isInstanceOf(DeploymentException.class);
        assertThatThrownBy(() -> container.addEndpoint((Class<?>) null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("endpointClass must not be null");
        assertThat(container.paths()).isEmpty();
    }

    @Test
    void refusesWhatTheRulesOfAnnotatedClassesForbid() {
        assertThatThrownBy(() -> container.addEndpoint(NoSlash.class)).isInstanceOf(DeploymentException.class);
        assertThatThrownBy(() -> container.addEndpoint(TwoTextMethods.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(TwoTextMethods.class.getName());
        assertThatThrownBy(() -> container.addEndpoint(NoConstructor.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessage(NoConstructor.class.getName()
                        + " must have a constructor without arguments, or a configurator that makes its instances");
        assertThatThrownBy(() -> container.addEndpoint(Inner.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessageEndingWith("which an inner class has only if it is static");
        assertThatThrownBy(() -> container.addEndpoint(Abstract.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessageStartingWith(Abstract.class.getName() + " is abstract");
        assertThatThrownBy(() -> container.addEndpoint(WithThrowing.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessageContainingAll(
                        WithThrowing.class.getName(), Throwing.class.getName(), "no configurator today");
    }

    @Test
    void refusesWrongUserPropertiesAndExtensions() {
        assertThatThrownBy(() -> container.addEndpoint(
                        new OwnConfig(Programmatic.class, "/p", List.of(), Map.of("dev.duplex.writeTimeout", "never"))))
                .isInstanceOf(DeploymentException.class)
                .hasMessageContainingAll("dev.duplex.writeTimeout", "never");
        assertThatThrownBy(() -> container.addEndpoint(new OwnConfig(
                        Programmatic.class, "/p", List.of(new NamedExtension("two words", List.of())), Map.of())))
                .isInstanceOf(DeploymentException.class)
                .hasMessageContainingAll(Programmatic.class.getName(), "two words");
    }

    @Test
    void takesAConfigWithoutAConfigurator() throws DeploymentException {
        container.addEndpoint(own(Programmatic.class, "/p"));
        assertThat(container.paths()).containsExactly("/p");
    }

    @Test
    void makesOneConfiguratorForEachEndpoint() throws DeploymentException {
        Counting.made = 0;
        container.addEndpoint(Configured.class);
        container.addEndpoint(Configured.class);
        assertThat(Counting.made).isEqualTo(1);
    }

    @Test
    void destroysTheConfiguratorsItMadeWhenTheDeploymentFailsOrItStops() throws DeploymentException {
        List<Object> alive = new ArrayList<>();
        DuplexServerContainer counted = counting(alive, DuplexServerContainer.builder());
        assertThatThrownBy(() -> counted.deploy(List.of(Configured.class, TwoTextMethods.class), List.of()))
                .isInstanceOf(DeploymentException.class);
        assertThat(alive).isEmpty();
        counted.addEndpoint(Configured.class);
        assertThat(alive).hasExactlyElementsOfTypes(Counting.class);
        counted.stop(Duration.ZERO);
        assertThat(alive).isEmpty();
    }

    @Test
    void aFailedDeploymentLeavesNothing() throws DeploymentException {
        container.addEndpoint(B.class);
        assertThatThrownBy(() -> container.deploy(
                        List.of(A.class, Configured.class), List.of(config(Programmatic.class, "/b/{z}"))))
                .isInstanceOf(DeploymentException.class);
        assertThat(container.paths()).containsExactly("/b/{id}");
        assertThat(container.serves("/a")).isFalse();
        container.addEndpoint(A.class);
        assertThat(container.serves("/a")).isTrue();
    }

    @Test
    void theFirstMistakeInADeploymentRemovesAllAndLetsNoneInAnyMore() throws DeploymentException {
        DuplexServerContainer application =
                DuplexServerContainer.builder().inDeployment().build();
        application.addEndpoint(A.class);
        assertThatThrownBy(() -> application.addEndpoint(TwoTextMethods.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessageStartingWith(TwoTextMethods.class.getName());
        assertThat(application.paths()).isEmpty();
        assertThat(application.serves("/a")).isFalse();
        String sentence = "None of the application's endpoints is deployed, because one cannot be";
        assertThatThrownBy(() -> application.addEndpoint(B.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessageStartingWith(sentence)
                .hasMessageContaining(TwoTextMethods.class.getName());
        assertThatThrownBy(() -> application.deploy(Set.of(A.class)))
                .isInstanceOf(DeploymentException.class)
                .hasMessageStartingWith(sentence);
        assertThatThrownBy(application::endDeployment)
                .isInstanceOf(DeploymentException.class)
                .hasMessageStartingWith(sentence)
                .hasMessageContaining(TwoTextMethods.class.getName());
        assertThatThrownBy(() -> application.addEndpoint(B.class)).isInstanceOf(DeploymentException.class);
        assertThat(application.paths()).isEmpty();
    }

    @Test
    void aScanThatFailsIsAMistakeOfTheDeployment() throws DeploymentException {
        DuplexServerContainer application =
                DuplexServerContainer.builder().inDeployment().build();
        application.addEndpoint(B.class);
        assertThatThrownBy(() -> application.deploy(Set.of(Failing.class, A.class)))
                .isInstanceOf(DeploymentException.class);
        assertThat(application.paths()).isEmpty();
        assertThatThrownBy(application::endDeployment).hasMessageContainingAll(Failing.class.getName(), "not today");
    }

    @Test
    void aMistakeBehindTheDeploymentIsOneOfItsEndpointOnly() throws DeploymentException {
        DuplexServerContainer application =
                DuplexServerContainer.builder().inDeployment().build();
        application.addEndpoint(A.class);
        application.endDeployment();
        assertThatThrownBy(() -> application.addEndpoint(TwoTextMethods.class)).isInstanceOf(DeploymentException.class);
        application.addEndpoint(B.class);
        assertThat(application.paths()).containsExactly("/a", "/b/{id}");
        application.endDeployment();
    }

    @Test
    void destroysWhatAFailedDeploymentHadMade() throws DeploymentException {
        List<Object> alive = new ArrayList<>();
        DuplexServerContainer counted =
                counting(alive, DuplexServerContainer.builder().inDeployment());
        counted.addEndpoint(Configured.class);
        assertThat(alive).hasExactlyElementsOfTypes(Counting.class);
        assertThatThrownBy(() -> counted.addEndpoint(TwoTextMethods.class)).isInstanceOf(DeploymentException.class);
        assertThat(alive).isEmpty();
    }

    @Test
    void aScanWithoutApplicationConfigDeploysThePublicAnnotatedClassesOnly() throws DeploymentException {
        container.deploy(Set.of(A.class, B.class, Hidden.class, Abstract.class, Inheriting.class, Programmatic.class));
        assertThat(container.paths()).containsExactly("/a", "/b/{id}");
    }

    @Test
    void aScanWithAnApplicationConfigDeploysWhatItReturns() throws DeploymentException {
        container.deploy(Set.of(
                Choosing.class, A.class, B.class, Hidden.class, Inheriting.class, Programmatic.class, Abstract.class));
        assertThat(container.paths()).containsExactly("/a", "/chosen");
        assertThat(GIVEN).containsExactly(Set.of(Programmatic.class), Set.of(A.class, B.class));
    }

    @Test
    void aScanDeploysTheUnionOfWhatApplicationConfigsReturn() throws DeploymentException {
        container.deploy(Set.of(Choosing.class, AlsoA.class, Nothing.class, B.class));
        assertThat(container.paths()).containsExactly("/a", "/b/{id}", "/chosen");
    }

    @Test
    void anApplicationConfigThatReturnsNothingSuppressesTheScan() throws DeploymentException {
        container.deploy(Set.of(Nothing.class, A.class));
        assertThat(container.paths()).isEmpty();
    }

    @Test
    void anApplicationConfigThatFailsFailsTheDeployment() {
        assertThatThrownBy(() -> container.deploy(Set.of(Failing.class, A.class)))
                .isInstanceOf(DeploymentException.class)
                .hasMessageContainingAll(Failing.class.getName(), "not today");
        assertThat(container.paths()).isEmpty();
    }

    @Test
    void deploysNothingAfterItWasStopped() {
        container.stop(Duration.ZERO);
        assertThatThrownBy(() -> container.addEndpoint(A.class))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the container was stopped: nothing can be deployed any more");
    }

    @Test
    void hasNoServletRequestsToUpgrade() {
        assertThatThrownBy(() -> container.upgradeHttpToWebSocket(
                        new Object(), new Object(), config(Programmatic.class, "/p"), Map.of()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("addEndpoint");
    }

    @Test
    void keepsDefaultsOfSessions() {
        assertThat(container.getDefaultMaxTextMessageBufferSize()).isEqualTo(1 << 20);
        assertThat(container.getDefaultMaxBinaryMessageBufferSize()).isEqualTo(1 << 20);
        assertThat(container.getDefaultMaxSessionIdleTimeout()).isZero();
        assertThat(container.getDefaultAsyncSendTimeout()).isEqualTo(-1);
        container.setDefaultMaxTextMessageBufferSize(987_654_321);
        container.setDefaultMaxBinaryMessageBufferSize(2);
        container.setDefaultMaxSessionIdleTimeout(3);
        container.setAsyncSendTimeout(4);
        assertThat(container.getDefaultMaxTextMessageBufferSize()).isEqualTo(987_654_321);
        assertThat(container.getDefaultMaxBinaryMessageBufferSize()).isEqualTo(2);
        assertThat(container.getDefaultMaxSessionIdleTimeout()).isEqualTo(3);
        assertThat(container.getDefaultAsyncSendTimeout()).isEqualTo(4);
        assertThatThrownBy(() -> container.setDefaultMaxTextMessageBufferSize(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the maximum size of a text message must be 0 bytes or more, not -1");
    }

    @Test
    void installsPermessageDeflateAlone() {
        assertThat(container.getInstalledExtensions())
                .extracting(Extension::getName)
                .containsExactly("permessage-deflate");
    }
}
