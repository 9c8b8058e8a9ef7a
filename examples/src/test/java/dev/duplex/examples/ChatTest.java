package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The chat as people have it: its command, its page in a browser, and clients that are no browsers. */
class ChatTest {
    private static final Pattern PAGE = Pattern.compile("http://\\S+:(\\d+)/");
    private static final Pattern SOCKET = Pattern.compile("(ws://\\S+:(\\d+)/chat)/ROOM.*");

    /** A running chat and where it is. */
    private record Running(Program program, String page, String socket, String port) implements AutoCloseable {
        static Running start(String port) throws Exception {
            Program program = Program.start("endpoint", "chat", "--port", port);
            try {
                Matcher page = PAGE.matcher(program.line());
                assertThat(page.find()).isTrue();
                Matcher socket = SOCKET.matcher(program.url());
                assertThat(socket.matches()).isTrue();
                return new Running(program, page.group(), socket.group(1), socket.group(2));
            } catch (AssertionError e) {
                program.close();
                throw e;
            }
        }

        String room(String room, String name) {
            return socket + "/" + room + "?name=" + name;
        }

        @Override
        public void close() {
            program.close();
        }
    }

    @Test
    void twoPagesAndAClientSeeWhatTheOthersSayAndWhoComesAndGoes() throws Exception {
        try (Running chat = Running.start("0");
                Browser browser = Browser.start();
                Program client = Program.start("endpoint", "connect", chat.room("kitchen", "Tom"))) {
            assertThat(client.line())
                    .isEqualTo("{\"type\":\"welcome\",\"room\":\"kitchen\",\"name\":\"Tom\",\"people\":[\"Tom\"]}");
            Browser.Page ann = enter(browser, chat, "kitchen", "Ann");
            assertThat(client.line()).isEqualTo("{\"type\":\"joined\",\"name\":\"Ann\",\"people\":[\"Tom\",\"Ann\"]}");
            Browser.Page bob = enter(browser, chat, "kitchen", "Bob");
            assertThat(client.line()).contains("\"joined\"", "\"Bob\"");
            ann.see("log", "Bob came.");
            assertThat(ann.text("#people").lines()).containsExactly("Tom", "Ann (you)", "Bob");

            ann.fill("Message", "Hello <b>Bob</b>, Größe €?");
            ann.press("Enter");
            bob.see("article", "Hello <b>Bob</b>, Größe €?");
            assertThat(client.line()).contains("\"said\"", "\"Ann\"", "Hello <b>Bob</b>, Größe €?");
            client.type("{\"text\":\"Supper!\"}");
            ann.see("article", "Supper!");
            bob.see("article", "Supper!");
            assertThat(client.line()).contains("\"Tom\"", "Supper!");

            bob.click("Leave");
            bob.see("button", "Enter");
            ann.see("log", "Bob left.");
            assertThat(client.line()).isEqualTo("{\"type\":\"left\",\"name\":\"Bob\",\"people\":[\"Tom\",\"Ann\"]}");
            ann.close();
            assertThat(client.line()).isEqualTo("{\"type\":\"left\",\"name\":\"Ann\",\"people\":[\"Tom\"]}");
            assertThat(bob.complaints()).isEmpty();
        }
    }

    @Test
    void aRoomHearsNothingOfAnother() throws Exception {
        try (Running chat = Running.start("0");
                StandardClient here = StandardClient.connect(chat.room("kitchen", "Ann"));
                StandardClient there = StandardClient.connect(chat.room("caf%C3%A9", "Bob"))) {
            assertThat(here.next()).contains("\"room\":\"kitchen\"");
            assertThat(there.next()).contains("\"room\":\"café\"", "[\"Bob\"]");
            there.send("{\"text\":\"in the café\"}");
            assertThat(there.next()).contains("in the café");
            here.send("{\"text\":\"in the kitchen\"}");
            assertThat(here.next()).contains("in the kitchen");
        }
    }

    @Test
    void aNameThatIsTakenGetsANumber() throws Exception {
        try (Running chat = Running.start("0");
                StandardClient first = StandardClient.connect(chat.room("lobby", "Ann"))) {
            assertThat(first.next()).contains("\"name\":\"Ann\"");
            try (StandardClient second = StandardClient.connect(chat.room("lobby", "Ann"))) {
                assertThat(second.next()).contains("\"name\":\"Ann 2\"");
            }
        }
    }

    @Test
    void whoHasNoNameIsToldWhyAndDoesNotGetIn() throws Exception {
        try (Running chat = Running.start("0");
                StandardClient guest = StandardClient.connect(chat.room("lobby", "Ann"))) {
            assertThat(guest.next()).contains("welcome");
            for (String name : List.of("", "%20", "x".repeat(31))) {
                try (StandardClient nobody = StandardClient.connect(chat.room("lobby", name))) {
                    assertThat(nobody.end().getCloseCode().getCode()).isEqualTo(1008);
                    assertThat(nobody.end().getReasonPhrase()).contains("1 to 30 characters");
                }
            }
            guest.send("{\"text\":\"alone\"}");
            assertThat(guest.next()).contains("alone");
        }
    }

    @Test
    void aFullRoomSaysSo() throws Exception {
        List<StandardClient> guests = new ArrayList<>();
        try (Running chat = Running.start("0")) {
            for (int i = 0; i < 100; i++) {
                StandardClient guest = StandardClient.connect(chat.room("lobby", "Ann"));
                guests.add(guest);
                assertThat(guest.next()).contains("welcome");
            }
            try (StandardClient late = StandardClient.connect(chat.room("lobby", "Late"))) {
                assertThat(late.end().getCloseCode().getCode()).isEqualTo(1013);
            }
            try (StandardClient elsewhere = StandardClient.connect(chat.room("kitchen", "Late"))) {
                assertThat(elsewhere.next()).contains("welcome");
            }
        } finally {
            for (StandardClient guest : guests) {
                guest.close();
            }
        }
    }

    @Test
    void whatIsNoMessageIsAnsweredAndTheConnectionGoesOn() throws Exception {
        try (Running chat = Running.start("0");
                Program ws = RealPeers.ws(chat.room("lobby", "Ann"))) {
            assertThat(ws.line()).contains("open");
            assertThat(ws.line()).contains("welcome");
            for (String message :
                    List.of("hello", "{}", "{\"text\":\" \"}", "{\"text\":\"" + "x".repeat(2_001) + "\"}")) {
                ws.type(message);
                assertThat(ws.line()).contains("problem", "A message is JSON like", "1 to 2000 characters");
            }
            ws.type("{\"text\":\"" + "x".repeat(2_000) + "\"}");
            assertThat(ws.line()).contains("said");
        }
    }

    @Test
    void aPageFromElsewhereIsRefused() throws Exception {
        try (Running chat = Running.start("0")) {
            try (Program ws = RealPeers.ws(chat.room("lobby", "Ann"), "http://elsewhere.example")) {
                assertThat(ws.line()).contains("failed", "403");
            }
            try (Program ws =
                    RealPeers.ws(chat.room("lobby", "Ann"), chat.page().replaceFirst("/$", ""))) {
                assertThat(ws.line()).contains("open");
            }
        }
    }

    @Test
    void thePageMayTalkToItsSocketAndLoadNothingFromElsewhere() throws Exception {
        try (Running chat = Running.start("0");
                Browser browser = Browser.start()) {
            Browser.Page page = browser.open(chat.page());
            try (HttpClient client = HttpClient.newHttpClient()) {
                HttpRequest request =
                        HttpRequest.newBuilder(URI.create(chat.page())).build();
                assertThat(client.send(request, BodyHandlers.ofString()).body())
                        .contains("Content-Security-Policy", "default-src 'none'", "connect-src 'self';");
            }
            assertThat(page.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(page.complaints()).isEmpty();
        }
    }

    @Test
    void thePageComesBackByItselfWhenTheServerDoes() throws Exception {
        try (Browser browser = Browser.start()) {
            Running chat = Running.start("0");
            Browser.Page ann;
            try (chat) {
                ann = enter(browser, chat, "lobby", "Ann");
            }
            ann.see("status", "Trying again in");
            ann.see("button", "Try now");
            try (Running again = Running.start(chat.port());
                    StandardClient tom = StandardClient.connect(again.room("lobby", "Tom"))) {
                ann.see("status", "Connected as Ann.");
                tom.send("{\"text\":\"Welcome back\"}");
                ann.see("article", "Welcome back");
            }
        }
    }

    @Test
    void aPageWhoseNameIsRefusedShowsWhyAtTheEntrance() throws Exception {
        try (Running chat = Running.start("0");
                Browser browser = Browser.start()) {
            Browser.Page page = browser.open(chat.page());
            // Not empty to the browser, which asks for a name, but to the server.
            page.fill("Your name", " ");
            page.click("Enter");
            page.see("alert", "1 to 30 characters");
        }
    }

    private static Browser.Page enter(Browser browser, Running chat, String room, String name) throws Exception {
        Browser.Page page = browser.open(chat.page() + "#" + room);
        page.fill("Your name", name);
        page.press("Enter");
        page.see("status", "Connected as " + name + ".");
        return page;
    }
}
