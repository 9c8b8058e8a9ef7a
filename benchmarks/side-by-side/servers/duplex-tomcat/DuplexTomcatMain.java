import dev.duplex.servlet.DuplexInitializer;
import jakarta.servlet.http.HttpServlet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;

/** Duplex inside embedded Tomcat, which is set up as in TomcatMain. Property: {@code port}. */
public final class DuplexTomcatMain {
    private DuplexTomcatMain() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("tomcat");
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        Connector connector = new Connector("HTTP/1.1");
        connector.setPort(Integer.getInteger("port", 9001));
        connector.setProperty("address", "127.0.0.1");
        connector.setProperty("maxConnections", "20000");
        connector.setProperty("acceptCount", "4096");
        tomcat.setConnector(connector);
        Context context = tomcat.addContext("", folder.toString());
        context.addServletContainerInitializer(new DuplexInitializer(), Set.copyOf(Endpoints.ALL));
        Tomcat.addServlet(context, "none", new HttpServlet() {}); // the upgrade's filter needs a servlet behind it
        context.addServletMappingDecoded("/", "none");
        tomcat.start();
        System.out.println("started");
        Thread.currentThread().join();
    }
}
