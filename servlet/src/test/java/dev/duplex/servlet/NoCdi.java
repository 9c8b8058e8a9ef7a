package dev.duplex.servlet;

import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.time.Duration;

/** A program without CDI on its class path; says what each container answers. */
final class NoCdi {
    private NoCdi() {}

    public static void main(String[] arguments) throws Exception {
        System.out.println("CDI " + isThere("jakarta.enterprise.inject.spi.CDI"));
        for (Host host : Host.values()) {
            try (Host.Running running = host.start(WebApplication.of(EchoTest.Echo.class));
                    WsPeer peer = WebSockets.connect(running.uri("/echo"))) {
                peer.write("a");
                System.out.println(
                        host + " " + peer.readMessage(Duration.ofSeconds(20)).text());
            }
        }
        System.exit(0);
    }

    private static boolean isThere(String name) {
        try {
            Class.forName(name);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
