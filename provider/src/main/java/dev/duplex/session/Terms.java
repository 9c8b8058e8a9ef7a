package dev.duplex.session;

import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Extension;
import jakarta.websocket.WebSocketContainer;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the opening handshake settled, for the life of a session.
 *
 * @param id unique in the process
 * @param config what the open callback gets
 * @param userProperties of this session alone; emptied at its end
 * @param requestUri the whole URI that was asked for, with its query; as text, which is a third of its size
 * @param queryString as it came, null for none
 * @param requestParameters of the query and the path
 * @param principal who was authenticated, null for nobody
 * @param secure whether the connection is encrypted
 * @param subprotocol what was agreed on, "" for none
 * @param extensions what was agreed on, in its order
 */
public record Terms(
        String id,
        EndpointConfig config,
        Map<String, Object> userProperties,
        WebSocketContainer container,
        String requestUri,
        @Nullable String queryString,
        Map<String, List<String>> requestParameters,
        Map<String, String> pathParameters,
        @Nullable Principal principal,
        boolean secure,
        String subprotocol,
        List<Extension> extensions,
        SessionDefaults defaults) {}
