package dev.duplex.tck.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.EncodeException;
import jakarta.websocket.Encoder;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Encoders and decoders: chapters 3, 4.1.2, 4.1.3, 4.2.1 and 4.2.2. */
@SuppressWarnings("try") // some connections are only there to be open
class CoderTest {
    /** A fruit; on the wire {@code fruit:name}. */
    public static class Fruit {
        final String name;

        Fruit(String name) {
            this.name = name;
        }
    }

    public static final class Apple extends Fruit {
        Apple() {
            super("apple");
        }
    }

    public static class FruitEncoder implements Encoder.Text<Fruit> {
        @Override
        public String encode(Fruit fruit) {
            return "fruit:" + fruit.name;
        }
    }

    public static class FruitDecoder implements Decoder.Text<Fruit> {
        @Override
        public Fruit decode(String text) throws DecodeException {
            if (text.equals("fruit:stone")) {
                throw new DecodeException(text, "a stone is no fruit");
            }
            return new Fruit(text.substring("fruit:".length()));
        }

        @Override
        public boolean willDecode(String text) {
            return text.startsWith("fruit:");
        }
    }

    public static final class UpperCaseDecoder implements Decoder.Text<Fruit> {
        @Override
        public Fruit decode(String text) {
            return new Fruit("upper case " + text);
        }

        @Override
        public boolean willDecode(String text) {
            return text.equals(text.toUpperCase(Locale.ROOT));
        }
    }

    @ServerEndpoint(
            value = "/fruit",
            encoders = FruitEncoder.class,
            decoders = {UpperCaseDecoder.class, FruitDecoder.class},
            configurator = Recording.class)
    public static class Fruits {
        @OnMessage
        public Fruit fruit(Fruit fruit) {
            return new Fruit("a " + fruit.name);
        }

        @OnError
        public void error(Session session, Throwable failure) {
            Events.of(session).add(failure);
        }
    }

    @Test
    void anAnnotatedServerUsesItsEncodersAndDecoders() throws Exception {
        try (Deployed server = Deployed.of(Fruits.class);
                Caller caller = server.call("/fruit")) {
            assertThat(caller.ask("fruit:pear")).isEqualTo("fruit:a pear");
        }
    }

    @Test
    void willDecodeChoosesTheFirstDecoderThatAgrees() throws Exception {
        try (Deployed server = Deployed.of(Fruits.class);
                Caller caller = server.call("/fruit")) {
            assertThat(caller.ask("FRUIT:PEAR")).isEqualTo("fruit:a upper case FRUIT:PEAR");
            assertThat(caller.ask("fruit:pear")).isEqualTo("fruit:a pear");
        }
    }

    @Test
    void whatNoDecoderAcceptsIsADecodeExceptionAndTheConnectionStaysOpen() throws Exception {
        try (Deployed server = Deployed.of(Fruits.class);
                Caller caller = server.call("/fruit")) {
            caller.send("neither");
            assertThat(server.events().next(DecodeException.class).getText()).isEqualTo("neither");
            assertThat(caller.ask("fruit:pear")).isEqualTo("fruit:a pear");
        }
    }

    @Test
    void aDecodersExceptionGoesToOnErrorAndTheConnectionStaysOpen() throws Exception {
        try (Deployed server = Deployed.of(Fruits.class);
                Caller caller = server.call("/fruit")) {
            caller.send("fruit:stone");
            assertThat(server.events().next(DecodeException.class)).hasMessage("a stone is no fruit");
            assertThat(caller.ask("fruit:pear")).isEqualTo("fruit:a pear");
        }
    }

    @ServerEndpoint(value = "/apple", encoders = FruitEncoder.class)
    public static class Apples {
        @OnMessage
        public void send(String how, Session session) throws Exception {
            switch (how) {
                case "basic" -> session.getBasicRemote().sendObject(new Apple());
                case "async" -> session.getAsyncRemote().sendObject(new Apple()).get();
                default -> throw new IllegalArgumentException(how);
            }
        }
    }

    @Test
    void anEncoderServesSubclassesOfItsTypeToo() throws Exception {
        try (Deployed server = Deployed.of(Apples.class);
                Caller caller = server.call("/apple")) {
            assertThat(caller.ask("basic")).isEqualTo("fruit:apple");
            assertThat(caller.ask("async")).isEqualTo("fruit:apple");
        }
    }

    @ClientEndpoint(
            encoders = FruitEncoder.class,
            decoders = {UpperCaseDecoder.class, FruitDecoder.class})
    public static class FruitClient {
        final Events events = new Events();

        @OnMessage
        public void fruit(Fruit fruit) {
            events.add(fruit.name);
        }

        @OnError
        public void error(Throwable failure) {
            events.add(failure);
        }
    }

    @Test
    void anAnnotatedClientUsesItsEncoders() throws Exception {
        FruitClient client = new FruitClient();
        try (Deployed server = Deployed.of(Fruits.class);
                Session session = server.connect(client, "/fruit")) {
            session.getBasicRemote().sendObject(new Apple());
            client.events.expect("a apple");
        }
    }

    @Test
    void anAnnotatedClientUsesTheFirstOfItsDecodersThatAgrees() throws Exception {
        FruitClient client = new FruitClient();
        try (Deployed server = Deployed.of(PathMatchingTest.Deployable.class);
                Session session = server.connect(client, "/class")) {
            session.getBasicRemote().sendText("fruit:plum");
            session.getBasicRemote().sendText("FRUIT:PLUM");
            session.getBasicRemote().sendText("neither");
            session.getBasicRemote().sendText("fruit:plum");
            client.events.expect("plum", "upper case FRUIT:PLUM");
            assertThat(client.events.next()).isInstanceOf(DecodeException.class);
            client.events.expect("plum");
        }
    }

    public static final class Programmatic extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(Fruit.class, (MessageHandler.Whole<Fruit>) fruit -> {
                try {
                    session.getBasicRemote().sendObject(new Fruit("a " + fruit.name));
                } catch (IOException | EncodeException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    @Test
    void programmaticEndpointsOfBothSidesUseTheCodersOfTheirConfigs() throws Exception {
        ServerEndpointConfig server = ServerEndpointConfig.Builder.create(Programmatic.class, "/fruit")
                .encoders(List.of(FruitEncoder.class))
                .decoders(List.of(FruitDecoder.class))
                .build();
        ClientEndpointConfig client = ClientEndpointConfig.Builder.create()
                .encoders(List.of(FruitEncoder.class))
                .decoders(List.of(FruitDecoder.class))
                .build();
        try (Deployed deployed = Deployed.of(server);
                Caller caller = deployed.call("/fruit", client)) {
            Session session = caller.session();
            for (MessageHandler handler : session.getMessageHandlers()) {
                session.removeMessageHandler(handler);
            }
            session.addMessageHandler(Fruit.class, (MessageHandler.Whole<Fruit>)
                    fruit -> caller.events().add(fruit.name));
            session.getBasicRemote().sendObject(new Apple());
            caller.events().expect("a apple");
        }
    }

    /** Records its life in the user properties that it is given. */
    public static final class LivingEncoder implements Encoder.Text<Fruit> {
        private Events events = new Events();

        @Override
        public void init(EndpointConfig config) {
            events = (Events) config.getUserProperties().get(Recording.EVENTS);
            events.add(this);
        }

        @Override
        public String encode(Fruit fruit) {
            events.add(this);
            return fruit.name;
        }

        @Override
        public void destroy() {
            events.add("encoder destroyed");
        }
    }

    public static final class LivingDecoder implements Decoder.Text<Fruit> {
        private Events events = new Events();

        @Override
        public void init(EndpointConfig config) {
            events = (Events) config.getUserProperties().get(Recording.EVENTS);
            events.add(this);
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }

        @Override
        public Fruit decode(String text) {
            events.add(this);
            return new Fruit(text);
        }

        @Override
        public void destroy() {
            events.add("decoder destroyed");
        }
    }

    @ServerEndpoint(
            value = "/living",
            encoders = LivingEncoder.class,
            decoders = LivingDecoder.class,
            configurator = Recording.class)
    public static class Living {
        @OnMessage
        public Fruit fruit(Fruit fruit) {
            return fruit;
        }
    }

    @Test
    void codersAreMadeForEachConnectionAndDestroyedWithIt() throws Exception {
        try (Deployed server = Deployed.of(Living.class)) {
            Object first = useLivingCoders(server);
            Object second = useLivingCoders(server);
            assertThat(second).isNotSameAs(first);
        }
    }

    /** Returns the encoder that was used. */
    private static Object useLivingCoders(Deployed server) throws Exception {
        Events events = server.events();
        Caller caller = server.call("/living");
        assertThat(caller.ask("a")).isEqualTo("a");
        assertThat(caller.ask("b")).isEqualTo("b");
        caller.hangUp();
        List<Object> seen = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            seen.add(events.next());
        }
        assertThat(seen).contains("encoder destroyed", "decoder destroyed");
        List<Object> encoders =
                seen.stream().filter(LivingEncoder.class::isInstance).toList();
        List<Object> decoders =
                seen.stream().filter(LivingDecoder.class::isInstance).toList();
        assertThat(encoders).hasSize(3).containsOnly(encoders.get(0)); // init, twice encode
        assertThat(decoders).hasSize(3).containsOnly(decoders.get(0));
        return encoders.get(0);
    }

    public static final class HexEncoder implements Encoder.Text<Integer> {
        @Override
        public String encode(Integer number) {
            return "0x" + Integer.toHexString(number);
        }
    }

    public static final class HexDecoder implements Decoder.Text<Integer> {
        @Override
        public Integer decode(String text) {
            return Integer.decode(text);
        }

        @Override
        public boolean willDecode(String text) {
            return text.startsWith("0x");
        }
    }

    @ServerEndpoint(value = "/hex", encoders = HexEncoder.class, decoders = HexDecoder.class)
    public static class Hex {
        @OnMessage
        public int next(int number) {
            return number + 1;
        }
    }

    @Test
    void aCoderForAPrimitiveBeatsTheBuiltInOne() throws Exception {
        try (Deployed server = Deployed.of(Hex.class);
                Caller caller = server.call("/hex")) {
            assertThat(caller.ask("0xfe")).isEqualTo("0xff");
        }
    }

    /** Reads what it is shown, as careless decoders do, and refuses it. */
    public static final class Careless implements Decoder.Binary<Fruit> {
        @Override
        public Fruit decode(ByteBuffer bytes) {
            return new Fruit("never");
        }

        @Override
        public boolean willDecode(ByteBuffer bytes) {
            bytes.position(bytes.limit());
            return false;
        }
    }

    public static final class Careful implements Decoder.Binary<Fruit> {
        @Override
        public Fruit decode(ByteBuffer bytes) {
            return new Fruit(UTF_8.decode(bytes).toString());
        }

        @Override
        public boolean willDecode(ByteBuffer bytes) {
            bytes.get();
            return true;
        }
    }

    @ServerEndpoint(
            value = "/bytes",
            decoders = {Careless.class, Careful.class})
    public static class Bytes {
        @OnMessage
        public String fruit(Fruit fruit) {
            return fruit.name;
        }
    }

    @Test
    void decodersSeeTheWholeBufferWhateverWasDoneToItBefore() throws Exception {
        try (Deployed server = Deployed.of(Bytes.class);
                Caller caller = server.call("/bytes")) {
            caller.send(Events.bytes("pear"));
            assertThat(caller.text()).isEqualTo("pear");
        }
    }

    public static final class StreamEncoder implements Encoder.TextStream<Fruit> {
        @Override
        public void encode(Fruit fruit, Writer writer) throws IOException {
            writer.write("streamed ");
            writer.write(fruit.name);
        }
    }

    public static final class StreamDecoder implements Decoder.TextStream<Fruit> {
        @Override
        public Fruit decode(Reader reader) throws IOException {
            StringBuilder name = new StringBuilder();
            for (int next = reader.read(); next >= 0; next = reader.read()) {
                name.append((char) next);
            }
            return new Fruit(name.toString());
        }
    }

    @ServerEndpoint(value = "/stream", encoders = StreamEncoder.class, decoders = StreamDecoder.class)
    public static class Streamed {
        @OnMessage
        public Fruit fruit(Fruit fruit) {
            return fruit;
        }
    }

    public static final class BinaryStreamEncoder implements Encoder.BinaryStream<Fruit> {
        @Override
        public void encode(Fruit fruit, OutputStream out) throws IOException {
            out.write("streamed ".getBytes(UTF_8));
            out.write(fruit.name.getBytes(UTF_8));
        }
    }

    public static final class BinaryStreamDecoder implements Decoder.BinaryStream<Fruit> {
        @Override
        public Fruit decode(InputStream in) throws IOException {
            return new Fruit(new String(in.readAllBytes(), UTF_8));
        }
    }

    @ServerEndpoint(
            value = "/binary-stream",
            encoders = BinaryStreamEncoder.class,
            decoders = BinaryStreamDecoder.class)
    public static class BinaryStreamed {
        @OnMessage
        public Fruit fruit(Fruit fruit) {
            return fruit;
        }
    }

    public static final class BinaryEncoder implements Encoder.Binary<Fruit> {
        @Override
        public ByteBuffer encode(Fruit fruit) {
            return Events.bytes("bytes of " + fruit.name);
        }
    }

    @ServerEndpoint(value = "/binary", encoders = BinaryEncoder.class, decoders = Careful.class)
    public static class Binary {
        @OnMessage
        public Fruit fruit(Fruit fruit) {
            return fruit;
        }
    }

    @Test
    void codersOfEveryFormWork() throws Exception {
        try (Deployed server = Deployed.of(Streamed.class, BinaryStreamed.class, Binary.class);
                Caller text = server.call("/stream");
                Caller stream = server.call("/binary-stream");
                Caller binary = server.call("/binary")) {
            assertThat(text.ask("pear")).isEqualTo("streamed pear");
            stream.send(Events.bytes("pear"));
            stream.events().expect("binary streamed pear");
            binary.send(Events.bytes("pear"));
            binary.events().expect("binary bytes of pear");
        }
    }

    @Test
    void anObjectWithoutEncoderIsAnEncodeException() throws Exception {
        try (Deployed server = Deployed.of(PathMatchingTest.Deployable.class);
                Caller caller = server.call("/class")) {
            assertThatThrownBy(() -> caller.session().getBasicRemote().sendObject(new Apple()))
                    .isInstanceOf(EncodeException.class)
                    .hasMessageContaining(Apple.class.getName());
            assertThat(caller.ask("still open")).isEqualTo("still open");
        }
    }

    @Test
    void primitivesAreSentAsTextWithoutAnEncoder() throws Exception {
        try (Deployed server = Deployed.of(PathMatchingTest.Deployable.class);
                Caller caller = server.call("/class")) {
            for (Object value : List.of(1, 2L, 3.5, 'c', true, (byte) 7, (short) 8, 1.25f)) {
                caller.session().getBasicRemote().sendObject(value);
                assertThat(caller.text()).isEqualTo(value.toString());
            }
        }
    }
}
