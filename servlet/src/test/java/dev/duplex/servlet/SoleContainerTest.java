package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletContainerInitializer;
import jakarta.websocket.server.ServerContainer;
import java.lang.reflect.Proxy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An application does not start with a WebSocket container of somebody else, which might serve its endpoints or might not. */
final class SoleContainerTest {
    private static final String RULE = "This application has another WebSocket container beside Duplex";

    @ParameterizedTest
    @EnumSource
    void doesNotStartBehindAContainerOfSomebodyElse(Host host) {
        assertThatThrownBy(() -> host.start(WebApplication.of().before(somebodyElse())))
                .hasStackTraceContaining(RULE);
    }

    @ParameterizedTest
    @EnumSource
    void doesNotStartWhenSomebodyElseTakesItsPlace(Host host) {
        assertThatThrownBy(() -> host.start(WebApplication.of().after(somebodyElse())))
                .hasStackTraceContaining(RULE);
    }

    @SuppressWarnings("ReferenceEquality") // a proxy is equal to itself only
    private static ServletContainerInitializer somebodyElse() {
        Object other = Proxy.newProxyInstance(
                SoleContainerTest.class.getClassLoader(),
                new Class<?>[] {ServerContainer.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        return (classes, context) -> context.setAttribute(SoleContainer.ATTRIBUTE, other);
    }
}
