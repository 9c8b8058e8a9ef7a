package dev.duplex.se.cli;

import dev.duplex.container.DuplexServerContainer;
import dev.duplex.se.discovery.Places;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;

/**
 * An archive of the command line: {@code PATH}, or {@code /CONTEXT=PATH}.
 *
 * @param context empty for the root, null when it was not said
 */
record Deployable(@Nullable String context, Path path) {
    /** Whether it is an application by itself, not a part of one. */
    boolean isWar() {
        return Places.isWar(path);
    }

    static final class Converter implements ITypeConverter<Deployable> {
        @Override
        public Deployable convert(String text) {
            int end = text.startsWith("/") ? text.indexOf('=') : -1;
            return end < 0
                    ? new Deployable(null, Path.of(text))
                    : new Deployable(
                            DuplexServerContainer.checkContextPath(text.substring(0, end)),
                            Path.of(text.substring(end + 1)));
        }
    }
}
