package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Servlet containers as people download them, which the build has unpacked. Each run is a process with a folder of its own. */
enum Standalone {
    TOMCAT("apache-tomcat-", "Starting ProtocolHandler", Pattern.compile("-auto-\\d+-(\\d+)\"]")) {
        @Override
        Program launch(Path folder) throws IOException {
            Path configuration = Files.createDirectories(folder.resolve("conf"));
            try (Stream<Path> files = Files.list(home().resolve("conf"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Files.copy(file, configuration.resolve(file.getFileName()));
                }
            }
            // It looks after its applications every 10 seconds unless it is told otherwise.
            Path server = configuration.resolve("server.xml");
            Files.writeString(
                    server,
                    replace(
                            Files.readString(server),
                            Map.of(
                                    "<Server port=\"8005\"",
                                    "<Server port=\"-1\"",
                                    "<Connector port=\"8080\"",
                                    "<Connector address=\"127.0.0.1\" port=\"0\"",
                                    "<Engine name=\"Catalina\" defaultHost=\"localhost\">",
                                    "<Engine name=\"Catalina\" defaultHost=\"localhost\""
                                            + " backgroundProcessorDelay=\"1\">")));
            Files.createDirectories(folder.resolve("logs"));
            Files.createDirectories(folder.resolve("temp"));
            return Program.run(
                    folder,
                    Map.of(
                            "CATALINA_HOME",
                            home().toString(),
                            "CATALINA_BASE",
                            folder.toString(),
                            "JAVA_HOME",
                            System.getProperty("java.home")),
                    "sh",
                    home().resolve("bin/catalina.sh").toString(),
                    "run");
        }

        @Override
        String deployed(String name) {
            return name + ".war] has finished";
        }

        @Override
        String undeployed(String name) {
            return "Undeploying context [/" + name + "]";
        }
    },

    JETTY("jetty-home-", "Started oejs.ServerConnector", Pattern.compile("\\{127\\.0\\.0\\.1:(\\d+)}")) {
        @Override
        Program launch(Path folder) throws IOException, InterruptedException {
            try (Program configured =
                    Program.run(folder, Map.of(), start("--add-modules=server,http,ee11-deploy,ee11-annotations"))) {
                assertThat(configured.exitCode()).as(configured.errors()).isZero();
            }
            return Program.run(
                    folder,
                    Map.of(),
                    start("jetty.http.host=127.0.0.1", "jetty.http.port=0", "jetty.deploy.scanInterval=1"));
        }

        private String[] start(String... arguments) throws IOException {
            return Stream.concat(
                            Stream.of(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-jar",
                                    home().resolve("start.jar").toString()),
                            Stream.of(arguments))
                    .toArray(String[]::new);
        }

        @Override
        String deployed(String name) {
            return "Started oeje11w.WebAppContext";
        }

        @Override
        String undeployed(String name) {
            return "Stopped oeje11w.WebAppContext";
        }
    };

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final String prefix;
    private final String listening;
    private final Pattern port;

    Standalone(String prefix, String listening, Pattern port) {
        this.prefix = prefix;
        this.listening = listening;
        this.port = port;
    }

    /** Starts it without an application, on a free port. */
    Running start(Path folder) throws Exception {
        Files.createDirectories(folder.resolve("webapps"));
        Program program = launch(folder);
        try {
            Matcher line = port.matcher(program.error(listening));
            assertThat(line.find()).isTrue();
            return new Running(this, program, folder.resolve("webapps"), "127.0.0.1:" + line.group(1));
        } catch (AssertionError e) {
            program.close();
            throw e;
        }
    }

    abstract Program launch(Path folder) throws IOException, InterruptedException;

    /** What its log says once an application of this name serves. */
    abstract String deployed(String name);

    abstract String undeployed(String name);

    Path home() throws IOException {
        try (Stream<Path> unpacked = Files.list(Documents.PROJECT.resolve("examples/target/containers"))) {
            List<Path> homes = unpacked.filter(
                            folder -> folder.getFileName().toString().startsWith(prefix))
                    .toList();
            assertThat(homes).as("unpacked by the build").hasSize(1);
            return homes.get(0);
        }
    }

    private static String replace(String text, Map<String, String> changes) {
        for (Map.Entry<String, String> change : changes.entrySet()) {
            assertThat(text).contains(change.getKey());
            text = text.replace(change.getKey(), change.getValue());
        }
        return text;
    }

    /** A container that serves what is put into its folder. */
    record Running(Standalone container, Program program, Path applications, String authority)
            implements AutoCloseable {
        String http(String path) {
            return "http://" + authority + path;
        }

        String ws(String path) {
            return "ws://" + authority + path;
        }

        /** Puts the archive there, whole at once, and waits until it serves. */
        void deploy(Path war) throws Exception {
            String name = war.getFileName().toString();
            Path copy = Files.copy(war, applications.resolveSibling(name));
            Files.move(copy, applications.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            program.error(container.deployed(name.replace(".war", "")));
            awaitAnswer("/" + name.replace(".war", "") + "/");
        }

        /** A container says so a moment before it does. */
        private void awaitAnswer(String path) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create(http(path))).build();
            try (HttpClient client = HttpClient.newHttpClient()) {
                Instant end = Instant.now().plus(LIMIT);
                int status = 0;
                while (status != 200 && Instant.now().isBefore(end)) {
                    status = client.send(request, BodyHandlers.discarding()).statusCode();
                }
                assertThat(status).as(path).isEqualTo(200);
            }
        }

        void undeploy(Path war) throws Exception {
            String name = war.getFileName().toString();
            Files.delete(applications.resolve(name));
            program.error(container.undeployed(name.replace(".war", "")));
        }

        @Override
        public void close() {
            program.close();
        }
    }
}
