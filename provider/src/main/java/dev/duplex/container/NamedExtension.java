package dev.duplex.container;

import dev.duplex.deflate.DeflateNegotiation;
import dev.duplex.deflate.DeflateParameters;
import jakarta.websocket.Extension;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One element of Sec-WebSocket-Extensions as the Jakarta API shows it. Immutable. */
record NamedExtension(String name, List<Extension.Parameter> parameters) implements Extension {
    /** What this container brings. */
    static final NamedExtension DEFLATE = new NamedExtension(DeflateNegotiation.NAME, List.of());

    NamedExtension {
        parameters = List.copyOf(parameters);
    }

    /** A name and, unless it stands alone, a value. */
    record NamedParameter(String name, @Nullable String value) implements Extension.Parameter {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public @Nullable String getValue() {
            return value;
        }
    }

    /** The extensions of a handshake, in order. */
    static List<Extension> all(List<dev.duplex.deflate.Extension> elements) {
        List<Extension> extensions = new ArrayList<>(elements.size());
        for (dev.duplex.deflate.Extension element : elements) {
            List<Extension.Parameter> parameters =
                    new ArrayList<>(element.parameters().size());
            element.parameters()
                    .forEach(parameter -> parameters.add(new NamedParameter(parameter.name(), parameter.value())));
            extensions.add(new NamedExtension(element.name(), parameters));
        }
        return List.copyOf(extensions);
    }

    /**
     * An extension as the header has it.
     *
     * @throws IllegalArgumentException for a name or a value that no header can carry
     */
    static dev.duplex.deflate.Extension element(Extension extension) {
        List<dev.duplex.deflate.Extension.Parameter> parameters = new ArrayList<>();
        for (Extension.Parameter parameter : extension.getParameters()) {
            String value = parameter.getValue();
            parameters.add(new dev.duplex.deflate.Extension.Parameter(
                    parameter.getName(), value == null || value.isEmpty() ? null : value));
        }
        return new dev.duplex.deflate.Extension(extension.getName(), parameters);
    }

    /**
     * What an answer of permessage-deflate means. Several offers of it are alternatives, of which one is answered.
     *
     * @throws IllegalArgumentException when no offer allows the answer; says what the first of them lacks
     */
    static DeflateParameters agreed(dev.duplex.deflate.Extension answer, List<dev.duplex.deflate.Extension> offers) {
        IllegalArgumentException first = null;
        for (dev.duplex.deflate.Extension offer : offers) {
            if (isDeflate(offer)) {
                try {
                    return DeflateNegotiation.agreed(answer, offer);
                } catch (IllegalArgumentException e) {
                    first = first == null ? e : first;
                }
            }
        }
        throw first != null ? first : new IllegalArgumentException("permessage-deflate was not offered");
    }

    /** Whether it is permessage-deflate, the only one with code behind it. */
    static boolean isDeflate(dev.duplex.deflate.Extension element) {
        return element.name().equals(DeflateNegotiation.NAME);
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public List<Extension.Parameter> getParameters() {
        return parameters;
    }
}
