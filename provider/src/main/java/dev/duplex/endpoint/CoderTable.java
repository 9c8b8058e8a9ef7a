package dev.duplex.endpoint;

import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the encoder and decoder classes of an endpoint's configuration can do, and what can be done without them. Immutable. Jakarta
 * WebSocket §4.1.2, §4.1.3.
 */
public final class CoderTable {
    private final List<Class<? extends Encoder>> encoderClasses;
    private final List<Class<? extends Decoder>> decoderClasses;
    private final List<CoderRole> encoders;
    private final List<CoderRole> decoders;
    /** For every connection when there are no classes. */
    private final Coders builtIn;

    private CoderTable(List<Class<? extends Encoder>> encoderClasses, List<Class<? extends Decoder>> decoderClasses)
            throws DeploymentException {
        this.encoderClasses = List.copyOf(encoderClasses);
        this.decoderClasses = List.copyOf(decoderClasses);
        this.encoders = CoderRole.ofEncoders(this.encoderClasses);
        this.decoders = CoderRole.ofDecoders(this.decoderClasses);
        this.builtIn = new Coders(this);
    }

    /**
     * Looks at the classes; makes no instance of them.
     *
     * @throws DeploymentException when one of them is no encoder or decoder that can be used; names the class and the rule
     */
    public static CoderTable of(List<Class<? extends Encoder>> encoders, List<Class<? extends Decoder>> decoders)
            throws DeploymentException {
        return new CoderTable(encoders, decoders);
    }

    /**
     * Makes an instance of each class for one connection and calls its init: at once, so that what fails does so before the first
     * message, and no constructor runs on a thread that sends.
     *
     * @throws InstantiationException when one cannot be made or its init throws: those made before are destroyed
     */
    public Coders connect(EndpointConfig config, Instances instances) throws InstantiationException {
        return encoderClasses.isEmpty() && decoderClasses.isEmpty() ? builtIn : new Coders(this, config, instances);
    }

    List<Class<? extends Encoder>> encoderClasses() {
        return encoderClasses;
    }

    List<Class<? extends Decoder>> decoderClasses() {
        return decoderClasses;
    }

    List<CoderRole> encoders() {
        return encoders;
    }

    /**
     * How whole messages become values of a type: at most one way for text, one for binary, one for Pongs; none when nothing makes such
     * a value.
     */
    List<Reception> receptions(Class<?> type) {
        List<Reception> receptions = new ArrayList<>(2);
        Reception.ofText(type, makersOf(type, true)).ifPresent(receptions::add);
        Reception.ofBinary(type, makersOf(type, false)).ifPresent(receptions::add);
        Reception.ofPong(type).ifPresent(receptions::add);
        return receptions;
    }

    private List<CoderRole> makersOf(Class<?> type, boolean text) {
        List<CoderRole> makers = new ArrayList<>();
        for (CoderRole decoder : decoders) {
            if (decoder.kind().isText() == text && Primitives.boxed(type).isAssignableFrom(decoder.type())) {
                makers.add(decoder);
                if (decoder.kind().isStream()) {
                    break; // it takes whatever comes, nothing behind it is ever asked
                }
            }
        }
        return makers;
    }

    /** Whether at least some values of a type can be sent: what a variable of that type holds is known only when it is sent. */
    boolean encodes(Class<?> type) {
        Class<?> boxed = Primitives.boxed(type);
        return encoders.stream()
                        .map(CoderRole::type)
                        .anyMatch(encoded -> encoded.isAssignableFrom(boxed) || boxed.isAssignableFrom(encoded))
                || ByteBuffer.class.isAssignableFrom(boxed)
                || Stream.concat(Stream.of(String.class, ByteBuffer.class, byte[].class), Primitives.boxes().stream())
                        .anyMatch(boxed::isAssignableFrom);
    }
}
