package dev.duplex.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.MessageHandler;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TypeArgumentsTest {
    static class Named implements MessageHandler.Whole<Integer> {
        @Override
        public void onMessage(Integer message) {}
    }

    static class Heir extends Named implements Comparable<Heir> {
        @Override
        public int compareTo(Heir other) {
            return 0;
        }
    }

    abstract static class Generic<A, B> implements MessageHandler.Whole<B> {
        void take(A one, List<B> two, B[] three, Map<String, ? extends A> four) {}
    }

    abstract static class Swapped<A, B> extends Generic<B, A> {}

    abstract static class Narrowed<X extends Number> extends Swapped<X, String> {}

    static class Bound extends Narrowed<Long> {
        @Override
        public void onMessage(Long message) {}
    }

    interface Refined<T> extends MessageHandler.Whole<List<T>> {}

    static class Open<T> implements MessageHandler.Whole<T> {
        @Override
        public void onMessage(T message) {}

        @SuppressWarnings("ClassCanBeStatic") // its T is the outer one, which is what is tested
        class Inner extends Open<T> {}
    }

    @SuppressWarnings("rawtypes")
    static class Raw extends Open {}

    private static Class<?> argument(Object handler) {
        return TypeArguments.first(handler.getClass(), MessageHandler.Whole.class);
    }

    @Test
    void findsTheArgumentOfNamedAndAnonymousClasses() {
        assertThat(argument(new Named())).isEqualTo(Integer.class);
        assertThat(argument(new MessageHandler.Whole<byte[]>() {
                    @Override
                    public void onMessage(byte[] message) {}
                }))
                .isEqualTo(byte[].class);
    }

    @Test
    void findsItThroughSuperclassesInterfacesAndVariables() {
        assertThat(argument(new Heir())).isEqualTo(Integer.class);
        assertThat(argument(new Bound())).isEqualTo(Long.class);
        assertThat(argument(new Open<String>() {})).isEqualTo(String.class);
        assertThat(argument(new Open<List<String>[]>() {})).isEqualTo(List[].class);
        Refined<Integer> refined = new Refined<>() {
            @Override
            public void onMessage(List<Integer> message) {}
        };
        assertThat(argument(refined)).isEqualTo(List.class);
    }

    @Test
    void findsNoneWhereTheClassTellsNone() {
        MessageHandler.Whole<String> lambda = message -> {};
        assertThat(argument(lambda)).isNull();
        assertThat(argument(new Open<String>())).isNull();
        assertThat(argument(new Raw())).isNull();
        assertThat(argument(new Open<String>().new Inner())).isNull();
    }

    @Test
    void seesAMethodsTypesFromTheSubclass() throws NoSuchMethodException {
        TypeArguments arguments = new TypeArguments(Bound.class);
        var method = Generic.class.getDeclaredMethod("take", Object.class, List.class, Object[].class, Map.class);
        assertThat(List.of(method.getGenericParameterTypes()).stream().map(arguments::classOf))
                .isEqualTo(List.of(String.class, List.class, Long[].class, Map.class));
    }
}
