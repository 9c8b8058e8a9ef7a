package dev.duplex.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The Markdown documents of the project, and what of them can be held to the truth. */
final class Documents {
    static final Path PROJECT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();

    private static final Pattern COMMAND = Pattern.compile("\\./duplex((?: (?:'[^']*'|\"[^\"]*\"|[^\\s|`)]+))+)");
    private static final Pattern ARGUMENT = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern NO_ANCHOR = Pattern.compile("[^\\w\\- ]");
    private static final String FENCE = "```";

    private Documents() {}

    /** A fenced block: where its first line is, what stands behind the fence, its lines. */
    record Block(Path document, int line, String info, List<String> lines) {
        /** Whether it is a snippet of its own; one that names its source is held to it where that is tested. */
        boolean isJava() {
            return info.equals("java") || (info.startsWith("java ") && !info.startsWith("java from="));
        }

        /** Where it is, as editors understand it. */
        @Override
        public String toString() {
            return PROJECT.relativize(document) + ":" + line;
        }
    }

    /** A link and the document that it stands in. */
    record Link(Path document, String target) {
        @Override
        public String toString() {
            return PROJECT.relativize(document) + ": " + target;
        }
    }

    /** A command line of the script {@code duplex}, without the script's name. */
    record Command(Path document, List<String> arguments) {
        String[] array() {
            return arguments.toArray(String[]::new);
        }

        @Override
        public String toString() {
            return PROJECT.relativize(document) + ": ./duplex " + String.join(" ", arguments);
        }
    }

    /** Those at the top, in docs, and at the top of each module. */
    static List<Path> all() throws IOException {
        try (Stream<Path> files = Files.find(PROJECT, 2, (path, attributes) -> attributes.isRegularFile())) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> !PROJECT.relativize(file).startsWith("target"))
                    .sorted()
                    .toList();
        }
    }

    static List<Block> blocks(Path document) throws IOException {
        List<Block> blocks = new ArrayList<>();
        Block open = null;
        int number = 0;
        for (String line : Files.readAllLines(document)) {
            number++;
            if (line.startsWith(FENCE)) {
                if (open == null) {
                    open = new Block(document, number + 1, line.substring(FENCE.length()), new ArrayList<>());
                } else {
                    blocks.add(open);
                    open = null;
                }
            } else if (open != null) {
                open.lines().add(line);
            }
        }
        if (open != null) {
            throw new AssertionError(open + " has no end");
        }
        return blocks;
    }

    /** Every command that stands in the document, in blocks and in the text. */
    static List<Command> commands(Path document) throws IOException {
        return COMMAND.matcher(Files.readString(document))
                .results()
                .map(command -> new Command(document, arguments(command.group(1))))
                .toList();
    }

    private static List<String> arguments(String command) {
        return ARGUMENT.matcher(command)
                .results()
                .map(argument -> argument.group(1) != null
                        ? argument.group(1)
                        : argument.group(2) != null ? argument.group(2) : argument.group(3))
                .toList();
    }

    /** Every link that does not leave the project. */
    static List<Link> links(Path document) throws IOException {
        return LINK.matcher(Files.readString(document))
                .results()
                .map(link -> link.group(1))
                .filter(target -> !target.startsWith("http"))
                .map(target -> new Link(document, target))
                .toList();
    }

    /** Whether there is a file or folder, and in it the heading, that the link names. */
    static boolean leadsSomewhere(Link link) throws IOException {
        String[] parts = link.target().split("#", 2);
        Path file = parts[0].isEmpty() ? link.document() : link.document().resolveSibling(parts[0]);
        if (!Files.exists(file)) {
            return false;
        }
        return parts.length == 1
                || Files.readAllLines(file).stream()
                        .filter(line -> line.startsWith("#"))
                        .map(Documents::anchor)
                        .anyMatch(parts[1]::equals);
    }

    /** What the usual renderers make of a heading. */
    private static String anchor(String heading) {
        String text = heading.replaceFirst("^#+ ", "");
        return NO_ANCHOR.matcher(text).replaceAll("").toLowerCase(Locale.ROOT).replace(' ', '-');
    }
}
