package dev.duplex.container;

import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The platform's default configurator: what holds for endpoints that bring none, and where a configurator of the application's goes when it
 * does not decide itself. Stateless, safe for any thread. Jakarta WebSocket §3.1.
 */
public final class DuplexConfigurator extends ServerEndpointConfig.Configurator {
    /** For the service loader. */
    public DuplexConfigurator() {}

    /** Itself. */
    @Override
    public ServerEndpointConfig.Configurator getContainerDefaultConfigurator() {
        return this;
    }

    /** The first of the client's subprotocols that is supported; the empty string when none is. */
    @Override
    public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
        for (String subprotocol : requested) {
            if (supported.contains(subprotocol)) {
                return subprotocol;
            }
        }
        return "";
    }

    /** Those of the requested extensions whose name is installed, in the order of the request, with the parameters of the request. */
    @Override
    public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> requested) {
        Set<String> names = installed.stream().map(Extension::getName).collect(Collectors.toSet());
        List<Extension> negotiated = new ArrayList<>();
        for (Extension extension : requested) {
            if (names.contains(extension.getName())) {
                negotiated.add(extension);
            }
        }
        return negotiated;
    }

    /**
     * Whether the container's {@link OriginPolicy} lets the origin through in the handshake that this thread is in. Without a handshake there
     * is no host to compare with, and only the absence of an origin passes.
     *
     * @param origin the value of the header, null when it is absent
     */
    @Override
    public boolean checkOrigin(@Nullable String origin) {
        Handshaking handshaking = Handshaking.current();
        return handshaking == null ? origin == null : handshaking.origins().allows(origin, handshaking.host());
    }

    /** A new instance, made by whoever makes instances in the container that calls. */
    @Override
    public <T> T getEndpointInstance(Class<T> endpointClass) throws InstantiationException {
        return Handshaking.create(endpointClass);
    }
}
