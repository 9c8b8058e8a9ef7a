package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that is told to end by a signal while many clients are in the middle of something. */
@Timeout(120)
final class DrainTest {
    private static final int EACH = 500;
    private static final int NOTES = 5;
    private static final int GOING_AWAY = 1001;

    /** What a client is doing when the drain begins, and how it goes on. */
    enum Kind {
        /** It has got an answer, and waits. */
        IDLE(1) {
            @Override
            void before(RawClient client) throws IOException {
                client.echoes("hello");
            }
        },
        /** Much was sent to it that it has not read. */
        BEHIND(1) {
            @Override
            void before(RawClient client) throws IOException {
                client.sendText("many");
                client.expectText("part 0");
            }

            @Override
            void during(RawClient client) throws IOException {
                for (int i = 1; i < Draining.MANY; i++) {
                    client.expectText("part " + i);
                }
                super.during(client);
            }
        },
        /** It has sent half of a message, and the other half when it is told to go. */
        HALFWAY(2) {
            @Override
            void before(RawClient client) throws IOException {
                client.echoes("hello");
                client.sendFrame(0x01, "no");
            }

            @Override
            void during(RawClient client) throws IOException {
                assertThat(client.textUpToClose(GOING_AWAY)).isNull();
                client.sendFrame(0x80, "te");
                client.answersClose();
            }
        },
        /** A handler works on its message, and further ones wait. */
        HELD(1 + NOTES) {
            @Override
            void before(RawClient client) throws IOException {
                client.sendText("hold");
                client.expectText("holding");
                for (int i = 0; i < NOTES; i++) {
                    client.sendText("note");
                }
            }

            @Override
            void during(RawClient client) throws IOException {
                String answer = client.textUpToClose(GOING_AWAY);
                if (answer == null) { // the handler took too long to be waited for
                    client.answersClose();
                } else {
                    assertThat(answer).isEqualTo("done");
                    super.during(client);
                }
            }
        };

        private final int messages;

        Kind(int messages) {
            this.messages = messages;
        }

        abstract void before(RawClient client) throws IOException;

        void during(RawClient client) throws IOException {
            client.answersClose(GOING_AWAY);
        }

        /** How many the server handles. */
        int messages() {
            return messages;
        }
    }

    @Test
    void everyClientIsToldEveryHandlerFinishesAndNothingIsLost() throws Exception {
        Process process = LongLived.start(Draining.class);
        List<RawClient> clients = new ArrayList<>();
        try (BufferedReader out = process.inputReader();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int port = Integer.parseInt(out.readLine());
            List<Callable<RawClient>> openings = new ArrayList<>();
            for (Kind kind : Kind.values()) {
                for (int i = 0; i < EACH; i++) {
                    openings.add(() -> open(port, kind));
                }
            }
            for (Future<RawClient> opened : threads.invokeAll(openings)) {
                clients.add(opened.get());
            }

            assertThat(process.toHandle().destroy()).isTrue(); // SIGTERM
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < clients.size(); i++) {
                RawClient client = clients.get(i);
                Kind kind = Kind.values()[i / EACH];
                ends.add(threads.submit(() -> {
                    kind.during(client);
                    return null;
                }));
            }
            ends.getFirst().get(); // it drains, though handlers hold it up
            process.outputWriter().append('\n').flush();
            for (Future<?> end : ends) {
                end.get();
            }

            int messages = 0;
            for (Kind kind : Kind.values()) {
                messages += EACH * kind.messages();
            }
            assertThat(out.readLine()).isEqualTo("handled " + messages + ", closed " + clients.size());
            assertThat(process.waitFor(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    private static RawClient open(int port, Kind kind) throws IOException {
        RawClient client = new RawClient(new Socket(InetAddress.getLoopbackAddress(), port));
        client.send(RawClient.upgrade("/work"));
        assertThat(client.head()).startsWith("HTTP/1.1 101 ");
        kind.before(client);
        return client;
    }
}
