package dev.duplex.endpoint;

import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import java.util.List;

/** What the encoder and decoder classes of an endpoint's config can do. Immutable. Jakarta WebSocket §4.1.2, §4.1.3. */
public final class CoderTable {
    private CoderTable() {}

    /**
     * Looks at the classes.
     *
     * @throws DeploymentException when one of them is no encoder or decoder that can be used; names the class and the rule
     */
    public static CoderTable of(List<Class<? extends Encoder>> encoders, List<Class<? extends Decoder>> decoders)
            throws DeploymentException {
        return new CoderTable();
    }

    /**
     * Makes an instance of each class for one connection and calls its init.
     *
     * @throws InstantiationException when one cannot be made or its init throws: those made before are destroyed
     */
    public Coders connect(EndpointConfig config, Instances instances) throws InstantiationException {
        return new Coders();
    }
}
