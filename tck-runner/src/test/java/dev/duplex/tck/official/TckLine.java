package dev.duplex.tck.official;

import java.util.List;

/** A line by which the process of the TCK tells its parent how far it is; anything else that it prints is log. */
sealed interface TckLine {
    /** No text that a test prints begins with it. */
    String MARK = "@tck\t";

    /** Before the first test. */
    record Plan(int tests, int classes) implements TckLine {}

    /** Before each test. */
    record Begin(String test) implements TckLine {}

    /** After each test. */
    record End(TckResult result) implements TckLine {}

    /** After the last test of a class. */
    record ClassEnd(String name) implements TckLine {}

    /** As one line, without its end. */
    default String text() {
        List<String> fields = switch (this) {
            case Plan plan -> List.of("plan", "" + plan.tests, "" + plan.classes);
            case Begin begin -> List.of("begin", begin.test);
            case End end ->
                List.of(
                        "end",
                        end.result.test(),
                        end.result.outcome().name(),
                        "" + end.result.millis(),
                        end.result.problem().replaceAll("\\s+", " ").strip());
            case ClassEnd end -> List.of("class", end.name);
        };
        return MARK + String.join("\t", fields);
    }

    static boolean is(String line) {
        return line.startsWith(MARK);
    }

    /** Reads what {@link #text} has written; throws {@link IllegalArgumentException} for anything else. */
    static TckLine parse(String line) {
        String[] fields = line.split("\t", -1);
        if (is(line)) {
            if (fields[1].equals("plan") && fields.length == 4) {
                return new Plan(Integer.parseInt(fields[2]), Integer.parseInt(fields[3]));
            } else if (fields[1].equals("begin") && fields.length == 3) {
                return new Begin(fields[2]);
            } else if (fields[1].equals("end") && fields.length == 6) {
                return new End(new TckResult(
                        fields[2], TckResult.Outcome.valueOf(fields[3]), Long.parseLong(fields[4]), fields[5]));
            } else if (fields[1].equals("class") && fields.length == 3) {
                return new ClassEnd(fields[2]);
            }
        }
        throw new IllegalArgumentException("The process of the TCK says what nobody here knows: " + line);
    }
}
