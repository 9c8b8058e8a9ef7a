package dev.duplex.container;

import dev.duplex.deflate.DeflateNegotiation;
import dev.duplex.deflate.DeflateParameters;
import dev.duplex.deflate.Extension;
import dev.duplex.endpoint.AccompaniedCallbacks;
import dev.duplex.endpoint.Callbacks;
import dev.duplex.endpoint.Coders;
import dev.duplex.endpoint.Companion;
import dev.duplex.endpoint.ContextLoader;
import dev.duplex.endpoint.Instances;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.Headers;
import dev.duplex.handshake.RequestHead;
import dev.duplex.handshake.ResponseHead;
import dev.duplex.handshake.ServerHandshake;
import dev.duplex.session.Terms;
import dev.duplex.session.WebSocketSession;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way to a connection with an endpoint: what the endpoint's configurator has a say in, in the order of Jakarta WebSocket
 * §3.1. Confined to one thread.
 */
final class Negotiation {
    /** No context is kept, so that an idle connection holds no codec. */
    static final DeflateParameters DEFLATE =
            new DeflateParameters(true, true, DeflateParameters.MAX_WINDOW_BITS, DeflateParameters.MAX_WINDOW_BITS);

    private static final System.Logger LOG = System.getLogger(Negotiation.class.getName());

    private final DuplexServerContainer container;
    private final DeployedEndpoint endpoint;
    private final Map<String, String> pathParameters;
    private final HostRequest request;
    private final ServerHandshake handshake;
    private final ServerEndpointConfig.Configurator configurator;
    private final Handshaking handshaking;
    private @Nullable DeflateParameters compression;

    /**
     * A negotiation that has not begun.
     *
     * @throws HandshakeFailure when the request is no valid handshake
     */
    Negotiation(
            DuplexServerContainer container,
            DeployedEndpoint endpoint,
            Map<String, String> pathParameters,
            HostRequest request)
            throws HandshakeFailure {
        this.container = container;
        this.endpoint = endpoint;
        this.pathParameters = pathParameters;
        this.request = request;
        this.handshake = ServerHandshake.check(request.head());
        this.configurator = endpoint.configurator();
        this.handshaking =
                new Handshaking(container.origins(), request.head().host(), container.instances(), new ArrayList<>(1));
    }

    /**
     * Does it, with the application's context class loader.
     *
     * @throws HandshakeFailure 400 and 403 for an origin that may not, 500 when the application failed, which is logged
     */
    Upgrade upgrade() throws HandshakeFailure {
        ClassLoader before = ContextLoader.enter(container.classLoader());
        Handshaking outer = handshaking.enter();
        Companion.Call call = container.instances().call();
        boolean done = false;
        try {
            Upgrade upgrade = negotiate();
            done = true;
            return upgrade;
        } catch (HandshakeFailure e) {
            throw e;
        } catch (DeploymentException | InstantiationException | RuntimeException | Error e) {
            LOG.log(
                    Level.ERROR,
                    "The opening handshake with " + endpoint.type().getName() + " at "
                            + endpoint.path().path() + " failed",
                    e);
            throw failure(e);
        } finally {
            if (!done) {
                handshaking.made().forEach(container.instances()::destroy);
            }
            Companion.end(call);
            Handshaking.leave(outer);
            ContextLoader.leave(before);
        }
    }

    private Upgrade negotiate() throws HandshakeFailure, DeploymentException, InstantiationException {
        checkOrigin();
        String subprotocol = subprotocol();
        List<Extension> agreed = extensions();
        ConnectionConfig config = new ConnectionConfig(endpoint.config(), configurator);
        ResponseHead response = response(config, subprotocol, agreed);
        ConnectionPolicy policy =
                ConnectionPolicy.of(false, config.getUserProperties(), endpoint.type(), container.properties());
        return upgrade(config, policy, response, subprotocol, agreed);
    }

    private void checkOrigin() throws HandshakeFailure {
        List<String> origins = request.head().headers().all("Origin");
        if (origins.size() > 1) {
            // RFC 6454 §7.3: never more than one
            throw new HandshakeFailure(400, "the Origin header must come once, not %d times".formatted(origins.size()));
        }
        if (!configurator.checkOrigin(origins.isEmpty() ? null : origins.getFirst())) {
            throw new HandshakeFailure(
                    403, origins.isEmpty() ? "a request without Origin is not allowed" : "this origin is not allowed");
        }
    }

    // A configurator of the application may return anything
    private String subprotocol() {
        List<String> requested = handshake.subprotocols();
        String subprotocol =
                configurator.getNegotiatedSubprotocol(endpoint.config().getSubprotocols(), requested);
        if (subprotocol == null || subprotocol.isEmpty()) {
            return "";
        }
        if (!requested.contains(subprotocol)) {
            throw new IllegalStateException(
                    "%s.getNegotiatedSubprotocol must return one of those that the client asked for, %s, not \"%s\" (RFC 6455 §4.2.2)"
                            .formatted(configurator.getClass().getName(), requested, subprotocol));
        }
        return subprotocol;
    }

    private List<Extension> extensions() {
        List<Extension> offers = handshake.extensions();
        List<Extension> wanted = new ArrayList<>();
        for (jakarta.websocket.Extension extension :
                configurator.getNegotiatedExtensions(endpoint.extensions(), NamedExtension.all(offers))) {
            wanted.add(NamedExtension.element(extension));
        }
        Set<String> offered = new HashSet<>();
        offers.forEach(offer -> offered.add(offer.name()));
        Set<String> names = new HashSet<>();
        List<Extension> agreed = new ArrayList<>();
        for (Extension extension : wanted) {
            if (!offered.contains(extension.name())) {
                throw new IllegalStateException(
                        "%s.getNegotiatedExtensions must return some of those that the client offered, %s, not %s (RFC 6455 §9.1)"
                                .formatted(configurator.getClass().getName(), offered, extension.name()));
            }
            if (!names.add(extension.name())) {
                continue; // offers of one name are alternatives
            }
            if (!NamedExtension.isDeflate(extension)) {
                agreed.add(extension);
            } else if (endpoint.extensions().stream()
                    .anyMatch(installed -> installed.getName().equals(DeflateNegotiation.NAME))) {
                DeflateNegotiation.Answer answer = DeflateNegotiation.accept(wanted, DEFLATE);
                if (answer != null) {
                    checkAnswers(answer, offers);
                    compression = answer.agreed();
                    agreed.add(answer.response());
                }
            }
        }
        return agreed;
    }

    /** A configurator may have changed the parameters of an offer: what comes of it must still answer what the client offered. */
    private void checkAnswers(DeflateNegotiation.Answer answer, List<Extension> offers) {
        try {
            NamedExtension.agreed(answer.response(), offers);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "%s.getNegotiatedExtensions must keep to the parameters that the client offered"
                            .formatted(configurator.getClass().getName()),
                    e);
        }
    }

    private ResponseHead response(ConnectionConfig config, String subprotocol, List<Extension> agreed) {
        ResponseHead accepted = handshake.accept(subprotocol.isEmpty() ? null : subprotocol, agreed, Headers.NONE);
        ResponseView view = new ResponseView(accepted.headers());
        configurator.modifyHandshake(config, new RequestView(request, pathParameters), view);
        return accepted.with(view.others(ServerHandshake::isOurs));
    }

    private Upgrade upgrade(
            ConnectionConfig config,
            ConnectionPolicy policy,
            ResponseHead response,
            String subprotocol,
            List<Extension> agreed)
            throws InstantiationException {
        Object instance = instance();
        Instances instances = container.instances();
        Companion companion = instances.companion(endpoint.type());
        Coders coders = null;
        boolean done = false;
        try {
            coders = endpoint.model().coders().connect(config, instances);
            Callbacks callbacks =
                    AccompaniedCallbacks.of(endpoint.model().connect(instance, pathParameters, coders), companion);
            String id = UUID.randomUUID().toString();
            RequestHead head = request.head();
            Terms terms = new Terms(
                    id,
                    config,
                    config.getUserProperties(),
                    container,
                    head.uri(request.secure()).toString(),
                    head.query(),
                    QueryParameters.with(request.parameters(), pathParameters),
                    pathParameters,
                    request.principal(),
                    request.secure(),
                    subprotocol,
                    NamedExtension.all(agreed),
                    container.sessionDefaults(policy));
            // What the session keeps must not be this negotiation, with the request behind it
            LiveSessions live = container.live();
            Belongings belongings = new Belongings(instances, companion, handshaking.made(), live, id);
            WebSocketSession session =
                    new WebSocketSession(terms, callbacks, coders, endpoint.openSessions(), belongings);
            Coders made = coders;
            Upgrade upgrade = new Upgrade(
                    response,
                    session,
                    container.settings(policy),
                    compression,
                    policy.shutdownCode(),
                    live,
                    container.classLoader(),
                    () -> abandon(made, companion, belongings));
            done = true;
            return upgrade;
        } finally {
            if (!done) { // the instance is destroyed with all that the handshake has made
                if (coders != null) {
                    coders.destroy();
                }
                if (companion != null) {
                    companion.ended();
                }
            }
        }
    }

    private static void abandon(Coders coders, @Nullable Companion companion, Belongings belongings) {
        Companion.Call call = companion == null ? null : companion.call();
        try {
            coders.destroy();
        } finally {
            Companion.end(call);
            belongings.run();
        }
    }

    // A configurator of the application may return anything
    private Object instance() throws InstantiationException {
        Class<?> type = endpoint.type();
        Object instance = configurator.getEndpointInstance(type);
        if (!type.isInstance(instance)) {
            throw new InstantiationException("%s.getEndpointInstance must return a %s, not %s"
                    .formatted(
                            configurator.getClass().getName(),
                            type.getName(),
                            instance == null ? null : instance.getClass().getName()));
        }
        return instance;
    }

    private static HandshakeFailure failure(Throwable cause) {
        HandshakeFailure failure =
                new HandshakeFailure(500, "the endpoint failed in the opening handshake; the server's log says how");
        failure.initCause(cause);
        return failure;
    }
}
