package dev.duplex.se;

import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A program that has nothing but a server, for a JVM of its own. SIGTERM drains it, and then it says what it has done. */
final class Draining {
    /** How many texts the endpoint sends when it is asked for many. */
    static final int MANY = 20;

    private static final AtomicInteger HANDLED = new AtomicInteger();
    private static final AtomicInteger CLOSED = new AtomicInteger();
    private static final CountDownLatch RELEASED = new CountDownLatch(1);

    private Draining() {}

    /** Counts the messages that it has handled to their end, and the sessions that have ended. */
    @ServerEndpoint("/work")
    public static final class Work {
        @OnMessage
        public String work(String text, Session session) throws IOException, InterruptedException {
            String answer = null;
            switch (text) {
                case "many" -> {
                    for (int i = 0; i < MANY; i++) {
                        session.getAsyncRemote().sendText("part " + i, sent -> {}); // the client tells
                    }
                }
                case "hold" -> {
                    session.getBasicRemote().sendText("holding");
                    if (!RELEASED.await(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                        throw new IllegalStateException("nobody released this");
                    }
                    answer = "done";
                }
                case "hello" -> answer = "hello";
                default -> {} // a note
            }
            HANDLED.incrementAndGet();
            return answer;
        }

        @OnClose
        public void close() {
            CLOSED.incrementAndGet();
        }
    }

    @SuppressWarnings("SystemOut") // the parent reads it
    public static void main(String[] arguments) throws Exception {
        System.setProperty("java.util.logging.config.file", "/dev/null"); // what cannot be answered any more is logged
        DuplexServer server =
                DuplexServer.builder().port(0).endpoint(Work.class).start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.stop(Duration.ofSeconds(60));
            System.out.println("handled " + HANDLED + ", closed " + CLOSED);
            Runtime.getRuntime().halt(0); // a JVM that was told to end says so by its status otherwise
        }));
        System.out.println(server.port());
        try {
            System.in.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        RELEASED.countDown();
    }
}
