package dev.duplex.tck.official;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the applications of the TCK are deployed on. Each has its {@code arquillian.xml} in {@link #folder()}. */
enum TckHost {
    /** The embedded server, which has no Servlet. */
    SE("se", "/(container-se|arquillian)/target/|/org/jboss/weld/se/|/io/github/classgraph/"),
    TOMCAT("tomcat", "/servlet/target/|/org/jboss/weld/servlet/|/org/apache/tomcat/"),
    JETTY("jetty", "/servlet/target/|/org/jboss/weld/servlet/|/org/(eclipse/jetty|slf4j|ow2/asm)/"),
    UNDERTOW(
            "undertow",
            "/servlet/target/|/org/jboss/weld/servlet/|/io/(undertow|smallrye)/|/org/(jboss/xnio|jboss/threads|wildfly)/");

    /** What no host needs: it would start something of its own in each application. */
    private static final String SPRING = "/org/springframework/";

    private final String title;
    private final Pattern parts;

    TckHost(String title, String parts) {
        this.title = title;
        this.parts = Pattern.compile(parts);
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

    /** Where the resources of the host are: the configuration of its adapter, and the adapter's registration if it has none elsewhere. */
    String folder() {
        return "official/" + title;
    }

    /** Whether it belongs on the host's class path, as what is of other hosts does not. */
    boolean needs(Path entry) {
        String path = entry.toUri().getPath();
        return !path.contains(SPRING)
                && (isPart(path) || Arrays.stream(values()).noneMatch(host -> host.isPart(path)));
    }

    private boolean isPart(String path) {
        return parts.matcher(path).find();
    }

    @Override
    public String toString() {
        return title;
    }
}
