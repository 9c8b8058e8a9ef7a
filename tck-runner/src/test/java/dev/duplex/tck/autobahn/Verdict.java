package dev.duplex.tck.autobahn;

/**
 * What the suite says about one case: how the messages went and how the connection ended, in the suite's words with
 * {@code _} for a space.
 */
record Verdict(String behavior, String behaviorClose) {
    static final Verdict NOT_RUN = new Verdict("NOT_RUN", "NOT_RUN");

    static Verdict of(String behavior, String behaviorClose) {
        return new Verdict(behavior.replace(' ', '_'), behaviorClose.replace(' ', '_'));
    }

    boolean isOk() {
        return behavior.equals("OK") && behaviorClose.equals("OK");
    }

    @Override
    public String toString() {
        return behavior + " " + behaviorClose;
    }
}
