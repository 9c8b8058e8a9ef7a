import dev.duplex.servlet.DuplexInitializer;
import io.undertow.Undertow;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ServletContainerInitializerInfo;
import java.util.Set;
import org.xnio.Options;

/** Duplex inside Undertow, which is set up as in UndertowMain. Property: {@code port}. */
public final class DuplexUndertowMain {
    private DuplexUndertowMain() {}

    public static void main(String[] arguments) throws Exception {
        DeploymentInfo deployment = Servlets.deployment()
                .setClassLoader(DuplexUndertowMain.class.getClassLoader())
                .setContextPath("/")
                .setDeploymentName("endpoints")
                .addServletContainerInitializer(
                        new ServletContainerInitializerInfo(DuplexInitializer.class, Set.copyOf(Endpoints.ALL)));
        DeploymentManager manager = Servlets.defaultContainer().addDeployment(deployment);
        manager.deploy();
        Undertow.builder()
                .addHttpListener(Integer.getInteger("port", 9001), "127.0.0.1")
                .setSocketOption(Options.BACKLOG, 4096)
                .setHandler(manager.start())
                .build()
                .start();
        System.out.println("started");
        Thread.currentThread().join();
    }
}
