package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@code Session.getOpenSessions}, and which container a session is of. */
@SuppressWarnings("try") // some connections are only there to be open
class OpenSessionsTest {
    @ServerEndpoint(value = "/a/{x}", configurator = Recording.class)
    public static class A {
        @OnOpen
        public void open(Session session) {
            Events.of(session).add(session);
        }
    }

    @ServerEndpoint(value = "/b", configurator = Recording.class)
    public static class B {
        @OnOpen
        public void open(Session session) {
            Events.of(session).add(session);
        }
    }

    @Test
    void openSessionsAreThoseOfTheSameEndpointWithThisOneAndASnapshot() throws Exception {
        try (Deployed server = Deployed.of(A.class, B.class);
                Caller one = server.call("/a/1")) {
            Session first = server.events().next(Session.class);
            assertThat(first.getOpenSessions()).containsExactly(first);
            try (Caller b = server.call("/b")) {
                Session ofB = server.events().next(Session.class);
                Caller two = server.call("/a/2");
                Session second = server.events().next(Session.class);
                Set<Session> snapshot = first.getOpenSessions();
                assertThat(snapshot).containsExactlyInAnyOrder(first, second);
                assertThat(ofB.getOpenSessions()).containsExactly(ofB);

                two.hangUp();
                Eventually.holds(
                        () -> first.getOpenSessions().equals(Set.of(first)), "the closed session is no longer there");
                assertThat(snapshot).contains(second);
                assertThat(one.session().isOpen()).isTrue();
            }
        }
    }

    @Test
    void aServersApplicationHasOneContainer() throws Exception {
        try (Deployed server = Deployed.of(A.class, B.class);
                Caller one = server.call("/a/1");
                Caller two = server.call("/b")) {
            Session first = server.events().next(Session.class);
            Session second = server.events().next(Session.class);
            assertThat(first.getContainer())
                    .isSameAs(server.container())
                    .isSameAs(second.getContainer())
                    .isSameAs(first.getContainer());
        }
    }

    @Test
    void twoApplicationsHaveTwoContainers() throws Exception {
        try (Deployed one = Deployed.of(A.class);
                Deployed other = Deployed.of(A.class);
                Caller ofOne = one.call("/a/1");
                Caller ofOther = other.call("/a/1")) {
            Session first = one.events().next(Session.class);
            Session second = other.events().next(Session.class);
            assertThat(one.container()).isNotSameAs(other.container());
            assertThat(first.getOpenSessions()).containsExactly(first);
            assertThat(second.getOpenSessions()).containsExactly(second);
        }
    }
}
