package dev.duplex.cdi;

import jakarta.enterprise.inject.spi.CDI;
import jakarta.enterprise.inject.spi.CDIProvider;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@code CDI.current()} that of the application which asks, where several run: what others provide goes by the class that asks,
 * which two applications may share. Safe for any thread.
 */
final class ApplicationProvider implements CDIProvider {
    private final Supplier<@Nullable CDI<Object>> own;
    private final @Nullable CDIProvider before;

    private ApplicationProvider(Supplier<@Nullable CDI<Object>> own, @Nullable CDIProvider before) {
        this.own = own;
        this.before = before;
    }

    /**
     * Takes the place of the provider that is there, and asks it where there is no application.
     *
     * @param own that of the application which asks, null when none does
     */
    static void install(Supplier<@Nullable CDI<Object>> own) {
        CDIProvider configured = Configured.provider();
        if (!(configured instanceof ApplicationProvider)) {
            CDI.setCDIProvider(new ApplicationProvider(own, configured));
        }
    }

    @Override
    public CDI<Object> getCDI() {
        CDI<Object> mine = own.get();
        if (mine != null) {
            return mine;
        }
        if (before != null) {
            return before.getCDI();
        }
        IllegalStateException failed = new IllegalStateException("No CDI container runs where this was asked");
        for (CDIProvider other : ServiceLoader.load(CDIProvider.class, CDI.class.getClassLoader())) {
            try {
                CDI<Object> found = other.getCDI();
                if (found != null) {
                    return found;
                }
            } catch (IllegalStateException e) { // the next one is asked
                failed.addSuppressed(e);
            }
        }
        throw failed;
    }

    /** The only way to what is configured. */
    private abstract static class Configured extends CDI<Object> {
        static @Nullable CDIProvider provider() {
            return configuredProvider;
        }
    }
}
