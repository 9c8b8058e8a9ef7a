package dev.duplex.se.cli;

import dev.duplex.se.Application;
import dev.duplex.se.DeployedApplication;
import dev.duplex.se.DuplexServer;
import dev.duplex.se.TlsFiles;
import jakarta.websocket.DeploymentException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * Serves archives until it is told to stop: SIGTERM and Ctrl+C close every session with 1001, wait for the callbacks, and end the program
 * with 0. It returns when the server listens; the server's threads keep the program alive.
 */
@Command(
        name = "serve",
        description = {
            "Serve the endpoints of applications until it is told to stop.",
            "",
            "Every option can be said by a variable of the environment too (--max-connections is"
                + " DUPLEX_MAX_CONNECTIONS), and by a line of the file of --config (max-connections=5000); the command"
                + " line wins, then the environment.",
            ""
        },
        sortOptions = false)
public final class Serve implements Callable<Integer> {
    /** Greets at each start, which nobody has asked for here. Kept, as the JDK would forget its level with it. */
    private static final Logger WELD = Logger.getLogger("org.jboss.weld");

    private final Settings settings;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(
            paramLabel = "[/CONTEXT=]PATH",
            split = ",",
            arity = "0..*",
            converter = Deployable.Converter.class,
            description = {
                "A WAR, or the directory of one: an application by itself, at /NAME for NAME.war, at the root for"
                        + " ROOT.war.",
                "A jar or a directory of classes: all of these are one application, at the root."
            })
    private List<Deployable> archives = new ArrayList<>();

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "A file of properties that says options: port=8080. Variable: DUPLEX_CONFIG.")
    @SuppressWarnings("UnusedVariable") // Settings has read it
    private @Nullable Path config;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            defaultValue = "127.0.0.1",
            description = "The address to listen on; 0.0.0.0 or :: for all. Default: ${DEFAULT-VALUE}.")
    private String host = "";

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "The port to listen on; 0 takes a free one. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(names = "--context", paramLabel = "/PATH", description = "Where the application is, if there is one only.")
    private @Nullable String context;

    @Option(
            names = "--listen",
            paramLabel = "NAME:PORT",
            split = ",",
            description = "Listen there too; an address of IPv6 is in brackets.")
    private List<String> furtherPlaces = new ArrayList<>();

    @Option(
            names = "--unix-socket",
            paramLabel = "FILE",
            description = "Listen on this Unix domain socket too, without TLS.")
    private @Nullable Path unixSocket;

    @Option(
            names = "--proxy-protocol",
            paramLabel = "NETWORK",
            split = ",",
            description =
                    "Let only proxies of these networks connect, which say by the PROXY protocol who the client is.")
    private List<String> proxies = new ArrayList<>();

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "Serve wss with the certificates of this PEM file, the server's own first. Read again when it"
                    + " changes.")
    private @Nullable Path certificates;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "The private key of the certificate, a PEM file.")
    private @Nullable Path privateKey;

    @Option(
            names = "--files",
            paramLabel = "DIRECTORY",
            description =
                    "Serve the files of this directory beside the endpoints of the one application; a WAR has its own.")
    private @Nullable Path files;

    @Option(
            names = "--health",
            paramLabel = "/PATH",
            description = "Answer 200 there while it serves, and 503 while it stops.")
    private @Nullable String health;

    @Option(names = "--no-cdi", description = "Start no CDI container, whatever the applications have.")
    private boolean withoutCdi;

    @Option(
            names = "--allow-origin",
            paramLabel = "ORIGIN",
            split = ",",
            description = "Let pages of this origin connect too, such as https://example.com; * for every one.")
    private List<String> origins = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            split = ",",
            description = "A default of the container, such as dev.duplex.pingFrequency=30.")
    private Map<String, String> properties = new TreeMap<>();

    @Option(
            names = "--max-connections",
            paramLabel = "NUMBER",
            defaultValue = "100000",
            description = "Answer 503 beyond so many connections. Default: ${DEFAULT-VALUE}.")
    private int maxConnections;

    @Option(
            names = "--max-connections-per-address",
            paramLabel = "NUMBER",
            description = "Answer 429 beyond so many connections of one client. Default: no limit.")
    private @Nullable Integer maxConnectionsPerAddress;

    @Option(
            names = "--handshake-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = Time.class,
            description = "How long a client may take to ask, TLS included. Default: ${DEFAULT-VALUE}.")
    private Duration handshakeTimeout = Duration.ZERO;

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            defaultValue = "20s",
            converter = Time.class,
            description =
                    "How long callbacks and closing handshakes may take when it stops. Default: ${DEFAULT-VALUE}.")
    private Duration grace = Duration.ZERO;

    Serve(Settings settings) {
        this.settings = settings;
    }

    /**
     * The command, to be executed or to be added to another one.
     *
     * @param arguments all that is on the command line: the option that names the file of the others is looked for there
     */
    public static CommandLine commandLine(String... arguments) {
        Settings settings = new Settings(System.getenv(), arguments);
        return new CommandLine(new Serve(settings)).setDefaultValueProvider(settings);
    }

    /**
     * Starts the server.
     *
     * @throws DeploymentException when an application cannot be deployed
     * @throws IOException when it cannot listen, or an archive cannot be read
     */
    @Override
    public Integer call() throws DeploymentException, IOException {
        if (System.getProperty("java.util.logging.config.file") == null) {
            WELD.setLevel(Level.WARNING);
        }
        DuplexServer server = builder().start();
        PrintWriter out = spec.commandLine().getOut();
        stopAtTheEnd(server, out);
        announce(server, out);
        return 0;
    }

    private DuplexServer.Builder builder() {
        DuplexServer.Builder builder = DuplexServer.builder()
                .host(host)
                .port(port)
                .maxConnections(maxConnections)
                .handshakeTimeout(handshakeTimeout)
                .deploy(applications().toArray(Application[]::new));
        furtherPlaces.forEach(place -> listen(builder, place));
        if (unixSocket != null) {
            builder.unixSocket(unixSocket);
        }
        if (!proxies.isEmpty()) {
            builder.proxyProtocol(proxies.toArray(String[]::new));
        }
        if (certificates != null && privateKey != null) {
            builder.tlsFiles(TlsFiles.pem(certificates, privateKey));
        } else if (certificates != null || privateKey != null) {
            throw wrong("--tls-cert and --tls-key need each other");
        }
        if (health != null) {
            builder.healthPath(health);
        }
        if (maxConnectionsPerAddress != null) {
            builder.maxConnectionsPerAddress(maxConnectionsPerAddress);
        }
        return builder;
    }

    private void listen(DuplexServer.Builder builder, String place) {
        int colon = place.lastIndexOf(':');
        try {
            builder.listen(place.substring(0, Math.max(colon, 0)), Integer.parseInt(place.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw wrong("--listen is for NAME:PORT, which " + place + " is not");
        }
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    /** Each WAR by itself, everything else together. */
    private List<Application> applications() {
        List<Application.Builder> builders = new ArrayList<>();
        Map<@Nullable String, List<Path>> together = new LinkedHashMap<>();
        for (Deployable archive : archives) {
            if (archive.isWar()) {
                builders.add(at(archive.context(), Application.of(archive.path())));
            } else {
                together.computeIfAbsent(archive.context(), path -> new ArrayList<>())
                        .add(archive.path());
            }
        }
        for (Map.Entry<@Nullable String, List<Path>> paths : together.entrySet()) {
            builders.add(at(
                    paths.getKey(),
                    Application.of(
                            paths.getValue().get(0),
                            paths.getValue().stream().skip(1).toArray(Path[]::new))));
        }
        if (builders.isEmpty()) {
            throw wrong("there is nothing to serve: name a WAR, a jar or a directory of classes");
        }
        if (context != null) {
            theOnly(builders, "--context", "say it of each, as in /chat=chat.war")
                    .contextPath(context);
        }
        if (files != null) {
            theOnly(builders, "--files", "put those of each into its WAR").files(files);
        }
        return builders.stream().map(this::application).toList();
    }

    private Application.Builder theOnly(List<Application.Builder> builders, String option, String instead) {
        if (builders.size() > 1) {
            throw wrong(option + " is for one application, and these are " + builders.size() + ": " + instead);
        }
        return builders.get(0);
    }

    private static Application.Builder at(@Nullable String context, Application.Builder builder) {
        return context == null ? builder : builder.contextPath(context);
    }

    private Application application(Application.Builder builder) {
        for (String origin : origins) {
            if (origin.equals("*")) {
                builder.anyOrigin();
            } else {
                builder.allowOrigin(origin);
            }
        }
        if (withoutCdi) {
            builder.cdi(false);
        }
        settings.containerProperties().forEach(builder::property);
        properties.forEach(builder::property); // said nearer
        return builder.build();
    }

    private static void announce(DuplexServer server, PrintWriter out) {
        Duration taken = ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, Instant.now()))
                .orElse(Duration.ZERO);
        out.printf(Locale.ROOT, "Serving after %.2f s (Ctrl+C stops it):%n", taken.toMillis() / 1000.0);
        for (DeployedApplication application : server.applications()) {
            application.addresses().forEach(address -> out.println("  " + address));
        }
        out.flush();
    }

    /** A stop that was asked for is a success: left to itself, the JVM would exit with the signal's number. */
    private void stopAtTheEnd(DuplexServer server, PrintWriter out) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            out.printf("Stopping: waiting for what is running, %s at most.%n", shown(grace));
                            out.flush();
                            server.stop(grace);
                            out.println("Stopped.");
                            out.flush();
                            Runtime.getRuntime().halt(0);
                        },
                        "duplex-shutdown"));
    }

    private static String shown(Duration time) {
        return time.toString().substring(2).toLowerCase(Locale.ROOT);
    }

    /** A time as people write it, {@code 1m30s}, or as ISO 8601 does. */
    static final class Time implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Duration.parse(text.startsWith("P") ? text : "PT" + text);
            } catch (DateTimeParseException e) {
                throw new TypeConversionException("'" + text + "' is no time such as 10s, 1m30s or 0.5s");
            }
        }
    }
}
