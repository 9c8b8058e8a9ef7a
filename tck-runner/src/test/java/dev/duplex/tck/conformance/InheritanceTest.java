package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.DeploymentException;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Annotations and inheritance: chapter 4.8. */
@SuppressWarnings("try") // some connections are only there to be open
class InheritanceTest {
    @ServerEndpoint("/parent")
    public static class Parent {
        @OnOpen
        public void open(Session session) throws IOException {
            session.getBasicRemote().sendText("opened by " + getClass().getSimpleName());
        }

        @OnMessage
        public String message(String text) {
            return "parent " + text;
        }
    }

    public static class ChildWithout extends Parent {}

    @ServerEndpoint("/child")
    public static class Child extends Parent {
        @Override
        public String message(String text) {
            return "child " + text;
        }

        @OnMessage
        public byte[] binary(byte[] bytes) {
            return bytes;
        }
    }

    @Test
    void aSubclassOfAnEndpointIsNoneWithoutItsOwnAnnotation() {
        assertThatThrownBy(() -> Deployed.of(ChildWithout.class).close())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(ChildWithout.class.getSimpleName());
    }

    @Test
    void anOverrideWithoutTheAnnotationIsNotCalledForMessages() throws Exception {
        try (Deployed server = Deployed.of(Child.class);
                Wire wire = server.wire("/child")) {
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("opened by Child");
            wire.text("anybody?");
            wire.send(Wire.BINARY, true, new byte[] {1});
            assertThat(wire.next(Wire.BINARY).payload()).containsExactly(1);
        }
    }

    @ServerEndpoint("/heir")
    public static class Heir extends Parent {}

    @Test
    void methodsThatAnEndpointInheritsAndDoesNotOverrideAreCalled() throws Exception {
        try (Deployed server = Deployed.of(Heir.class);
                Caller caller = server.call("/heir")) {
            assertThat(caller.text()).isEqualTo("opened by Heir");
            assertThat(caller.ask("x")).isEqualTo("parent x");
        }
    }

    @ServerEndpoint("/twice")
    public static class Twice extends Parent {
        @OnMessage
        public String another(String text) {
            return text;
        }
    }

    @Test
    void aMethodOfItsOwnBesideAnInheritedOneForTheSameIsRefused() {
        assertThatThrownBy(() -> Deployed.of(Twice.class).close())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(Twice.class.getSimpleName());
    }

    @ServerEndpoint("/hidden")
    static class NotPublic {
        @OnMessage
        public void message(String text) {}
    }

    @ServerEndpoint("/abstract")
    public abstract static class Abstract {
        @OnMessage
        public void message(String text) {}
    }

    @Test
    void aScanSkipsSubclassesWithoutAnnotationAndClassesThatAreNotPublic() throws Exception {
        Set<Class<?>> scanned = Set.of(Parent.class, ChildWithout.class, NotPublic.class, Abstract.class);
        try (Deployed server = Deployed.with(builder -> builder.scanned(scanned));
                Caller caller = server.call("/parent")) {
            assertThat(caller.text()).isEqualTo("opened by Parent");
            for (String path : List.of("/hidden", "/abstract")) {
                try (Wire wire = Wire.request(server.uri(path))) {
                    assertThat(wire.status()).as(path).isEqualTo(404);
                }
            }
        }
    }

    /** As proxies do: a subclass at run time that has no annotation of its own. */
    public static class Proxied extends Recording {
        @Override
        public <T> T getEndpointInstance(Class<T> type) {
            return type.cast(new ProxyOfBean());
        }
    }

    @ServerEndpoint(value = "/bean", configurator = Proxied.class)
    public static class Bean {
        @OnMessage
        public String message(String text) {
            return "bean " + text;
        }
    }

    static final class ProxyOfBean extends Bean {
        @Override
        public String message(String text) {
            return "proxy of " + super.message(text);
        }
    }

    @Test
    void anInstanceThatIsAProxyOfTheEndpointClassIsCalledByTheAnnotationsOfTheClass() throws Exception {
        try (Deployed server = Deployed.of(Bean.class);
                Caller caller = server.call("/bean")) {
            assertThat(caller.ask("x")).isEqualTo("proxy of bean x");
        }
    }
}
