package dev.duplex.tck.official;

/**
 * What came out of one test.
 *
 * @param test its {@link TckName}
 * @param outcome whether it passed
 * @param millis how long it took
 * @param problem one line; empty when it passed
 */
record TckResult(String test, Outcome outcome, long millis, String problem) {
    enum Outcome {
        PASSED,
        FAILED,
        SKIPPED
    }

    boolean passed() {
        return outcome == Outcome.PASSED;
    }
}
