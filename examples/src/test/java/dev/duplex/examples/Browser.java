package dev.duplex.examples;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Headless Chromium; every wait has a deadline. */
final class Browser implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final Program program;
    private int pages;

    private Browser(Program program) {
        this.program = program;
    }

    static Browser start() throws Exception {
        Browser browser = new Browser(RealPeers.chromium());
        browser.program.line();
        return browser;
    }

    /** A page in a context of its own, as in the browser of somebody else. */
    Page open(String url) throws Exception {
        Page page = new Page("page" + ++pages);
        page.headers = page.ask("open", url);
        return page;
    }

    @Override
    public void close() throws IOException {
        program.endInput();
        program.close();
    }

    /** A page, used by what is written on its fields and buttons. */
    final class Page {
        private final String name;
        private JsonNode headers = JSON.nullNode();

        private Page(String name) {
            this.name = name;
        }

        String header(String lowerCaseName) {
            return headers.path(lowerCaseName).asString();
        }

        void fill(String label, String text) throws Exception {
            ask("fill", label, text);
        }

        void press(String key) throws Exception {
            ask("press", key);
        }

        void click(String button) throws Exception {
            ask("click", button);
        }

        /** Waits until something of this ARIA role shows this text. */
        void see(String role, String text) throws Exception {
            ask("see", role, text);
        }

        /** What the first element that the selector matches shows. */
        String text(String selector) throws Exception {
            return ask("text", selector).asString();
        }

        /** What the console of the page holds of errors. */
        List<String> complaints() throws Exception {
            return ask("complaints").valueStream().map(JsonNode::asString).toList();
        }

        void close() throws Exception {
            ask("close");
        }

        private JsonNode ask(String command, String... arguments) throws Exception {
            program.type(JSON.writeValueAsString(Stream.concat(Stream.of(name, command), Stream.of(arguments))
                    .toList()));
            JsonNode answer = JSON.readTree(program.line());
            if (answer.has("error")) {
                throw new AssertionError(
                        command + " " + List.of(arguments) + " on " + name + ": " + answer.get("error"));
            }
            return answer.get("result");
        }
    }
}
