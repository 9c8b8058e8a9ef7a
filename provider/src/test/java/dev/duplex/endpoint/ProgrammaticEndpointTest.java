package dev.duplex.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProgrammaticEndpointTest {
    private final List<Object> called = new ArrayList<>();

    private class Quiet extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            called.addAll(List.of("open", session, config));
        }
    }

    private class Handling extends Quiet {
        @Override
        public void onClose(Session session, CloseReason reason) {
            called.addAll(List.of("close", session, reason));
        }

        @Override
        public void onError(Session session, Throwable failure) {
            called.addAll(List.of("error", session, failure));
            throw new IllegalStateException("from onError");
        }
    }

    private final class Heir extends Handling {}

    @Test
    void handsEverythingThrough() {
        Endpoint endpoint = new Handling();
        ProgrammaticEndpoint callbacks = new ProgrammaticEndpoint(endpoint);
        callbacks.open(Strangers.SESSION, Strangers.CONFIG);
        callbacks.close(Strangers.SESSION, Strangers.REASON);
        assertThat(called)
                .containsExactly(
                        "open", Strangers.SESSION, Strangers.CONFIG, "close", Strangers.SESSION, Strangers.REASON);
        assertThat(callbacks.instance()).isSameAs(endpoint);
        assertThat(callbacks.receivers()).isEmpty();
    }

    @Test
    void hasAnErrorCallbackOnlyWhenItIsOverridden() {
        assertThat(new ProgrammaticEndpoint(new Quiet()).error(Strangers.SESSION, new Error()))
                .isFalse();
        assertThatThrownBy(() -> new ProgrammaticEndpoint(new Heir()).error(Strangers.SESSION, new Error()))
                .hasMessage("from onError");
        assertThat(called).hasSize(3).contains("error");
    }
}
