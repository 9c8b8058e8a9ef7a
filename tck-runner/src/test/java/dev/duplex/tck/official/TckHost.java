package dev.duplex.tck.official;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What the applications of the TCK are deployed on. Each has its {@code official/<name>/arquillian.xml}. */
enum TckHost {
    /** The embedded server, which has no Servlet. */
    SE("se");

    private final String title;

    TckHost(String title) {
        this.title = title;
    }

    /** The host of that name; throws {@link IllegalArgumentException} that lists the names when there is none. */
    static TckHost named(String name) {
        return Arrays.stream(values())
                .filter(host -> host.title.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("The property tck.host is one of "
                        + Arrays.stream(values()).map(TckHost::toString).collect(Collectors.joining(", "))
                        + ", not " + name + "."));
    }

    /** The resource with the configuration of the host's adapter. */
    String arquillianXml() {
        return "official/" + title + "/arquillian.xml";
    }

    @Override
    public String toString() {
        return title;
    }
}
