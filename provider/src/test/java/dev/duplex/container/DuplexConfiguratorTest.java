package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.ContainerProvider;
import jakarta.websocket.Extension;
import jakarta.websocket.WebSocketContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DuplexConfiguratorTest {
    private final ServerEndpointConfig.Configurator configurator = new DuplexConfigurator();

    private static Extension extension(String name) {
        return new NamedExtension(name, List.of());
    }

    @Test
    void isThePlatformsDefault() {
        assertThat(new ServerEndpointConfig.Configurator().getContainerDefaultConfigurator())
                .isInstanceOf(DuplexConfigurator.class);
        assertThat(configurator.getContainerDefaultConfigurator()).isSameAs(configurator);
    }

    @Test
    void theContainerIsThePlatformsAndNewEachTime() {
        WebSocketContainer container = ContainerProvider.getWebSocketContainer();
        assertThat(container).isInstanceOf(DuplexContainer.class);
        assertThat(ContainerProvider.getWebSocketContainer()).isNotSameAs(container);
    }

    @Test
    void choosesTheClientsFirstSubprotocolThatIsSupported() {
        assertThat(configurator.getNegotiatedSubprotocol(List.of("a", "b", "c"), List.of("x", "c", "a")))
                .isEqualTo("c");
        assertThat(configurator.getNegotiatedSubprotocol(List.of("a"), List.of("x")))
                .isEmpty();
        assertThat(configurator.getNegotiatedSubprotocol(List.of("a"), List.of()))
                .isEmpty();
    }

    @Test
    void choosesTheRequestedExtensionsThatAreInstalledInTheOrderOfTheRequest() {
        Extension requestedB = new NamedExtension("b", List.of(new NamedExtension.NamedParameter("p", "1")));
        assertThat(configurator.getNegotiatedExtensions(
                        List.of(extension("a"), extension("b")), List.of(requestedB, extension("x"), extension("a"))))
                .containsExactly(requestedB, extension("a"));
    }

    @Test
    void passesOnlyTheAbsenceOfAnOriginOutsideOfAHandshake() {
        assertThat(configurator.checkOrigin(null)).isTrue();
        assertThat(configurator.checkOrigin("http://example.com")).isFalse();
    }

    @Test
    void makesANewInstanceEachTime() throws InstantiationException {
        assertThat(configurator.getEndpointInstance(UpgradeTest.Echo.class))
                .isNotSameAs(configurator.getEndpointInstance(UpgradeTest.Echo.class));
    }

    @Test
    void namesTheClassThatCannotBeMade() {
        assertThatThrownBy(() -> configurator.getEndpointInstance(Integer.class))
                .isInstanceOf(InstantiationException.class)
                .hasMessageContaining("java.lang.Integer");
    }
}
