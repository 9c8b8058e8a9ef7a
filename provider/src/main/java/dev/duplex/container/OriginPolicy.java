package dev.duplex.container;

/** Stand-in. */
public final class OriginPolicy {
    private OriginPolicy() {}

    public static OriginPolicy sameHost() {
        return new OriginPolicy();
    }

    public static OriginPolicy any() {
        return new OriginPolicy();
    }

    public OriginPolicy allowing(String... origins) {
        return this;
    }
}
