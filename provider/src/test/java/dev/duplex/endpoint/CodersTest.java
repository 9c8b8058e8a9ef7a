package dev.duplex.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.EncodeException;
import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.Writer;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CodersTest {
    /** What coders did, in order: they are made by their class and have nowhere else to tell. */
    private static final List<String> LOG = Collections.synchronizedList(new ArrayList<>());

    private static volatile CountDownLatch inside = new CountDownLatch(1);
    private static volatile CountDownLatch leave = new CountDownLatch(0);

    private final List<Object> destroyed = new ArrayList<>();

    private final Instances instances = new Instances() {
        @Override
        public <T> T create(Class<T> type) throws InstantiationException {
            return BY_CONSTRUCTOR.create(type);
        }

        @Override
        public void destroy(Object instance) {
            destroyed.add(instance.getClass());
        }
    };

    @BeforeEach
    void forget() {
        LOG.clear();
        inside = new CountDownLatch(1);
        leave = new CountDownLatch(0);
    }

    private static void log(Object coder, String what) {
        LOG.add(coder.getClass().getSimpleName() + " " + what);
    }

    private Coders coders(Class<?>... classes) throws DeploymentException, InstantiationException {
        return table(classes).connect(Strangers.CONFIG, instances);
    }

    private static CoderTable table(Class<?>... classes) throws DeploymentException {
        List<Class<? extends Encoder>> encoders = new ArrayList<>();
        List<Class<? extends Decoder>> decoders = new ArrayList<>();
        for (Class<?> type : classes) {
            if (Encoder.class.isAssignableFrom(type)) {
                encoders.add(type.asSubclass(Encoder.class));
            }
            if (Decoder.class.isAssignableFrom(type)) {
                decoders.add(type.asSubclass(Decoder.class));
            }
        }
        return CoderTable.of(encoders, decoders);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    // Encoders

    static class NumberText implements Encoder.Text<Number> {
        @Override
        public String encode(Number number) {
            return "number " + number;
        }
    }

    static class LongText implements Encoder.Text<Long> {
        @Override
        public String encode(Long number) {
            return "long " + number;
        }
    }

    static class StringBinary implements Encoder.Binary<String> {
        @Override
        public ByteBuffer encode(String text) throws EncodeException {
            if (text.isEmpty()) {
                throw new EncodeException(text, "nothing to say");
            }
            return bytes(text);
        }
    }

    static class UriWriter implements Encoder.TextStream<URI> {
        @Override
        public void encode(URI uri, Writer writer) throws IOException {
            writer.write("uri ");
            if (uri.isOpaque()) {
                throw new IOException("opaque");
            }
            writer.append(uri.toString()).close();
        }
    }

    static class ListStream implements Encoder.BinaryStream<List<String>> {
        @Override
        public void encode(List<String> list, OutputStream stream) throws IOException {
            for (String text : list) {
                stream.write(text.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    static class NullText implements Encoder.Text<Thread> {
        @Override
        public String encode(Thread thread) {
            return null;
        }
    }

    static class Slow implements Encoder.Text<Thread> {
        @Override
        public String encode(Thread thread) {
            log(this, "in");
            inside.countDown();
            try {
                assertThat(leave.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            log(this, "out");
            return "slow";
        }

        @Override
        public void destroy() {
            log(this, "destroyed");
        }
    }

    @Test
    void sendsStringsBytesAndBoxesWithoutAnEncoder() throws Exception {
        Coders coders = coders();
        ByteBuffer buffer = bytes("x");
        assertThat(coders.encode("text")).isEqualTo("text");
        assertThat(coders.encode(buffer)).isSameAs(buffer);
        assertThat(coders.encode(new byte[] {1, 2})).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
        for (Object box : List.of(true, (byte) 1, (short) 2, 3, 4L, 5.5f, 6.5, 'c')) {
            assertThat(coders.encode(box)).isEqualTo(box.toString());
        }
    }

    @Test
    void takesTheFirstEncoderOfTheTypeOrOfASuperclass() throws Exception {
        assertThat(coders(NumberText.class, LongText.class).encode(1L)).isEqualTo("number 1");
        assertThat(coders(LongText.class, NumberText.class).encode(1L)).isEqualTo("long 1");
        assertThat(coders(LongText.class, NumberText.class).encode(1)).isEqualTo("number 1");
        assertThat(coders(LongText.class).encode(1)).isEqualTo("1");
    }

    @Test
    void prefersAnEncoderToWhatIsBuiltIn() throws Exception {
        assertThat(coders(StringBinary.class).encode("é")).isEqualTo(bytes("é"));
    }

    @Test
    void collectsWhatAnEncoderWrites() throws Exception {
        Coders coders = coders(UriWriter.class, ListStream.class);
        assertThat(coders.encode(URI.create("/a"))).isEqualTo("uri /a");
        assertThat(coders.encode(List.of("a", "b"))).isEqualTo(bytes("ab"));
        assertThat(coders.encode(List.of())).isEqualTo(bytes(""));
    }

    @Test
    void letsThroughWhatAnEncoderThrows() throws Exception {
        Coders coders = coders(UriWriter.class, StringBinary.class, ListStream.class);
        assertThatThrownBy(() -> coders.encode(URI.create("a:b")))
                .isInstanceOf(IOException.class)
                .hasMessage("opaque");
        assertThatThrownBy(() -> coders.encode(""))
                .isInstanceOf(EncodeException.class)
                .hasMessage("nothing to say");
        assertThatThrownBy(() -> coders.encode(Collections.singletonList(null)))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void namesWhatNoEncoderTakes() throws Exception {
        Coders coders = coders(NullText.class);
        assertThatThrownBy(() -> coders.encode(new int[0]))
                .isInstanceOf(EncodeException.class)
                .hasMessage("No encoder takes a int[]: name one in the endpoint's configuration");
        Thread message = Thread.currentThread();
        assertThatThrownBy(() -> coders.encode(message))
                .isInstanceOfSatisfying(
                        EncodeException.class, e -> assertThat(e.getObject()).isSameAs(message))
                .hasMessage(NullText.class.getName() + " must not encode to null");
    }

    @Test
    void letsOneThreadAtATimeIntoAnEncoderAndDestroysItWhenThatHasLeft() throws Exception {
        leave = new CountDownLatch(1);
        Coders coders = coders(Slow.class);
        FutureTask<Object> first = new FutureTask<>(() -> coders.encode(Thread.currentThread()));
        FutureTask<Object> second = new FutureTask<>(() -> coders.encode(Thread.currentThread()));
        Thread.ofVirtual().start(first);
        assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
        Thread.ofVirtual().start(second);
        coders.destroy(); // and waits for nobody
        assertThat(LOG).containsExactly("Slow in");
        leave.countDown();
        assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo("slow");
        assertThatThrownBy(() -> second.get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining("The connection has ended, and so has " + Slow.class.getName());
        assertThat(LOG).containsExactly("Slow in", "Slow out", "Slow destroyed");
    }

    // The life of a coder

    static class Lively implements Encoder.Text<URI>, Decoder.Text<URI> {
        Lively() {
            log(this, "made");
        }

        @Override
        public void init(EndpointConfig config) {
            assertThat(config).isSameAs(Strangers.CONFIG);
            log(this, "init");
        }

        @Override
        public void destroy() {
            log(this, "destroy");
            throw new IllegalStateException("must not keep the others alive");
        }

        @Override
        public String encode(URI uri) {
            return uri.toString();
        }

        @Override
        public URI decode(String text) {
            return URI.create(text);
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }
    }

    static class BadInit extends LongText {
        @Override
        public void init(EndpointConfig config) {
            throw new IllegalStateException("no key");
        }

        @Override
        public void destroy() {
            throw new AssertionError("never came into service");
        }
    }

    static class BadConstructor extends LongText {
        BadConstructor() {
            throw new IllegalStateException("no licence");
        }
    }

    @Test
    void makesInitialisesAndDestroysEachCoderOnce() throws Exception {
        Coders coders = coders(Lively.class);
        assertThat(LOG).containsExactly("Lively made", "Lively init", "Lively made", "Lively init");
        List<LogRecord> logged = logged(() -> {
            coders.destroy();
            coders.destroy();
        });
        assertThat(logged)
                .extracting(LogRecord::getMessage)
                .containsExactly(
                        "The destroy of " + Lively.class.getName() + " must not throw",
                        "The destroy of " + Lively.class.getName() + " must not throw");
        assertThat(LOG).hasSize(6).endsWith("Lively destroy", "Lively destroy");
        assertThat(destroyed).containsExactly(Lively.class, Lively.class);
    }

    private static List<LogRecord> logged(Runnable action) {
        List<LogRecord> logged = new ArrayList<>();
        Logger logger = Logger.getLogger(Coders.class.getName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.add(entry);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            action.run();
        } finally {
            logger.setUseParentHandlers(true);
            logger.removeHandler(handler);
        }
        return logged;
    }

    @Test
    void makesNewOnesForEachConnection() throws Exception {
        CoderTable table = table(Lively.class);
        assertThat(LOG).isEmpty();
        table.connect(Strangers.CONFIG, instances);
        table.connect(Strangers.CONFIG, instances);
        assertThat(LOG).hasSize(8);
    }

    @Test
    void destroysWhatWasMadeWhenOneCannotBe() {
        assertThatThrownBy(() -> coders(NumberText.class, BadInit.class))
                .isInstanceOf(InstantiationException.class)
                .hasMessage("The init of " + BadInit.class.getName()
                        + " must not throw: java.lang.IllegalStateException: no key")
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(destroyed).containsExactly(BadInit.class, NumberText.class);
        destroyed.clear();
        assertThatThrownBy(() -> coders(NumberText.class, BadConstructor.class))
                .isInstanceOf(InstantiationException.class)
                .hasMessageContaining(BadConstructor.class.getName())
                .hasMessageContaining("no licence");
        assertThat(destroyed).containsExactly(NumberText.class);
    }

    // What is no coder

    static class Neither implements Encoder {}

    static class NeitherDecoder implements Decoder {}

    static class Untyped<T> implements Decoder.TextStream<T> {
        @Override
        public T decode(Reader reader) {
            return null;
        }
    }

    abstract static class AbstractText implements Encoder.Text<URI> {}

    @Test
    void refusesClassesThatAreNoUsableCoders() {
        assertThatThrownBy(() -> table(Neither.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessage(Neither.class.getName()
                        + " must implement Encoder.Text, .TextStream, .Binary or .BinaryStream");
        assertThatThrownBy(() -> table(NeitherDecoder.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessage(NeitherDecoder.class.getName()
                        + " must implement Decoder.Text, .TextStream, .Binary or .BinaryStream");
        assertThatThrownBy(() -> table(Untyped.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessage(
                        Untyped.class.getName() + " does not tell the type argument of Decoder.TextStream: declare it "
                                + "as Decoder.TextStream<YourType>");
        assertThatThrownBy(() -> table(AbstractText.class))
                .isInstanceOf(DeploymentException.class)
                .hasMessage(AbstractText.class.getName()
                        + " is abstract, but each connection needs an instance: name a concrete class");
    }

    // Decoders and handlers

    record Value(String decoder, String text) {}

    abstract static class ValueText implements Decoder.Text<Value> {
        private final String prefix;

        ValueText(String prefix) {
            this.prefix = prefix;
        }

        @Override
        public Value decode(String text) throws DecodeException {
            if (text.endsWith("!")) {
                throw new DecodeException(text, "too loud");
            }
            if (text.endsWith("?")) {
                throw new IllegalStateException("asked");
            }
            return new Value(getClass().getSimpleName(), text);
        }

        @Override
        public boolean willDecode(String text) {
            log(this, "asked");
            return text.startsWith(prefix);
        }
    }

    static class A extends ValueText {
        A() {
            super("a");
        }
    }

    static class AB extends ValueText {
        AB() {
            super("");
        }

        @Override
        public boolean willDecode(String text) {
            return super.willDecode(text) && (text.startsWith("a") || text.startsWith("b"));
        }
    }

    static class ValueReader implements Decoder.TextStream<Value> {
        @Override
        public Value decode(Reader reader) throws IOException {
            StringBuilder text = new StringBuilder();
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                text.append((char) c);
            }
            if (text.isEmpty()) {
                throw new IOException("empty");
            }
            return new Value("ValueReader", text.toString());
        }
    }

    static class GreedyValue implements Decoder.Binary<Value> {
        @Override
        public Value decode(ByteBuffer bytes) {
            return new Value("GreedyValue", StandardCharsets.UTF_8.decode(bytes).toString());
        }

        @Override
        public boolean willDecode(ByteBuffer bytes) {
            boolean willing = bytes.get() == 'g';
            bytes.position(bytes.limit());
            return willing;
        }
    }

    static class GreedierValue extends GreedyValue {
        @Override
        public boolean willDecode(ByteBuffer bytes) {
            super.willDecode(bytes);
            return true;
        }
    }

    static class ValueStream implements Decoder.BinaryStream<Value> {
        @Override
        public Value decode(InputStream stream) throws IOException {
            return new Value("ValueStream", new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    static class Words implements Decoder.Text<Integer> {
        @Override
        public Integer decode(String text) {
            return 1;
        }

        @Override
        public boolean willDecode(String text) {
            return text.equals("one");
        }
    }

    static class Shout implements Decoder.Text<String> {
        @Override
        public String decode(String text) {
            return text + "!";
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }
    }

    private final List<Object> received = new ArrayList<>();
    private final MessageHandler.Whole<Value> values = new MessageHandler.Whole<>() {
        @Override
        public void onMessage(Value message) {
            received.add(message);
        }
    };

    private void receive(Receiver receiver, Object message) throws Exception {
        try {
            assertThat(receiver.receive(Strangers.SESSION, message, true)).isNull();
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void asksDecodersInTheirOrderAndTakesTheFirstThatIsWilling() throws Exception {
        Receiver receiver = coders(A.class, AB.class).receivers(values).get(0);
        assertThat(receiver.form()).isEqualTo(Form.TEXT);
        assertThat(receiver.maxMessageSize()).isEqualTo(Receiver.SESSION_LIMIT);
        receive(receiver, "a");
        receive(receiver, "b");
        assertThat(received).containsExactly(new Value("A", "a"), new Value("AB", "b"));
        assertThat(LOG).containsExactly("A asked", "A asked", "AB asked");
    }

    @Test
    void failsWithTheMessageWhenNoDecoderIsWilling() throws Exception {
        Receiver text = coders(A.class, AB.class).receivers(values).get(0);
        assertThatThrownBy(() -> receive(text, "c"))
                .isInstanceOfSatisfying(
                        DecodeException.class, e -> assertThat(e.getText()).isEqualTo("c"))
                .hasMessage(A.class.getName() + " and " + AB.class.getName()
                        + " will not decode this message, and nothing else makes a " + Value.class.getName()
                        + " of it");
        ByteBuffer message = bytes("c");
        Receiver binary = coders(GreedyValue.class).receivers(values).get(0);
        assertThatThrownBy(() -> receive(binary, message))
                .isInstanceOfSatisfying(
                        DecodeException.class, e -> assertThat(e.getBytes()).isSameAs(message))
                .hasMessageStartingWith(GreedyValue.class.getName() + " will not decode this message");
    }

    @Test
    void letsThroughWhatADecoderThrows() throws Exception {
        Receiver receiver = coders(A.class).receivers(values).get(0);
        assertThatThrownBy(() -> receive(receiver, "a!"))
                .isInstanceOf(DecodeException.class)
                .hasMessage("too loud");
        assertThatThrownBy(() -> receive(receiver, "a?"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("asked");
        Receiver stream = coders(ValueReader.class).receivers(values).get(0);
        assertThatThrownBy(() -> receive(stream, new StringReader("")))
                .isInstanceOf(IOException.class)
                .hasMessage("empty");
    }

    @Test
    void showsEachDecoderTheBufferAsItCame() throws Exception {
        Receiver receiver =
                coders(GreedyValue.class, GreedierValue.class).receivers(values).get(0);
        assertThat(receiver.form()).isEqualTo(Form.BUFFER);
        receive(receiver, bytes("gx"));
        receive(receiver, bytes("hx"));
        assertThat(received).containsExactly(new Value("GreedyValue", "gx"), new Value("GreedyValue", "hx"));
    }

    @Test
    void readsAStreamAsItComesOnlyWhenNoOtherDecoderIsAskedBefore() throws Exception {
        Receiver first = coders(ValueReader.class, A.class).receivers(values).get(0);
        assertThat(first.form()).isEqualTo(Form.READER);
        receive(first, new StringReader("a"));
        Receiver behind = coders(A.class, ValueReader.class).receivers(values).get(0);
        assertThat(behind.form()).isEqualTo(Form.TEXT);
        receive(behind, "a");
        receive(behind, "x");
        Receiver stream = coders(ValueStream.class).receivers(values).get(0);
        assertThat(stream.form()).isEqualTo(Form.STREAM);
        receive(stream, new ByteArrayInputStream(new byte[] {'s'}));
        Receiver collected =
                coders(GreedyValue.class, ValueStream.class).receivers(values).get(0);
        assertThat(collected.form()).isEqualTo(Form.BUFFER);
        receive(collected, bytes("h"));
        receive(
                collected,
                ByteBuffer.wrap(new byte[] {'x', 'h', 'i', 'x'}, 1, 2).slice());
        assertThat(received)
                .containsExactly(
                        new Value("ValueReader", "a"),
                        new Value("A", "a"),
                        new Value("ValueReader", "x"),
                        new Value("ValueStream", "s"),
                        new Value("ValueStream", "h"),
                        new Value("ValueStream", "hi"));
    }

    @Test
    void receivesBothKindsWhenBothCanBeDecoded() throws Exception {
        assertThat(coders(ValueStream.class, A.class).receivers(values).stream().map(Receiver::form))
                .containsExactly(Form.TEXT, Form.STREAM);
    }

    @Test
    void decodesToASuperclassOfWhatTheDecoderMakes() throws Exception {
        Coders coders = coders(A.class);
        receive(
                coders.receivers(Record.class, (MessageHandler.Whole<Record>) received::add)
                        .get(0),
                "a");
        assertThat(received).containsExactly(new Value("A", "a"));
    }

    @Test
    void prefersADecoderToWhatIsBuiltInAndFallsBackOnIt() throws Exception {
        Coders coders = coders(Words.class, Shout.class);
        receive(
                coders.receivers(String.class, (MessageHandler.Whole<String>) received::add)
                        .get(0),
                "hey");
        Receiver number = coders.receivers(Integer.class, (MessageHandler.Whole<Integer>) received::add)
                .get(0);
        receive(number, "one");
        receive(number, "2");
        assertThat(received).containsExactly("hey!", 1, 2);
        assertThatThrownBy(() -> receive(number, "two"))
                .isInstanceOf(DecodeException.class)
                .hasMessage("\"two\" is no Integer");
    }

    private Form wholeForm(Class<?> type) throws Exception {
        List<Receiver> receivers = whole(coders(), type);
        assertThat(receivers).hasSize(1);
        return receivers.get(0).form();
    }

    private <T> List<Receiver> whole(Coders coders, Class<T> type) {
        MessageHandler.Whole<T> handler = received::add;
        return coders.receivers(type, handler);
    }

    private <T> List<Receiver> partial(Coders coders, Class<T> type) {
        MessageHandler.Partial<T> handler = (part, last) -> {
            received.add(part);
            received.add(last);
        };
        return coders.receivers(type, handler);
    }

    @Test
    void handsOverWholeMessagesOfEveryNativeType() throws Exception {
        assertThat(wholeForm(String.class)).isEqualTo(Form.TEXT);
        assertThat(wholeForm(Reader.class)).isEqualTo(Form.READER);
        assertThat(wholeForm(ByteBuffer.class)).isEqualTo(Form.BUFFER);
        assertThat(wholeForm(byte[].class)).isEqualTo(Form.BYTES);
        assertThat(wholeForm(InputStream.class)).isEqualTo(Form.STREAM);
        assertThat(wholeForm(PongMessage.class)).isEqualTo(Form.PONG);
        assertThat(wholeForm(Character.class)).isEqualTo(Form.TEXT);
        byte[] message = {1};
        receive(whole(coders(), byte[].class).get(0), message);
        assertThat(received).singleElement().isSameAs(message);
    }

    @Test
    void handsOverPartsWithTheirFlag() throws Throwable {
        assertThat(partial(coders(), ByteBuffer.class).get(0).form()).isEqualTo(Form.BUFFER_PART);
        assertThat(partial(coders(), byte[].class).get(0).form()).isEqualTo(Form.BYTES_PART);
        Receiver text = partial(coders(Shout.class), String.class).get(0);
        assertThat(text.form()).isEqualTo(Form.TEXT_PART);
        text.receive(Strangers.SESSION, "a", false);
        text.receive(Strangers.SESSION, "b", true);
        assertThat(received).containsExactly("a", false, "b", true);
    }

    @ParameterizedTest
    @ValueSource(classes = {Reader.class, Value.class, Integer.class, PongMessage.class})
    void refusesPartsOfAnythingElse(Class<?> type) throws Exception {
        Coders coders = coders(A.class);
        assertThatThrownBy(() -> partial(coders, type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Parts of messages are String, ByteBuffer or byte[], not " + type.getName());
    }

    @ParameterizedTest
    @ValueSource(classes = {Value.class, Object.class, int[].class, void.class, StringReader.class})
    void refusesATypeThatNothingMakes(Class<?> type) throws Exception {
        Coders coders = coders();
        assertThatThrownBy(() -> whole(coders, type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("No decoder makes a " + type.getTypeName()
                        + " from a message: name one in the endpoint's configuration");
    }

    static class TextAndBytes implements MessageHandler.Whole<String>, MessageHandler.Partial<byte[]> {
        @Override
        public void onMessage(String message) {}

        @Override
        public void onMessage(byte[] part, boolean last) {}
    }

    @Test
    void takesAHandlerOfWholesAndPartsForBoth() throws Exception {
        assertThat(coders().receivers(new TextAndBytes()).stream().map(Receiver::form))
                .containsExactly(Form.TEXT, Form.BYTES_PART);
    }

    @Test
    void refusesAHandlerThatDoesNotTellItsTypeAndNamesTheMethodThatDoes() throws Exception {
        Coders coders = coders();
        MessageHandler.Whole<String> whole = message -> {};
        MessageHandler.Partial<String> partial = (part, last) -> {};
        assertThatThrownBy(() -> coders.receivers((MessageHandler) whole))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        whole.getClass().getName() + " does not tell the type of its messages, as a lambda never does: "
                                + "call addMessageHandler(Class, MessageHandler.Whole)");
        assertThatThrownBy(() -> coders.receivers((MessageHandler) partial))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("call addMessageHandler(Class, MessageHandler.Partial)");
        assertThatThrownBy(() -> coders.receivers(new MessageHandler() {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("A message handler is a MessageHandler.Whole or a MessageHandler.Partial: ");
    }
}
