import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.websocket.server.WsSci;

/** Embedded Tomcat with its NIO connector. Properties: {@code port}; {@code virtual=true} for virtual threads. */
public final class TomcatMain {
    private TomcatMain() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("tomcat");
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        Connector connector = new Connector("HTTP/1.1");
        connector.setPort(Integer.getInteger("port", 9001));
        connector.setProperty("address", "127.0.0.1");
        connector.setProperty("maxConnections", "20000");
        connector.setProperty("acceptCount", "4096");
        connector.setProperty("useVirtualThreads", System.getProperty("virtual", "false"));
        tomcat.setConnector(connector);
        Context context = tomcat.addContext("", folder.toString());
        context.addServletContainerInitializer(new WsSci(), null);
        context.addApplicationListener(Deploy.class.getName());
        Tomcat.addServlet(context, "none", new HttpServlet() {}); // the upgrade's filter needs a servlet behind it
        context.addServletMappingDecoded("/", "none");
        tomcat.start();
        System.out.println("started");
        Thread.currentThread().join();
    }

    /** Deploys the endpoints. */
    public static final class Deploy implements ServletContextListener {
        @Override
        public void contextInitialized(ServletContextEvent event) {
            ServerContainer container =
                    (ServerContainer) event.getServletContext().getAttribute(ServerContainer.class.getName());
            try {
                for (Class<?> endpoint : Endpoints.ALL) {
                    container.addEndpoint(endpoint);
                }
            } catch (DeploymentException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
