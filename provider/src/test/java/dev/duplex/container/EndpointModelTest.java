package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.DeploymentException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class EndpointModelTest {
    @ClientEndpoint
    public static class Client {}

    /** A class loader with an own {@link Client} and nothing else of its own. */
    private static final class Application extends ClassLoader {
        Application() {
            super(EndpointModelTest.class.getClassLoader());
        }

        Class<?> client() throws IOException {
            String name = Client.class.getName();
            try (InputStream code = Client.class.getResourceAsStream("EndpointModelTest$Client.class")) {
                byte[] bytes = code.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            }
        }
    }

    private static EndpointModel model(Class<?> type) throws DeploymentException {
        return EndpointModel.ofClient(type, type.getAnnotation(ClientEndpoint.class));
    }

    @Test
    void looksAtAnAnnotatedClientClassOnce() throws Exception {
        assertThat(model(Client.class)).isSameAs(model(Client.class));
    }

    @Test
    void tellsClassesOfOneNameApart() throws Exception {
        Class<?> other = new Application().client();
        assertThat(model(other)).isNotSameAs(model(Client.class));
        assertThat(model(other).type()).isSameAs(other);
    }

    @Test
    void keepsNoApplicationInMemory() throws Exception {
        ReferenceQueue<ClassLoader> gone = new ReferenceQueue<>();
        WeakReference<ClassLoader> application = lookedAt(gone);
        for (int i = 0; i < 100 && gone.remove(100) == null; i++) {
            System.gc();
        }
        assertThat(application.get()).isNull();
    }

    private static WeakReference<ClassLoader> lookedAt(ReferenceQueue<ClassLoader> gone) throws Exception {
        Application application = new Application();
        assertThat(model(application.client()).type().getClassLoader()).isSameAs(application);
        return new WeakReference<>(application, gone);
    }
}
