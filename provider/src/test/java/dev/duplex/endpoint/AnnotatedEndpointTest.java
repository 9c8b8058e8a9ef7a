package dev.duplex.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import jakarta.websocket.CloseReason;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("unused")
final class AnnotatedEndpointTest {
    private static final List<Class<? extends Encoder>> ENCODERS = List.of(UriText.class);
    private static final List<Class<? extends Decoder>> DECODERS =
            List.of(UriText.class, UriStream.class, ThreadReader.class);

    static final class UriText implements Encoder.Text<URI>, Decoder.Text<URI> {
        @Override
        public void init(EndpointConfig config) {}

        @Override
        public void destroy() {}

        @Override
        public String encode(URI uri) {
            return uri.toString();
        }

        @Override
        public URI decode(String text) {
            return text.isEmpty() ? null : URI.create(text);
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }
    }

    static final class UriStream implements Decoder.BinaryStream<URI> {
        @Override
        public URI decode(InputStream stream) throws IOException {
            return URI.create(new String(stream.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    static final class ThreadReader implements Decoder.TextStream<Thread> {
        @Override
        public Thread decode(Reader reader) throws IOException {
            return new Thread(() -> {}, "" + (char) reader.read());
        }
    }

    /** An endpoint that remembers its calls. */
    abstract static class Witness {
        final List<Object> calls = new ArrayList<>();

        void saw(Object... values) {
            calls.add(Arrays.asList(values));
        }
    }

    private static Callbacks connect(Object endpoint, String path, Map<String, String> parameters) throws Exception {
        CoderTable table = CoderTable.of(ENCODERS, DECODERS);
        return AnnotatedEndpoint.ofServer(endpoint.getClass(), PathTemplate.of(path), table)
                .connect(endpoint, parameters, table.connect(Strangers.CONFIG, Instances.BY_CONSTRUCTOR));
    }

    private static Callbacks connect(Object endpoint) throws Exception {
        return connect(endpoint, "/", Map.of());
    }

    private static Object receive(Callbacks callbacks, Object message) throws Throwable {
        assertThat(callbacks.receivers()).hasSize(1);
        return callbacks.receivers().get(0).receive(Strangers.SESSION, message, true);
    }

    static class Lifecycle extends Witness {
        @OnOpen
        public int open(EndpointConfig config, Session session) {
            saw("open", config, session);
            return 1;
        }

        @OnClose
        void close(CloseReason reason, Session session) {
            saw("close", reason, session);
        }

        @OnError
        private void error(Session session, Throwable failure) {
            saw("error", session, failure);
        }
    }

    static class Bare extends Witness {
        @OnOpen
        @OnClose
        void both() {
            saw("both");
        }

        @OnError
        void error(Throwable failure) {
            saw(failure);
        }
    }

    static class Mute {}

    @Test
    void callsTheLifecycleMethodsWhateverTheirAccessAndOrder() throws Throwable {
        Lifecycle endpoint = new Lifecycle();
        Callbacks callbacks = connect(endpoint);
        IOException failure = new IOException();
        callbacks.open(Strangers.SESSION, Strangers.CONFIG);
        assertThat(callbacks.error(Strangers.SESSION, failure)).isTrue();
        callbacks.close(Strangers.SESSION, Strangers.REASON);
        assertThat(endpoint.calls)
                .containsExactly(
                        List.of("open", Strangers.CONFIG, Strangers.SESSION),
                        List.of("error", Strangers.SESSION, failure),
                        List.of("close", Strangers.REASON, Strangers.SESSION));
        assertThat(callbacks.instance()).isSameAs(endpoint);
        assertThat(callbacks.receivers()).isEmpty();
    }

    @Test
    void passesOnlyWhatTheMethodWants() throws Throwable {
        Bare endpoint = new Bare();
        Callbacks callbacks = connect(endpoint);
        Error failure = new Error();
        callbacks.open(Strangers.SESSION, Strangers.CONFIG);
        callbacks.close(Strangers.SESSION, Strangers.REASON);
        callbacks.error(Strangers.SESSION, failure);
        assertThat(endpoint.calls).containsExactly(List.of("both"), List.of("both"), List.of(failure));
    }

    @Test
    void hasNoCallbackThatTheClassDoesNotHave() throws Throwable {
        Callbacks callbacks = connect(new Mute());
        callbacks.open(Strangers.SESSION, Strangers.CONFIG);
        callbacks.close(Strangers.SESSION, Strangers.REASON);
        assertThat(callbacks.error(Strangers.SESSION, new Error())).isFalse();
        assertThat(callbacks.receivers()).isEmpty();
    }

    static class Text extends Witness {
        @OnMessage
        String on(String message, Session session) {
            saw(message, session);
            return "re: " + message;
        }
    }

    static class Parts extends Witness {
        @OnMessage
        void text(boolean last, Session session, String part) {
            saw(last, part);
        }

        @OnMessage
        void binary(byte[] part, boolean last) {
            saw(part, last);
        }

        @OnMessage
        void pong(PongMessage pong) {
            saw(pong);
        }
    }

    static class Buffers {
        @OnMessage
        void parts(ByteBuffer part, boolean last) {}
    }

    static class Streams extends Witness {
        @OnMessage(maxMessageSize = 5)
        void text(Reader reader) {
            saw(reader);
        }

        @OnMessage(maxMessageSize = 5)
        void binary(InputStream stream) {
            saw(stream);
        }
    }

    static class Count extends Witness {
        @OnMessage(maxMessageSize = 5)
        long on(int message) {
            saw(message);
            return message + 1L;
        }
    }

    static class Flag {
        @OnMessage
        boolean on(boolean message) {
            return !message;
        }
    }

    static class Letter {
        @OnMessage
        Character on(Session session, Character message) {
            return message;
        }
    }

    static class Bytes {
        @OnMessage(maxMessageSize = Integer.MAX_VALUE)
        byte[] on(byte[] message) {
            return message;
        }

        @OnMessage
        static Object pong(PongMessage pong) {
            return ByteBuffer.wrap(pong.getApplicationData().array());
        }
    }

    static class Decoded extends Witness {
        @OnMessage
        URI on(URI message) {
            saw(message);
            return message;
        }
    }

    static class Limited extends Witness {
        @OnMessage(maxMessageSize = 9)
        void on(Thread message) {
            saw(message.getName());
        }
    }

    @Test
    void handsOverAWholeTextAndReturnsTheAnswer() throws Throwable {
        Text endpoint = new Text();
        Callbacks callbacks = connect(endpoint);
        assertThat(callbacks.receivers().get(0).form()).isEqualTo(Form.TEXT);
        assertThat(callbacks.receivers().get(0).maxMessageSize()).isEqualTo(Receiver.SESSION_LIMIT);
        assertThat(receive(callbacks, "hi")).isEqualTo("re: hi");
        assertThat(endpoint.calls).containsExactly(List.of("hi", Strangers.SESSION));
    }

    @Test
    void handsOverPartsAndPongs() throws Throwable {
        Parts endpoint = new Parts();
        Callbacks callbacks = connect(endpoint);
        assertThat(callbacks.receivers().stream().map(Receiver::form))
                .containsExactlyInAnyOrder(Form.TEXT_PART, Form.BYTES_PART, Form.PONG);
        byte[] part = {1};
        PongMessage pong = () -> ByteBuffer.wrap(part);
        for (Receiver receiver : callbacks.receivers()) {
            Object message = receiver.form() == Form.PONG ? pong : receiver.form() == Form.TEXT_PART ? "a" : part;
            assertThat(receiver.receive(Strangers.SESSION, message, receiver.form() == Form.BYTES_PART))
                    .isNull();
        }
        assertThat(endpoint.calls).containsExactlyInAnyOrder(List.of(false, "a"), List.of(part, true), List.of(pong));
        assertThat(connect(new Buffers()).receivers().get(0).form()).isEqualTo(Form.BUFFER_PART);
    }

    @Test
    void handsOverStreamsWithoutALimit() throws Throwable {
        Streams endpoint = new Streams();
        Callbacks callbacks = connect(endpoint);
        assertThat(callbacks.receivers().stream().map(Receiver::form))
                .containsExactlyInAnyOrder(Form.READER, Form.STREAM);
        assertThat(callbacks.receivers()).allMatch(receiver -> receiver.maxMessageSize() == Receiver.SESSION_LIMIT);
        Reader reader = new StringReader("");
        InputStream stream = InputStream.nullInputStream();
        for (Receiver receiver : callbacks.receivers()) {
            receiver.receive(Strangers.SESSION, receiver.form() == Form.READER ? reader : stream, true);
        }
        assertThat(endpoint.calls).containsExactlyInAnyOrder(List.of(reader), List.of(stream));
    }

    @Test
    void convertsTextToPrimitivesAndBoxesAndBoxesTheAnswer() throws Throwable {
        Callbacks number = connect(new Count());
        assertThat(number.receivers().get(0).maxMessageSize()).isEqualTo(5);
        assertThat(receive(number, "41")).isEqualTo(42L);
        assertThatThrownBy(() -> receive(number, "x"))
                .isInstanceOf(DecodeException.class)
                .hasMessage("\"x\" is no int");
        assertThat(receive(connect(new Flag()), "true")).isEqualTo(false);
        assertThat(receive(connect(new Letter()), "x")).isEqualTo('x');
    }

    @Test
    void callsStaticMethodsToo() throws Throwable {
        Callbacks callbacks = connect(new Bytes());
        byte[] message = {7};
        for (Receiver receiver : callbacks.receivers()) {
            PongMessage pong = () -> ByteBuffer.wrap(message);
            boolean bytes = receiver.form() == Form.BYTES;
            assertThat(receiver.receive(Strangers.SESSION, bytes ? message : pong, true))
                    .isEqualTo(bytes ? message : ByteBuffer.wrap(message));
            assertThat(receiver.maxMessageSize()).isEqualTo(bytes ? Integer.MAX_VALUE : Receiver.SESSION_LIMIT);
        }
        assertThat(callbacks.receivers()).hasSize(2);
    }

    @Test
    void takesBothKindsOfMessageWhenBothCanBeDecoded() throws Throwable {
        Decoded endpoint = new Decoded();
        Callbacks callbacks = connect(endpoint);
        assertThat(callbacks.receivers().stream().map(Receiver::form)).containsExactly(Form.TEXT, Form.STREAM);
        URI uri = URI.create("/a");
        assertThat(callbacks.receivers().get(0).receive(Strangers.SESSION, "/a", true))
                .isEqualTo(uri);
        assertThat(callbacks.receivers().get(0).receive(Strangers.SESSION, "", true))
                .isNull();
        InputStream stream = new java.io.ByteArrayInputStream(new byte[] {'/', 'a'});
        assertThat(callbacks.receivers().get(1).receive(Strangers.SESSION, stream, true))
                .isEqualTo(uri);
        assertThat(endpoint.calls).containsExactly(List.of(uri), Arrays.asList((Object) null), List.of(uri));
    }

    @Test
    void collectsAMessageOfLimitedSizeForADecoderOfStreams() throws Throwable {
        Limited endpoint = new Limited();
        Callbacks callbacks = connect(endpoint);
        assertThat(callbacks.receivers().get(0).form()).isEqualTo(Form.TEXT);
        assertThat(callbacks.receivers().get(0).maxMessageSize()).isEqualTo(9);
        receive(callbacks, "xy");
        assertThat(endpoint.calls).containsExactly(List.of("x"));
    }

    static class Paths extends Witness {
        @OnOpen
        void open(@PathParam("s") String s, @PathParam("b") Boolean b, @PathParam("no") String no) {
            saw(s, b, no);
        }

        @OnMessage
        void on(
                @PathParam("i") int i,
                boolean last,
                @PathParam("s") String s,
                String part,
                @PathParam("i") Long again,
                Session session,
                @PathParam("b") boolean b) {
            saw(i, last, s, part, again, session, b);
        }

        @OnClose
        void close(@PathParam("i") double i, @PathParam("none") Integer none) {
            saw(i, none);
        }

        @OnError
        void error(@PathParam("s") char s, Throwable failure) {
            saw(s, failure);
        }
    }

    @Test
    void givesEachMethodThePathParametersThatItNames() throws Throwable {
        Paths endpoint = new Paths();
        Callbacks callbacks = connect(endpoint, "/{s}/{i}/{b}", Map.of("s", "x", "i", "7", "b", "true"));
        Error failure = new Error();
        callbacks.open(Strangers.SESSION, Strangers.CONFIG);
        callbacks.receivers().get(0).receive(Strangers.SESSION, "part", false);
        callbacks.receivers().get(0).receive(Strangers.SESSION, "end", true);
        callbacks.error(Strangers.SESSION, failure);
        callbacks.close(Strangers.SESSION, Strangers.REASON);
        assertThat(endpoint.calls)
                .containsExactly(
                        Arrays.asList("x", true, null),
                        List.of(7, false, "x", "part", 7L, Strangers.SESSION, true),
                        List.of(7, true, "x", "end", 7L, Strangers.SESSION, true),
                        List.of('x', failure),
                        Arrays.asList(7.0, null));
    }

    @Test
    void failsEachCallWithTheSegmentThatCannotBeDecoded() throws Throwable {
        Paths endpoint = new Paths();
        Callbacks callbacks = connect(endpoint, "/{s}/{i}/{b}", Map.of("s", "xy", "i", "seven", "b", "true"));
        callbacks.open(Strangers.SESSION, Strangers.CONFIG);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> callbacks.receivers().get(0).receive(Strangers.SESSION, "a", true))
                    .isInstanceOfSatisfying(
                            DecodeException.class, e -> assertThat(e.getText()).isEqualTo("seven"))
                    .hasMessage("\"seven\" is no int");
        }
        assertThatThrownBy(() -> callbacks.close(Strangers.SESSION, Strangers.REASON))
                .hasMessage("\"seven\" is no double");
        assertThat(endpoint.calls).hasSize(1);
    }

    @Test
    void takesTheFirstOfSeveralCharactersAndAMissingBooleanForFalse() throws Throwable {
        class Lenient {
            final List<Object> saw = new ArrayList<>();

            @OnMessage
            void on(char message, @PathParam("none") Boolean none) {
                saw.add(message);
                saw.add(none);
            }
        }
        Lenient endpoint = new Lenient();
        Receiver receiver =
                connect(endpoint, "/{s}", Map.of("s", "x")).receivers().get(0);
        receiver.receive(Strangers.SESSION, "xyz", true);
        assertThat(endpoint.saw).containsExactly('x', false);
        assertThatThrownBy(() -> receiver.receive(Strangers.SESSION, "", true)).hasMessage("\"\" is no char");
    }

    static class Throwing {
        @OnOpen
        void open() throws IOException {
            throw new IOException("open");
        }

        @OnMessage
        void on(String message) {
            throw new StackOverflowError(message);
        }
    }

    @Test
    void letsThroughWhatAMethodThrows() throws Throwable {
        Callbacks callbacks = connect(new Throwing());
        assertThatThrownBy(() -> callbacks.open(Strangers.SESSION, Strangers.CONFIG))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("open");
        assertThatThrownBy(() -> receive(callbacks, "deep"))
                .isExactlyInstanceOf(StackOverflowError.class)
                .hasMessage("deep");
    }

    static class Silent {
        int calls;

        @OnMessage
        void text(@PathParam("i") int i, boolean last, Session session, String part, @PathParam("b") boolean b) {
            calls++;
        }

        @OnMessage
        byte[] binary(byte[] message, Session session) {
            calls++;
            return message;
        }
    }

    @Test
    void allocatesNothingForACall() throws Throwable {
        Silent endpoint = new Silent();
        Callbacks callbacks = connect(endpoint, "/{i}/{b}", Map.of("i", "123456", "b", "true"));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Receiver[] receivers = callbacks.receivers().toArray(new Receiver[0]);
        byte[] message = {1};
        long allocated = 0;
        for (int i = 0; i < 100_000; i++) {
            if (i == 50_000) { // what the first calls make of the handles is made once
                allocated = threads.getCurrentThreadAllocatedBytes();
            }
            for (Receiver receiver : receivers) {
                receiver.receive(Strangers.SESSION, receiver.form() == Form.BYTES ? message : "part", (i & 1) == 0);
            }
        }
        assertThat(endpoint.calls).isEqualTo(200_000);
        assertThat(threads.getCurrentThreadAllocatedBytes() - allocated).isLessThan(100_000);
    }

    // Inheritance

    static class Base<T> extends Witness {
        @OnOpen
        void open() {
            saw("base open");
        }

        @OnMessage
        public T on(T message) {
            saw("base", message);
            return message;
        }

        @OnClose
        private void close() {
            saw("base close");
        }
    }

    static class Inheriting extends Base<Integer> {}

    static class Overriding extends Base<URI> {
        @Override
        @OnMessage
        public URI on(URI message) {
            saw("overriding", message);
            return message;
        }
    }

    static class Silencing extends Base<URI> {
        @Override
        void open() {
            saw("not a callback");
        }

        @Override
        public URI on(URI message) {
            return message;
        }

        private void close() {}
    }

    static class UnderSilence extends Silencing {}

    @Test
    void takesTheMethodsOfSuperclassesWithTheirTypes() throws Throwable {
        Inheriting endpoint = new Inheriting();
        Callbacks callbacks = connect(endpoint);
        assertThat(callbacks.receivers().stream().map(Receiver::form)).containsExactly(Form.TEXT);
        assertThat(receive(callbacks, "7")).isEqualTo(7);
        callbacks.open(Strangers.SESSION, Strangers.CONFIG);
        assertThat(endpoint.calls).containsExactly(List.of("base", 7), List.of("base open"));
    }

    @Test
    void callsAnOverridingMethodThatIsAnnotatedOnce() throws Throwable {
        Overriding endpoint = new Overriding();
        Callbacks callbacks = connect(endpoint);
        assertThat(callbacks.receivers()).hasSize(2);
        callbacks.receivers().get(0).receive(Strangers.SESSION, "/a", true);
        assertThat(endpoint.calls).containsExactly(List.of("overriding", URI.create("/a")));
    }

    @ParameterizedTest
    @ValueSource(classes = {Silencing.class, UnderSilence.class})
    void callsNoMethodThatIsOverriddenWithoutAnnotation(Class<?> type) throws Throwable {
        Witness endpoint = (Witness) type.getDeclaredConstructor().newInstance();
        Callbacks callbacks = connect(endpoint);
        callbacks.open(Strangers.SESSION, Strangers.CONFIG);
        assertThat(callbacks.receivers()).isEmpty();
        callbacks.close(Strangers.SESSION, Strangers.REASON); // private methods override nothing
        assertThat(endpoint.calls).containsExactly(List.of("base close"));
    }

    @Test
    void callsAProxyThroughTheMethodsOfItsSuperclass() throws Throwable {
        CoderTable table = CoderTable.of(List.of(), List.of());
        AnnotatedEndpoint endpoint = AnnotatedEndpoint.ofClient(Text.class, table);
        assertThat(endpoint.type()).isEqualTo(Text.class);
        Text proxy = new Text() {
            @Override
            String on(String message, Session session) {
                return "proxied " + super.on(message, session);
            }
        };
        Coders coders = table.connect(Strangers.CONFIG, Instances.BY_CONSTRUCTOR);
        assertThat(receive(endpoint.connect(proxy, Map.of(), coders), "a")).isEqualTo("proxied re: a");
        assertThatThrownBy(() -> endpoint.connect("stranger", Map.of(), coders))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("An endpoint's instance is a " + Text.class.getName() + ", not a java.lang.String");
    }
}
