package dev.duplex.tck.servlet;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.security.idm.Account;
import io.undertow.security.idm.Credential;
import io.undertow.security.idm.IdentityManager;
import io.undertow.security.idm.PasswordCredential;
import io.undertow.server.handlers.PathHandler;
import io.undertow.server.handlers.resource.PathResourceManager;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ServletContainer;
import io.undertow.servlet.api.ServletContainerInitializerInfo;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.annotation.HandlesTypes;
import jakarta.servlet.annotation.WebListener;
import jakarta.servlet.annotation.WebServlet;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.Principal;
import java.util.Arrays;
import java.util.EventListener;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Undertow, which knows of no WARs: this class tells it what is in one. */
final class UndertowServer implements ServletServer {
    private final PathHandler paths = Handlers.path();
    private final ServletContainer container = ServletContainer.Factory.newInstance();
    private final Map<String, Deployed> deployed = new HashMap<>();
    private final Settings settings;
    private final Undertow undertow;

    private record Deployed(ExplodedWar war, DeploymentInfo info, DeploymentManager manager) {}

    UndertowServer(Settings settings) {
        this.settings = settings;
        Undertow.Builder builder = Undertow.builder().setHandler(paths);
        if (settings.identity() == null) {
            builder.addHttpListener(0, "127.0.0.1");
        } else {
            builder.addHttpsListener(0, "127.0.0.1", settings.identity().serving());
        }
        undertow = builder.build();
        undertow.start();
    }

    @Override
    public int port() {
        return ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort();
    }

    @Override
    public void deploy(String contextPath, Path war) throws Exception {
        ExplodedWar exploded = ExplodedWar.of(war, settings.folder().resolve(contextPath.substring(1)));
        DeploymentInfo info = describe(contextPath, exploded);
        DeploymentManager manager = container.addDeployment(info);
        deployed.put(contextPath, new Deployed(exploded, info, manager));
        try {
            manager.deploy();
            paths.addPrefixPath(contextPath, manager.start());
        } catch (Exception e) {
            undeploy(contextPath);
            throw e;
        }
    }

    private DeploymentInfo describe(String contextPath, ExplodedWar war) throws Exception {
        DeploymentInfo info = Servlets.deployment()
                .setClassLoader(war.loader())
                .setContextPath(contextPath)
                .setDeploymentName(contextPath)
                .setResourceManager(new PathResourceManager(war.folder()))
                .setTempDir(settings.folder())
                .setIdentityManager(new OneUser(settings))
                .setConfidentialPortManager(exchange -> port());
        for (ServletContainerInitializer initializer :
                ServiceLoader.load(ServletContainerInitializer.class, war.loader())) {
            HandlesTypes handles = initializer.getClass().getAnnotation(HandlesTypes.class);
            Set<Class<?>> handled = handles == null ? Set.of() : war.classesOf(handles.value());
            info.addServletContainerInitializer(new ServletContainerInitializerInfo(
                    initializer.getClass(), new ImmediateInstanceFactory<>(initializer), handled));
        }
        for (Class<?> listener : war.classesOf(WebListener.class)) {
            info.addListener(Servlets.listener(listener.asSubclass(EventListener.class)));
        }
        for (Class<?> servlet : war.classesOf(WebServlet.class)) {
            WebServlet annotation = Objects.requireNonNull(servlet.getAnnotation(WebServlet.class));
            info.addServlet(Servlets.servlet(servlet.getName(), servlet.asSubclass(jakarta.servlet.Servlet.class))
                    .addMappings(annotation.value())
                    .addMappings(annotation.urlPatterns())
                    .setAsyncSupported(annotation.asyncSupported()));
        }
        war.webXml().ifPresent(descriptor -> descriptor.describe(info));
        return info;
    }

    @Override
    public void undeploy(String contextPath) throws Exception {
        Deployed gone = Objects.requireNonNull(deployed.remove(contextPath), contextPath);
        paths.removePrefixPath(contextPath);
        try {
            switch (gone.manager().getState()) {
                case STARTED -> {
                    gone.manager().stop();
                    gone.manager().undeploy();
                }
                case DEPLOYED -> gone.manager().undeploy();
                case UNDEPLOYED -> {}
            }
            container.removeDeployment(gone.info());
        } finally {
            gone.war().close();
        }
    }

    @Override
    public void close() {
        undertow.stop();
    }

    /** Who may log in. */
    private record OneUser(Settings settings) implements IdentityManager {
        @Override
        public Account verify(Account account) {
            return account;
        }

        @Override
        public @Nullable Account verify(String id, Credential credential) {
            if (id.equals(settings.user())
                    && credential instanceof PasswordCredential password
                    && Arrays.equals(password.getPassword(), settings.password().toCharArray())) {
                return new User(settings.user(), settings.role());
            }
            return null;
        }

        @Override
        public @Nullable Account verify(Credential credential) {
            return null;
        }
    }

    private record User(String name, String role) implements Account {
        @Override
        public Principal getPrincipal() {
            return () -> name;
        }

        @Override
        public Set<String> getRoles() {
            return Set.of(role);
        }
    }
}
