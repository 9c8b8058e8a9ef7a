package dev.duplex.se;

import dev.duplex.cdi.Cdi;
import dev.duplex.container.DuplexServerContainer;
import dev.duplex.container.OriginPolicy;
import dev.duplex.se.discovery.Places;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can be said of an application: to its own builder, and to that of a server that has one only. Confined to one thread.
 *
 * @param <B> the builder that it is said to
 */
public abstract sealed class ApplicationSettings<B extends ApplicationSettings<B>>
        permits Application.Builder, DuplexServer.Builder {
    String contextPath = "";

    @Nullable
    ClassLoader classLoader;

    final Set<Class<?>> annotated = new LinkedHashSet<>();
    final List<ServerEndpointConfig> configs = new ArrayList<>();
    final Set<Class<?>> scanned = new LinkedHashSet<>();
    OriginPolicy origins = OriginPolicy.sameHost();
    final Map<String, Object> properties = new HashMap<>();

    @Nullable
    Places places;

    boolean isolated = true;

    Injection injection = Injection.AUTOMATIC;

    @Nullable
    Path files;

    @Nullable
    Authenticator authenticator;

    ApplicationSettings() {}

    /** This builder. */
    abstract B self();

    /**
     * Puts this before the path of every endpoint; empty or {@code /} for nothing, which is the default.
     *
     * @param path as it stands in a URI: {@code /my%20chat}
     * @throws IllegalArgumentException if it does not begin with a slash, ends with one, or is none that a request can have
     */
    public B contextPath(String path) {
        this.contextPath = DuplexServerContainer.checkContextPath(path);
        return self();
    }

    /** Deploys classes annotated with {@link jakarta.websocket.server.ServerEndpoint}. */
    public B endpoint(Class<?>... types) {
        annotated.addAll(List.of(types));
        return self();
    }

    /** Deploys what these describe. */
    public B endpoint(ServerEndpointConfig... endpoints) {
        configs.addAll(List.of(endpoints));
        return self();
    }

    /**
     * Deploys what a scan has found, as section 6.2 of the specification says: what the {@link ServerApplicationConfig}s among the
     * classes choose, or every annotated endpoint if there is none.
     */
    public B scanned(Set<Class<?>> classes) {
        scanned.addAll(classes);
        return self();
    }

    /**
     * Adds to what a scan has found; see {@link #scanned}.
     *
     * @throws IllegalArgumentException for a class that a scan passes over, as it is not public (section 4.8 of the specification) or abstract
     */
    @SafeVarargs
    public final B application(Class<? extends ServerApplicationConfig>... types) {
        for (Class<?> type : types) {
            if (!Modifier.isPublic(type.getModifiers()) || Modifier.isAbstract(type.getModifiers())) {
                throw new IllegalArgumentException(
                        "an application's config must be public and not abstract, as " + type.getName() + " is not");
            }
            scanned.add(type);
        }
        return self();
    }

    /**
     * Whether the classes and resources of an application that was {@linkplain Application#of found in archives} go before those of the
     * class loader around it, the JDK's and the Jakarta APIs' left out; default true. If not, it shares what both have: for tests that look
     * into the classes which they deploy. Has no effect on other applications.
     */
    public B isolated(boolean own) {
        this.isolated = own;
        return self();
    }

    /**
     * The context class loader of the callbacks; default that of the thread which deploys. That of an application which was found in
     * archives is its own, and has this one as its parent.
     */
    public B classLoader(ClassLoader loader) {
        this.classLoader = loader;
        return self();
    }

    /**
     * Lets pages of these origins connect, besides those of the server's own host and clients that name none.
     *
     * @param allowed such as {@code https://example.com}
     * @throws IllegalArgumentException for what is no origin
     */
    public B allowOrigin(String... allowed) {
        origins = origins.allowing(allowed);
        return self();
    }

    /** Lets pages of every origin connect. */
    public B anyOrigin() {
        origins = OriginPolicy.any();
        return self();
    }

    /**
     * Whether CDI makes endpoints, encoders, decoders, configurators and ServerApplicationConfigs. Without this call it does when an
     * implementation is on the class path and either the application was {@linkplain Application#of found in archives} that have beans, or
     * a CDI container runs already where it is deployed.
     *
     * @param injected true to start a container for the application, which ends with it; false for none
     */
    public B cdi(boolean injected) {
        this.injection = injected ? Injection.OWN : Injection.NONE;
        return self();
    }

    /** Lets a CDI container that the program has started make them; it must be there until the application has ended. */
    public B cdi(Cdi running) {
        this.injection = Injection.by(running);
        return self();
    }

    /**
     * Serves the files of this directory, at their paths below the context path, besides the endpoints: {@code index.html} for a directory,
     * and nothing of {@code WEB-INF}, {@code META-INF} and names that begin with a dot. It is there when the application is deployed, and its
     * files may change at any time. Without this a WAR's own are served.
     */
    public B files(Path directory) {
        this.files = directory;
        return self();
    }

    /** Asks this who sends a request, before the application does anything for it: each handshake, and each request for a file. */
    public B authenticator(Authenticator who) {
        this.authenticator = who;
        return self();
    }

    /** Sets a default of the container, {@code dev.duplex.*}. */
    public B property(String key, Object value) {
        properties.put(key, value);
        return self();
    }
}
