package dev.duplex.tck.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.interop.Identity;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.HandlesTypes;
import jakarta.servlet.annotation.WebListener;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every container does with a WAR, as the Servlet specification has it; the TCK takes it for granted. */
@Timeout(60)
final class ServletServerTest {
    private static final String WEB_XML = """
        <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
          <security-constraint>
            <web-resource-collection>
              <web-resource-name>secret</web-resource-name>
              <url-pattern>/secret</url-pattern>
            </web-resource-collection>
            <auth-constraint>
              <role-name>staff</role-name>
            </auth-constraint>
          </security-constraint>
          <login-config>
            <auth-method>BASIC</auth-method>
          </login-config>
          <security-role>
            <role-name>staff</role-name>
          </security-role>
        </web-app>
        """;

    private static final String FOUND = "[" + Handler.class.getName() + "] true true";

    @TempDir
    private Path folder;

    /** Says what was found in the WAR, and who asks. */
    @WebServlet({"/found", "/secret"})
    public static final class Teller extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            ServletContext context = request.getServletContext();
            boolean own = context.getClassLoader().equals(Teller.class.getClassLoader());
            response.getWriter()
                    .print(context.getAttribute("handled") + " " + context.getAttribute("listened") + " " + own + " "
                            + request.getRemoteUser() + " " + request.isUserInRole("staff"));
        }
    }

    /** Listens. */
    @WebListener
    public static final class Listener implements ServletContextListener {
        @Override
        public void contextInitialized(ServletContextEvent event) {
            event.getServletContext().setAttribute("listened", true);
        }
    }

    /** What an initializer looks for. */
    public interface Handled {}

    /** Is found by it. */
    public static final class Handler implements Handled {}

    /** Is in a library of the WAR. */
    @HandlesTypes(Handled.class)
    public static final class Initializer implements ServletContainerInitializer {
        @Override
        public void onStartup(@Nullable Set<Class<?>> classes, ServletContext context) {
            context.setAttribute(
                    "handled",
                    classes == null
                            ? "nothing"
                            : classes.stream().map(Class::getName).toList());
        }
    }

    /** Cannot be deployed. */
    public static final class Failing implements ServletContainerInitializer {
        @Override
        public void onStartup(@Nullable Set<Class<?>> classes, ServletContext context) {
            throw new IllegalStateException("it does not start");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tomcat", "jetty", "undertow"})
    void whatIsInAWarIsFound(String name) throws Exception {
        try (ServletServer server = server(name, null)) {
            server.deploy("/app", war("app.war", Initializer.class, war -> war));
            assertThat(get(server, "http", "/app/found", "").body()).isEqualTo(FOUND + " null false");
            server.undeploy("/app");
            assertThat(get(server, "http", "/app/found", "").statusCode()).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tomcat", "jetty", "undertow"})
    void whoMayIsAskedForTheirPassword(String name) throws Exception {
        try (ServletServer server = server(name, null)) {
            server.deploy(
                    "/app",
                    war(
                            "app.war",
                            Initializer.class,
                            war -> war.addAsWebInfResource(new StringAsset(WEB_XML), "web.xml")));
            assertThat(get(server, "http", "/app/secret", "").statusCode()).isEqualTo(401);
            assertThat(get(server, "http", "/app/secret", "ann:wrong").statusCode())
                    .isEqualTo(401);
            assertThat(get(server, "http", "/app/secret", "ann:secret").body()).isEqualTo(FOUND + " ann true");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tomcat", "jetty", "undertow"})
    void itListensOverTls(String name) throws Exception {
        Identity identity = Identity.local(folder);
        try (ServletServer server = server(name, identity)) {
            server.deploy("/app", war("app.war", Initializer.class, war -> war));
            assertThat(get(server, "https", "/app/found", "", identity).statusCode())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tomcat", "jetty", "undertow"})
    void anApplicationThatDoesNotStartIsNotThereAndAnotherIs(String name) throws Exception {
        try (ServletServer server = server(name, null)) {
            Path failing = war("failing.war", Failing.class, war -> war);
            assertThatThrownBy(() -> server.deploy("/failing", failing)).isNotNull();
            assertThat(get(server, "http", "/failing/found", "").statusCode()).isEqualTo(404);
            server.deploy("/app", war("app.war", Initializer.class, war -> war));
            assertThat(get(server, "http", "/app/found", "").statusCode()).isEqualTo(200);
        }
    }

    private ServletServer server(String name, @Nullable Identity identity) throws Exception {
        return ServletServer.start(
                name, new ServletServer.Settings(folder.resolve("server"), identity, "ann", "secret", "staff"));
    }

    private Path war(
            String name, Class<? extends ServletContainerInitializer> initializer, UnaryOperator<WebArchive> more) {
        JavaArchive library = ShrinkWrap.create(JavaArchive.class, "library.jar")
                .addClasses(initializer, Handled.class)
                .addAsServiceProvider(ServletContainerInitializer.class, initializer);
        WebArchive war = ShrinkWrap.create(WebArchive.class, name)
                .addClasses(Teller.class, Listener.class, Handler.class)
                .addAsLibrary(library);
        Path file = folder.resolve(name);
        more.apply(war).as(ZipExporter.class).exportTo(file.toFile());
        return file;
    }

    private static HttpResponse<String> get(ServletServer server, String scheme, String path, String user)
            throws Exception {
        return get(server, scheme, path, user, null);
    }

    private static HttpResponse<String> get(
            ServletServer server, String scheme, String path, String user, @Nullable Identity identity)
            throws Exception {
        HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
        if (identity != null) {
            builder.sslContext(identity.trusting());
        }
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + server.port() + path));
        if (!user.isEmpty()) {
            request.header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
        }
        try (HttpClient client = builder.build()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
