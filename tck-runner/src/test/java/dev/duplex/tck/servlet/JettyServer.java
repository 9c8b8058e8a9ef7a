package dev.duplex.tck.servlet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.security.HashLoginService;
import org.eclipse.jetty.security.LoginService;
import org.eclipse.jetty.security.UserStore;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.eclipse.jetty.server.handler.DefaultHandler;
import org.eclipse.jetty.util.security.Credential;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Jetty with its environment for Jakarta EE 11, which finds annotations by the configuration that is on the class path. */
final class JettyServer implements ServletServer {
    private final Server server = new Server();
    private final ServerConnector connector;
    private final ContextHandlerCollection contexts = new ContextHandlerCollection();
    private final Map<String, WebAppContext> deployed = new HashMap<>();
    private final Settings settings;

    JettyServer(Settings settings) throws Exception {
        this.settings = settings;
        HttpConfiguration http = new HttpConfiguration();
        if (settings.identity() == null) {
            connector = new ServerConnector(server, new HttpConnectionFactory(http));
        } else {
            http.addCustomizer(new SecureRequestCustomizer(false)); // a client that calls 127.0.0.1 names no server
            SslContextFactory.Server tls = new SslContextFactory.Server();
            tls.setSslContext(settings.identity().serving());
            connector = new ServerConnector(
                    server, new SslConnectionFactory(tls, "http/1.1"), new HttpConnectionFactory(http));
        }
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(contexts);
        server.setDefaultHandler(new DefaultHandler());
        server.start();
    }

    @Override
    public int port() {
        return connector.getLocalPort();
    }

    @Override
    public void deploy(String contextPath, Path war) throws Exception {
        WebAppContext context = new WebAppContext(war.toString(), contextPath);
        context.setTempDirectory(Files.createDirectories(settings.folder().resolve(contextPath.substring(1)))
                .toFile());
        context.getSecurityHandler().setLoginService(login());
        context.setThrowUnavailableOnStartupException(true);
        contexts.addHandler(context);
        deployed.put(contextPath, context);
        try {
            context.start();
        } catch (Exception e) {
            undeploy(contextPath);
            throw e;
        }
    }

    /** A new one, as each application destroys its own. */
    private LoginService login() {
        UserStore users = new UserStore();
        users.addUser(settings.user(), Credential.getCredential(settings.password()), new String[] {settings.role()});
        HashLoginService login = new HashLoginService("users");
        login.setUserStore(users);
        return login;
    }

    @Override
    public void undeploy(String contextPath) throws Exception {
        WebAppContext context = Objects.requireNonNull(deployed.remove(contextPath), contextPath);
        context.stop();
        contexts.removeHandler(context);
        context.destroy();
    }

    @Override
    public void close() throws IOException {
        try {
            server.stop();
            server.destroy();
        } catch (Exception e) {
            throw new IOException("Jetty cannot be stopped", e);
        }
    }
}
