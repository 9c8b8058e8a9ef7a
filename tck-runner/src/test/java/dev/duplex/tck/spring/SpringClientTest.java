package dev.duplex.tck.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.duplex.container.DuplexContainer;
import dev.duplex.container.DuplexContainerProvider;
import dev.duplex.peer.interop.Identity;
import dev.duplex.se.DuplexServer;
import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.CloseReason;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import java.io.IOException;
import java.lang.reflect.Type;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.messaging.converter.StringMessageConverter;
import org.springframework.messaging.simp.stomp.StompFrameHandler;
import org.springframework.messaging.simp.stomp.StompHeaders;
import org.springframework.messaging.simp.stomp.StompSession;
import org.springframework.messaging.simp.stomp.StompSessionHandlerAdapter;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PingMessage;
import org.springframework.web.socket.PongMessage;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketExtension;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.WebSocketHttpHeaders;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.client.standard.AnnotatedEndpointConnectionManager;
import org.springframework.web.socket.client.standard.StandardWebSocketClient;
import org.springframework.web.socket.client.standard.WebSocketContainerFactoryBean;
import org.springframework.web.socket.handler.ConcurrentWebSocketSessionDecorator;
import org.springframework.web.socket.handler.SessionLimitExceededException;
import org.springframework.web.socket.messaging.WebSocketStompClient;

/** Spring's clients connect through Duplex, whatever of the API they use. */
@Timeout(60)
final class SpringClientTest {
    private static DuplexServer server;

    @TempDir
    private static Path folder;

    private final StandardWebSocketClient client = new StandardWebSocketClient();
    /** The query of this test's sessions. */
    private final String id = UUID.randomUUID().toString();

    @BeforeAll
    static void start() throws Exception {
        server = DuplexServer.builder()
                .port(0)
                .endpoint(Probe.class, StompProbe.class)
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void duplexIsTheOnlyProviderAndSpringFindsIt() throws Exception {
        assertThat(ServiceLoader.load(ContainerProvider.class))
                .singleElement()
                .isInstanceOf(DuplexContainerProvider.class);
        assertThat(new WebSocketContainerFactoryBean().getObject()).isInstanceOf(DuplexContainer.class);
    }

    @Test
    void textComesBack() throws Exception {
        Received received = new Received();
        WebSocketSession session = connect(received);
        for (String text : List.of("Größe €", "", "x".repeat(100_000))) {
            session.sendMessage(new TextMessage(text));
            assertThat(received.next()).isEqualTo(text);
        }
        session.close();
    }

    @Test
    void aTextInPartsComesBackWhole() throws Exception {
        Received received = new Received();
        WebSocketSession session = connect(received);
        session.sendMessage(new TextMessage("one, ", false));
        session.sendMessage(new TextMessage("two", true));
        assertThat(received.next()).isEqualTo("one, two");
        session.close();
    }

    @Test
    void binaryComesBack() throws Exception {
        Received received = new Received();
        WebSocketSession session = connect(received);
        for (int length : new int[] {0, 1, 70_000}) {
            BinaryMessage message = new BinaryMessage(new byte[length]);
            session.sendMessage(message);
            assertThat(received.next()).isEqualTo(new BinaryMessage(new byte[length]));
            // The Javadoc of RemoteEndpoint: what was sent is behind the position
            assertThat(message.getPayload().remaining()).isZero();
        }
        session.close();
    }

    @Test
    void aHandlerOfPartsGetsEachPart() throws Exception {
        Received received = new Received() {
            @Override
            public boolean supportsPartialMessages() {
                return true;
            }
        };
        WebSocketSession session = connect(received);
        session.sendMessage(new TextMessage("parts"));
        StringBuilder text = new StringBuilder();
        Object part = received.next();
        int parts = 1;
        while (part instanceof TextMessage message) {
            text.append(message.getPayload());
            part = received.next();
            parts++;
        }
        assertThat(text.append(part)).hasToString("one, two");
        assertThat(parts).isGreaterThan(1);
        session.close();
    }

    @Test
    void pingsAndPongsGoBothWays() throws Exception {
        Received received = new Received();
        WebSocketSession session = connect(received);
        ByteBuffer data = ByteBuffer.wrap("ping".getBytes(UTF_8));
        session.sendMessage(new PingMessage(data.duplicate()));
        assertThat(received.next()).isEqualTo(new PongMessage(data));
        session.sendMessage(new TextMessage("ping"));
        assertThat(Probe.PONGS.poll(20, TimeUnit.SECONDS)).isEqualTo(ByteBuffer.wrap(new byte[] {7}));
        session.sendMessage(new PongMessage(data.duplicate()));
        assertThat(Probe.PONGS.poll(20, TimeUnit.SECONDS)).isEqualTo(data);
        session.close();
    }

    @Test
    void aSubprotocolIsNegotiated() throws Exception {
        WebSocketHttpHeaders headers = new WebSocketHttpHeaders();
        headers.setSecWebSocketProtocol(List.of("unknown", "superchat"));
        WebSocketSession session = connect(new Received(), headers);
        assertThat(session.getAcceptedProtocol()).isEqualTo("superchat");
        session.close();
        WebSocketSession without = connect(new Received());
        assertThat(without.getAcceptedProtocol()).isEmpty();
        without.close();
    }

    @Test
    void anExtensionIsNegotiated() throws Exception {
        Received received = new Received();
        WebSocketHttpHeaders headers = new WebSocketHttpHeaders();
        headers.setSecWebSocketExtensions(WebSocketExtension.parseExtensions(
                "permessage-deflate; client_max_window_bits; server_no_context_takeover"));
        WebSocketSession session = connect(received, headers);
        assertThat(session.getExtensions())
                .singleElement()
                .satisfies(extension -> assertThat(extension.getName()).isEqualTo("permessage-deflate"))
                .satisfies(
                        extension -> assertThat(extension.getParameters()).containsKey("server_no_context_takeover"));
        session.sendMessage(new TextMessage("x".repeat(10_000)));
        assertThat(received.next()).isEqualTo("x".repeat(10_000));
        session.close();
        WebSocketSession without = connect(new Received());
        assertThat(without.getExtensions()).isEmpty();
        without.close();
    }

    @Test
    void everyValueOfAHeaderArrives() throws Exception {
        Received received = new Received();
        WebSocketHttpHeaders headers = new WebSocketHttpHeaders();
        headers.put("X-Colour", List.of("red", "green"));
        WebSocketSession session = connect(received, headers);
        session.sendMessage(new TextMessage("colours"));
        assertThat(received.next()).isEqualTo("[red, green]");
        session.close();
    }

    @Test
    void aMessageSentFromTheOpenCallbackArrives() throws Exception {
        Received received = new Received() {
            @Override
            public void afterConnectionEstablished(WebSocketSession session) throws Exception {
                assertThat(session.isOpen()).isTrue();
                session.sendMessage(new TextMessage("at once"));
            }
        };
        WebSocketSession session = connect(received);
        assertThat(received.next()).isEqualTo("at once");
        assertThat(session.getUri()).isEqualTo(probe());
        session.close();
    }

    @Test
    void userPropertiesSetThePolicy() throws Exception {
        client.setUserProperties(Map.of("dev.duplex.maxReceivePayload", 10));
        Received received = new Received();
        WebSocketSession session = connect(received);
        session.sendMessage(new TextMessage("0123456789"));
        assertThat(received.next()).isEqualTo("0123456789");
        session.sendMessage(new TextMessage("0123456789X"));
        assertThat(status(received).getCode()).isEqualTo(1009);
        assertThat(closed().getCloseCode().getCode()).isEqualTo(1009);
    }

    @Test
    void aWrongUserPropertyFailsTheFutureByItsName() {
        client.setUserProperties(Map.of("dev.duplex.timeout", "soon"));
        assertThatThrownBy(() -> connect(new Received()))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("dev.duplex.timeout")
                .hasMessageContaining("soon");
    }

    @Test
    void theSizeLimitsOfASessionHold() throws Exception {
        Received received = new Received();
        WebSocketSession session = connect(received);
        session.setTextMessageSizeLimit(10);
        assertThat(session.getTextMessageSizeLimit()).isEqualTo(10);
        session.sendMessage(new TextMessage("0123456789X"));
        assertThat(status(received).getCode()).isEqualTo(1009);
    }

    @Test
    void anSslContextIsUsedAndTheCertificateChecked() throws Exception {
        Identity identity = Identity.local(folder);
        try (DuplexServer secure = DuplexServer.builder()
                .port(0)
                .sslContext(identity.serving())
                .endpoint(Probe.class)
                .start()) {
            assertThatThrownBy(() -> connect(new Received(), secure.uri("/probe")))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SSLException.class);
            client.setSslContext(identity.trusting());
            Received received = new Received();
            WebSocketSession session = connect(received, secure.uri("/probe"));
            session.sendMessage(new TextMessage("secret"));
            assertThat(received.next()).isEqualTo("secret");
            session.close();
        }
    }

    @Test
    void theClientsCloseStatusReachesBothEnds() throws Exception {
        Received received = new Received();
        WebSocketSession session = connect(received);
        session.close(new CloseStatus(4001, "enough"));
        assertThat(session.isOpen()).isFalse();
        assertThat(status(received)).isEqualTo(new CloseStatus(4001, "enough"));
        CloseReason reason = closed();
        assertThat(reason.getCloseCode().getCode()).isEqualTo(4001);
        assertThat(reason.getReasonPhrase()).isEqualTo("enough");
        session.close(); // once more, as Spring's own infrastructure does
    }

    @Test
    void theServersCloseStatusReachesBothEnds() throws Exception {
        Received received = new Received();
        WebSocketSession session = connect(received);
        session.sendMessage(new TextMessage("close 4002 go home"));
        assertThat(status(received)).isEqualTo(new CloseStatus(4002, "go home"));
        assertThat(closed().getCloseCode().getCode()).isEqualTo(4002);
        assertThatThrownBy(() -> session.sendMessage(new TextMessage("too late")))
                .isInstanceOfAny(IOException.class, IllegalStateException.class);
    }

    @Test
    void aHandlerThatFailsEndsTheSessionBySpringsStatus() throws Exception {
        Received received = new Received() {
            @Override
            protected void handleTextMessage(WebSocketSession session, TextMessage message) {
                throw new IllegalStateException("this handler always fails");
            }
        };
        connect(received).sendMessage(new TextMessage("fail"));
        assertThat(status(received).getCode()).isEqualTo(CloseStatus.SERVER_ERROR.getCode());
        assertThat(closed().getCloseCode().getCode()).isEqualTo(CloseStatus.SERVER_ERROR.getCode());
    }

    @Test
    void aRefusedHandshakeFailsTheFutureByItsStatus() {
        assertThatThrownBy(() -> connect(new Received(), server.uri("/nowhere")))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("404")
                .hasMessageContaining("/nowhere");
    }

    @Test
    void aPortThatNobodyListensAtFailsTheFuture() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(() -> connect(new Received(), URI.create("ws://127.0.0.1:" + port + "/probe")))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ConnectException.class);
    }

    @Test
    void manyThreadsSendThroughSpringsDecorator() throws Exception {
        int threads = 16;
        int messages = 200;
        Received received = new Received();
        WebSocketSession session = new ConcurrentWebSocketSessionDecorator(connect(received), 20_000, 1 << 20);
        sendFromThreads(session, threads, messages);
        Set<Object> texts = new HashSet<>();
        for (int i = 0; i < threads * messages; i++) {
            texts.add(received.next());
        }
        assertThat(texts).hasSize(threads * messages).contains("0-0", "15-199");
        session.close();
    }

    @Test
    void manyThreadsSendWithoutSpringsDecoratorToo() throws Exception {
        int threads = 8;
        int messages = 200;
        Received received = new Received();
        WebSocketSession session = connect(received);
        sendFromThreads(session, threads, messages);
        Set<Object> texts = new HashSet<>();
        for (int i = 0; i < threads * messages; i++) {
            texts.add(received.next());
        }
        assertThat(texts).hasSize(threads * messages);
        session.close();
    }

    @Test
    void springsDecoratorGivesUpOnAServerThatReadsNothing() throws Exception {
        client.setUserProperties(Map.of("dev.duplex.shutdownTimeout", 1));
        CountDownLatch gate = new CountDownLatch(1);
        Probe.gate = gate;
        CompletableFuture<Throwable> givenUp = new CompletableFuture<>();
        List<Thread> senders = new ArrayList<>();
        WebSocketSession plain = connect(new Received());
        try {
            CountDownLatch sending = new CountDownLatch(1);
            ConcurrentWebSocketSessionDecorator session = new ConcurrentWebSocketSessionDecorator(plain, 60_000, 100);
            session.sendMessage(new TextMessage("block"));
            FutureTask<@Nullable Throwable> stuck = new FutureTask<>(() -> catchThrowable(() -> {
                BinaryMessage large = new BinaryMessage(new byte[1 << 20]);
                while (true) {
                    plain.sendMessage(large);
                    sending.countDown();
                }
            }));
            Thread.ofVirtual().start(stuck);
            sending.await();
            // Two senders: the first waits for its turn, what the second adds is too much. From then on the decorator
            // drops without a word what it is given, so a sender would send for ever unless it looks
            for (int i = 0; i < 2; i++) {
                senders.add(Thread.ofVirtual().start(() -> {
                    Throwable failure = catchThrowable(() -> {
                        while (!givenUp.isDone()) {
                            session.sendMessage(new TextMessage("0123456789"));
                        }
                    });
                    if (failure != null) {
                        givenUp.complete(failure);
                    }
                }));
            }
            assertThat(givenUp.get(20, TimeUnit.SECONDS)).isInstanceOf(SessionLimitExceededException.class);
            session.close(CloseStatus.SESSION_NOT_RELIABLE);
            assertThat(session.isOpen()).isFalse();
            assertThat(stuck.get(20, TimeUnit.SECONDS)).isInstanceOfAny(IOException.class, IllegalStateException.class);
        } finally {
            givenUp.cancel(false);
            plain.close();
            gate.countDown();
        }
        for (Thread sender : senders) {
            assertThat(sender.join(Duration.ofSeconds(20))).isTrue();
        }
    }

    @Test
    void aManagerConnectsAnAnnotatedClient() throws Exception {
        Listener listener = new Listener();
        AnnotatedEndpointConnectionManager manager =
                new AnnotatedEndpointConnectionManager(listener, server.uri("") + "/{name}?" + id, "probe");
        manager.setTaskExecutor(new SyncTaskExecutor()); // else stop may come before the manager knows its session
        manager.start();
        assertThat(listener.texts.poll(20, TimeUnit.SECONDS)).isEqualTo("open");
        manager.stop();
        assertThat(closed().getCloseCode().getCode()).isEqualTo(1000);
    }

    @Test
    void springsStompClientTalksOverIt() throws Exception {
        WebSocketStompClient stomp = new WebSocketStompClient(client);
        stomp.setMessageConverter(new StringMessageConverter());
        CompletableFuture<String> answer = new CompletableFuture<>();
        StompSession session = stomp.connectAsync(server.uri("/stomp").toString(), new StompSessionHandlerAdapter() {
                    @Override
                    public void handleTransportError(StompSession session, Throwable failure) {
                        answer.completeExceptionally(failure);
                    }
                })
                .get(20, TimeUnit.SECONDS);
        session.subscribe("/topic", new StompFrameHandler() {
            @Override
            public Type getPayloadType(StompHeaders headers) {
                return String.class;
            }

            @Override
            public void handleFrame(StompHeaders headers, @Nullable Object payload) {
                answer.complete(String.valueOf(payload));
            }
        });
        session.send("/topic", "hello");
        assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo("hello");
        session.disconnect();
    }

    /** Says a word when it is connected and keeps what comes back. */
    @ClientEndpoint
    public static final class Listener {
        private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();

        @OnOpen
        public void open(Session session) throws IOException {
            session.getBasicRemote().sendText("open");
        }

        @OnMessage
        public void text(String text) {
            texts.add(text);
        }
    }

    private WebSocketSession connect(WebSocketHandler handler) throws Exception {
        return connect(handler, probe());
    }

    private WebSocketSession connect(WebSocketHandler handler, URI uri) throws Exception {
        return client.execute(handler, null, uri).get(20, TimeUnit.SECONDS);
    }

    private WebSocketSession connect(WebSocketHandler handler, WebSocketHttpHeaders headers) throws Exception {
        return client.execute(handler, headers, probe()).get(20, TimeUnit.SECONDS);
    }

    /** Each sends its number and that of the message. */
    private static void sendFromThreads(WebSocketSession session, int threads, int messages) throws Exception {
        List<FutureTask<@Nullable Void>> senders = new ArrayList<>();
        for (int thread : IntStream.range(0, threads).toArray()) {
            FutureTask<@Nullable Void> sender = new FutureTask<>(() -> {
                for (int i = 0; i < messages; i++) {
                    session.sendMessage(new TextMessage(thread + "-" + i));
                }
                return null;
            });
            senders.add(sender);
            Thread.ofVirtual().start(sender);
        }
        for (FutureTask<@Nullable Void> sender : senders) {
            sender.get(20, TimeUnit.SECONDS);
        }
    }

    /** The status that the session ended with; a failure may be told before. */
    private static CloseStatus status(Received received) throws InterruptedException {
        Object next = received.next();
        return (CloseStatus) (next instanceof Throwable ? received.next() : next);
    }

    /** Why this test's session ended, as the server sees it. */
    private CloseReason closed() throws Exception {
        return Probe.closed(id).get(20, TimeUnit.SECONDS);
    }

    private URI probe() {
        return server.uri("/probe?" + id);
    }
}
