package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.ContainerProvider;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import jakarta.websocket.WebSocketContainer;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.DataInputStream;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How the implementation is found, and on what it runs: chapters 2.1.7, 6.1 and 6.5. */
@SuppressWarnings("try") // some connections are only there to be open
class ProviderTest {
    private static final int CLASS_FILES_OF_JAVA_21 = 65;

    @Test
    void bothServicesAreRegistered() {
        assertThat(ServiceLoader.load(ContainerProvider.class).findFirst()).isPresent();
        assertThat(ServiceLoader.load(ServerEndpointConfig.Configurator.class).findFirst())
                .isPresent();
    }

    @Test
    void bothServicesAreProvidedByTheModuleToo() throws Exception {
        Class<?> implementation = ContainerProvider.getWebSocketContainer().getClass();
        Path place = Path.of(implementation
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Set<ModuleReference> found = ModuleFinder.of(place).findAll();
        assertThat(found).hasSize(1);
        List<String> provided = new ArrayList<>();
        for (ModuleDescriptor.Provides provides :
                found.iterator().next().descriptor().provides()) {
            provided.add(provides.service());
        }
        assertThat(provided)
                .contains(
                        "jakarta.websocket.ContainerProvider",
                        "jakarta.websocket.server.ServerEndpointConfig$Configurator");
    }

    @Test
    void eachCallGivesAClientContainerOfItsOwnThatCostsNoThread() {
        WebSocketContainer first = ContainerProvider.getWebSocketContainer();
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        Set<WebSocketContainer> containers = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            containers.add(ContainerProvider.getWebSocketContainer());
        }
        assertThat(containers).hasSize(100).doesNotContain(first);
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !before.contains(thread) && thread.isAlive())
                .isEmpty();
    }

    @Test
    void theSettingsOfAClientContainerAreItsOwn() {
        WebSocketContainer one = ContainerProvider.getWebSocketContainer();
        WebSocketContainer other = ContainerProvider.getWebSocketContainer();
        one.setDefaultMaxSessionIdleTimeout(1234);
        one.setDefaultMaxTextMessageBufferSize(77);
        one.setDefaultMaxBinaryMessageBufferSize(78);
        assertThat(one.getDefaultMaxSessionIdleTimeout()).isEqualTo(1234);
        assertThat(one.getDefaultMaxTextMessageBufferSize()).isEqualTo(77);
        assertThat(one.getDefaultMaxBinaryMessageBufferSize()).isEqualTo(78);
        assertThat(other.getDefaultMaxSessionIdleTimeout()).isNotEqualTo(1234);
        assertThat(other.getDefaultMaxTextMessageBufferSize()).isNotEqualTo(77);
        assertThat(other.getDefaultMaxBinaryMessageBufferSize()).isNotEqualTo(78);
    }

    /** The least Java of the specification is 8; this implementation needs 21, and no more than that. */
    @Test
    void theImplementationRunsOnJava21() throws Exception {
        try (Deployed server = Deployed.of(PathMatchingTest.Deployable.class);
                Caller caller = server.call("/class")) {
            for (Object part : List.of(
                    ContainerProvider.getWebSocketContainer(),
                    server.container(),
                    caller.session(),
                    caller.session().getBasicRemote())) {
                String file = part.getClass().getName().replaceFirst(".*\\.", "") + ".class";
                try (InputStream in = Objects.requireNonNull(part.getClass().getResourceAsStream(file));
                        DataInputStream data = new DataInputStream(in)) {
                    assertThat(data.readInt()).isEqualTo(0xcafebabe);
                    data.readUnsignedShort();
                    assertThat(data.readUnsignedShort()).isLessThanOrEqualTo(CLASS_FILES_OF_JAVA_21);
                }
            }
        }
    }

    /** Jakarta EE 11 brings the API in version 2.2, which is told by what came with it. */
    @Test
    void everyMethodOfTheApiOfJakartaEe11IsImplemented() throws Exception {
        assertThat(SendResult.class.getMethod("getSession")).isNotNull();
        try (Deployed server = Deployed.of(PathMatchingTest.Deployable.class);
                Caller caller = server.call("/class")) {
            assertImplements(server.container(), ServerContainer.class);
            assertImplements(ContainerProvider.getWebSocketContainer(), WebSocketContainer.class);
            assertImplements(caller.session(), Session.class);
        }
    }

    private static void assertImplements(Object implementation, Class<?> api) throws Exception {
        for (Method method : api.getMethods()) {
            Method found = implementation.getClass().getMethod(method.getName(), method.getParameterTypes());
            assertThat(Modifier.isAbstract(found.getModifiers()))
                    .as("%s", found)
                    .isFalse();
        }
    }
}
