package dev.duplex.tck.official;

import java.io.PrintStream;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Tells the parent of each test and class that begins and ends. Called by JUnit, by one thread. */
final class TckListener implements TestExecutionListener {
    private final PrintStream out;
    private final Set<String> told = new HashSet<>();
    private @Nullable TestPlan plan;
    private long beganNanos;

    TckListener(PrintStream out) {
        this.out = out;
    }

    @Override
    public void testPlanExecutionStarted(TestPlan testPlan) {
        plan = testPlan;
        tell(new TckLine.Plan((int) testPlan.countTestIdentifiers(TestIdentifier::isTest), (int)
                testPlan.countTestIdentifiers(TckListener::isClass)));
    }

    @Override
    public void executionStarted(TestIdentifier id) {
        if (id.isTest()) {
            beganNanos = System.nanoTime();
            tell(new TckLine.Begin(name(id)));
        }
    }

    @Override
    public void executionSkipped(TestIdentifier id, String reason) {
        end(id, TckResult.Outcome.SKIPPED, 0, reason);
    }

    @Override
    public void executionFinished(TestIdentifier id, TestExecutionResult result) {
        Throwable failure = result.getThrowable().orElse(null);
        if (failure != null) {
            failure.printStackTrace(out);
        }
        boolean passed = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
        if (id.isTest()) {
            long millis = (System.nanoTime() - beganNanos) / 1_000_000;
            end(id, passed ? TckResult.Outcome.PASSED : TckResult.Outcome.FAILED, millis, problem(failure));
        } else if (!passed) {
            // A class whose application cannot be deployed, for example: none of its tests has begun.
            end(id, TckResult.Outcome.FAILED, 0, problem(failure));
        }
        if (isClass(id)) {
            tell(new TckLine.ClassEnd(className(id)));
        }
    }

    /** Ends a test, or all those of a class that have not ended. */
    private void end(TestIdentifier id, TckResult.Outcome outcome, long millis, String problem) {
        if (id.isTest()) {
            if (told.add(name(id))) {
                tell(new TckLine.End(new TckResult(name(id), outcome, millis, problem)));
            }
        } else if (plan != null) {
            plan.getChildren(id).forEach(child -> end(child, outcome, millis, problem));
        }
    }

    /** At the beginning of a line, whatever was printed before. */
    private void tell(TckLine line) {
        out.println("\n" + line.text());
    }

    private static boolean isClass(TestIdentifier id) {
        return id.getSource().filter(ClassSource.class::isInstance).isPresent();
    }

    private static String className(TestIdentifier id) {
        return TckName.ofClass(((ClassSource) id.getSource().orElseThrow()).getClassName());
    }

    static String name(TestIdentifier id) {
        return name(id.getSource().orElse(null), id.getDisplayName());
    }

    static String name(@Nullable TestSource source, String displayName) {
        return source instanceof MethodSource method
                ? TckName.of(method.getClassName(), method.getMethodName())
                : displayName;
    }

    /** What was thrown and its causes, in a line. */
    private static String problem(@Nullable Throwable failure) {
        StringBuilder text = new StringBuilder();
        Throwable cause = failure;
        // Four say what it is about; the log has them all.
        for (int depth = 0; cause != null && depth < 4; depth++, cause = cause.getCause()) {
            text.append(depth == 0 ? "" : ", by ").append(cause.getClass().getSimpleName());
            if (cause.getMessage() != null) {
                String message = cause.getMessage();
                text.append(": ").append(message, 0, Math.min(300, message.length()));
            }
        }
        return text.toString();
    }
}
