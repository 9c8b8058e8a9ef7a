package dev.duplex.container;

import dev.duplex.deflate.DeflateNegotiation;
import dev.duplex.deflate.DeflateParameters;
import dev.duplex.deflate.Extension;
import dev.duplex.endpoint.AccompaniedCallbacks;
import dev.duplex.endpoint.Callbacks;
import dev.duplex.endpoint.Coders;
import dev.duplex.endpoint.Companion;
import dev.duplex.endpoint.Instances;
import dev.duplex.engine.Connection;
import dev.duplex.engine.Opening;
import dev.duplex.handshake.ClientHandshake;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.Headers;
import dev.duplex.handshake.ResponseHead;
import dev.duplex.session.Terms;
import dev.duplex.session.WebSocketSession;
import dev.duplex.transport.Dialer;
import dev.duplex.transport.SocketTransport;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Session;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** One call of connectToServer, from the checks of its arguments to the end of the open callback. Confined to one thread, used once. */
final class Connector {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final DuplexContainer container;
    private final Class<?> type;
    private final @Nullable Object given;
    private final ClientEndpointConfig config;
    private final @Nullable Object madeConfigurator;
    private final URI uri;
    private final EndpointModel model;
    private final ConnectionPolicy policy;
    /** Whether the request is on its way, so that a response could have come. */
    private boolean asked;
    /** Whether the session's own thread runs, which ends what was made for it. */
    private boolean running;

    /**
     * A connector that has not begun.
     *
     * @param given the endpoint's instance, null when one is to be made
     * @param madeConfigurator the config's configurator if the container made it, to be destroyed with the session; else null
     * @throws DeploymentException when a user property has a wrong value
     */
    Connector(
            DuplexContainer container,
            EndpointModel model,
            @Nullable Object given,
            ClientEndpointConfig config,
            @Nullable Object madeConfigurator,
            URI uri)
            throws DeploymentException {
        this.container = container;
        this.model = model;
        this.type = model.type();
        this.given = given;
        this.config = config;
        this.madeConfigurator = madeConfigurator;
        this.uri = uri;
        this.policy = ConnectionPolicy.of(true, config.getUserProperties(), type, container.properties());
    }

    /** What came of the handshake. */
    private record Opened(Opening opening, ResponseHead response) {}

    /** What was agreed on. */
    private record Agreed(
            String subprotocol,
            List<Extension> extensions,
            @Nullable DeflateParameters compression) {}

    Session connect() throws DeploymentException, IOException {
        long until = System.nanoTime() + policy.timeout();
        Instances instances = container.instances();
        String id = UUID.randomUUID().toString();
        List<Object> made = new ArrayList<>(2);
        if (madeConfigurator != null) {
            made.add(madeConfigurator);
        }
        Companion companion = null;
        Coders coders = null;
        try {
            List<Extension> offers = offers();
            ClientHandshake handshake = handshake(offers);
            Object instance = given;
            if (instance == null) {
                instance = instances.create(type);
                made.add(instance);
            }
            companion = instances.companion(type);
            coders = model.coders().connect(config, instances);
            Callbacks callbacks = AccompaniedCallbacks.of(model.connect(instance, Map.of(), coders), companion);
            Belongings belongings = new Belongings(instances, companion, made, container.live(), id);
            return connect(handshake, offers, id, coders, callbacks, belongings, until);
        } catch (InstantiationException e) {
            throw failed(e.getMessage(), e);
        } finally {
            if (!running) {
                if (coders != null) {
                    coders.destroy();
                }
                new Belongings(instances, companion, made, container.live(), id).run();
            }
        }
    }

    private Session connect(
            ClientHandshake handshake,
            List<Extension> offers,
            String id,
            Coders coders,
            Callbacks callbacks,
            Belongings belongings,
            long until)
            throws DeploymentException, IOException {
        Socket socket = Dialer.dial(handshake.host(), handshake.port(), until);
        Opened opened = open(handshake, socket, until);
        try {
            Agreed agreed = agreed(handshake, opened.response(), offers);
            Terms terms = new Terms(
                    id,
                    config,
                    Collections.synchronizedMap(new HashMap<>(config.getUserProperties())),
                    container,
                    uri.toString(),
                    uri.getRawQuery(),
                    QueryParameters.of(uri.getRawQuery()),
                    Map.of(),
                    null,
                    handshake.secure(),
                    agreed.subprotocol(),
                    NamedExtension.all(agreed.extensions()),
                    container.sessionDefaults(policy));
            WebSocketSession session =
                    new WebSocketSession(terms, callbacks, coders, container.openSessions(type), belongings);
            Connection connection =
                    opened.opening().connection(container.settings(policy), agreed.compression(), session);
            CountDownLatch open = new CountDownLatch(1);
            Thread thread = Thread.ofVirtual()
                    .name("duplex-connection")
                    .inheritInheritableThreadLocals(false) // the caller's would live as long as the connection
                    .unstarted(() -> {
                        try {
                            session.open(connection);
                        } finally {
                            open.countDown();
                        }
                        session.run();
                    });
            thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
            container.live().add(session, connection, policy.shutdownCode());
            thread.start(); // there may be no memory for one
            running = true;
            await(open, connection);
            return session;
        } finally {
            if (!running) {
                SocketTransport.cut(socket);
            }
        }
    }

    /** Waits for the open callback, which has as much time as connecting had: who takes longer in it has the session all the same. */
    private void await(CountDownLatch open, Connection connection) throws InterruptedIOException {
        try {
            open.await(policy.timeout(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            connection.close(); // the session's thread may not have begun
            throw new InterruptedIOException("Interrupted while the open callback ran; the connection is closed");
        }
    }

    /** The request, as the configurator left it. */
    private ClientHandshake handshake(List<Extension> offers) throws DeploymentException {
        byte[] nonce = new byte[ClientHandshake.NONCE_BYTES];
        RANDOM.nextBytes(nonce); // RFC 6455 §4.1: selected randomly for each connection
        try {
            List<String> subprotocols = config.getPreferredSubprotocols();
            ClientHandshake plain = ClientHandshake.of(uri, Headers.NONE, subprotocols, offers, nonce);
            Map<String, List<String>> headers = HeaderMap.of(plain.request().headers());
            config.getConfigurator().beforeRequest(headers);
            Headers extra = HeaderMap.headers(headers, ClientHandshake::isOurs);
            return extra.size() == 0 ? plain : ClientHandshake.of(uri, extra, subprotocols, offers, nonce);
        } catch (RuntimeException e) {
            throw failed(String.valueOf(e.getMessage()), e);
        }
    }

    /** What to offer: what the config declares, and permessage-deflate if it is asked for by property. */
    private List<Extension> offers() throws DeploymentException {
        List<Extension> offers = new ArrayList<>();
        for (jakarta.websocket.Extension extension : config.getExtensions()) {
            try {
                offers.add(NamedExtension.element(extension));
            } catch (IllegalArgumentException e) {
                throw failed(String.valueOf(e.getMessage()), e);
            }
        }
        List<Extension> deflates =
                offers.stream().filter(NamedExtension::isDeflate).toList();
        for (Extension offer : deflates) {
            if (DeflateNegotiation.accept(List.of(offer), DeflateParameters.DEFAULT) == null) {
                throw failed("RFC 7692 §7.1 knows no offer such as " + offer.headerText(), null);
            }
        }
        if (policy.compression() && deflates.isEmpty()) {
            offers.add(DeflateNegotiation.offer(Negotiation.DEFLATE));
        }
        return offers;
    }

    private Opened open(ClientHandshake handshake, Socket socket, long until) throws DeploymentException, IOException {
        try {
            return Dialer.before(until, socket, () -> {
                Opening opening = new Opening(
                        handshake.secure()
                                ? SocketTransport.tlsClient(socket, tls(), handshake.host(), handshake.port())
                                : SocketTransport.plain(socket),
                        until);
                asked = true;
                return new Opened(opening, opening.ask(handshake));
            });
        } catch (HandshakeFailure e) {
            throw refused(e, null);
        } catch (IOException e) {
            if (asked) {
                // Since API 2.3: called after a failure too; without a response there are no headers
                suppressed(e, afterResponse(null));
            }
            throw e;
        }
    }

    private Agreed agreed(ClientHandshake handshake, ResponseHead response, List<Extension> offers)
            throws DeploymentException {
        try {
            ClientHandshake.Agreement agreement = handshake.verify(response);
            DeflateParameters compression = null;
            for (Extension extension : agreement.extensions()) {
                if (NamedExtension.isDeflate(extension)) {
                    compression = compression(response, extension, offers);
                }
            }
            RuntimeException objection = afterResponse(response);
            if (objection != null) {
                throw failed("the configurator's afterResponse failed: " + objection, objection);
            }
            String subprotocol = agreement.subprotocol();
            return new Agreed(subprotocol == null ? "" : subprotocol, agreement.extensions(), compression);
        } catch (HandshakeFailure e) {
            throw refused(e, response);
        }
    }

    private static DeflateParameters compression(ResponseHead response, Extension answer, List<Extension> offers)
            throws HandshakeFailure {
        try {
            return NamedExtension.agreed(answer, offers);
        } catch (IllegalArgumentException e) {
            // RFC 7692 §5.1: an answer that no offer allows fails the connection
            throw new HandshakeFailure(response.status(), String.valueOf(e.getMessage()), response.headers());
        }
    }

    private SSLContext tls() throws IOException {
        SSLContext context = config.getSSLContext();
        try {
            return context != null ? context : SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IOException("The JDK's default SSLContext cannot be had: " + e.getMessage(), e);
        }
    }

    /** Shows the configurator the response, or that there is none; returns what it threw. */
    private @Nullable RuntimeException afterResponse(@Nullable ResponseHead response) {
        Headers headers = response == null ? Headers.NONE : response.headers();
        try {
            Map<String, List<String>> shown = Collections.unmodifiableMap(HeaderMap.of(headers));
            config.getConfigurator().afterResponse(() -> shown);
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    private DeploymentException refused(HandshakeFailure failure, @Nullable ResponseHead response) {
        DeploymentException refused = failed(failure.getMessage(), failure);
        suppressed(refused, afterResponse(response));
        return refused;
    }

    private static void suppressed(Exception failure, @Nullable RuntimeException also) {
        if (also != null) {
            failure.addSuppressed(also);
        }
    }

    private DeploymentException failed(@Nullable String why, @Nullable Exception cause) {
        return new DeploymentException("No WebSocket connection with " + uri + ": " + why, cause);
    }
}
