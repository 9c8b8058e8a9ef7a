package dev.duplex.tck.official;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A run of the TCK that has ended.
 *
 * @param title what ran on what
 * @param results of every test that was begun, in their order
 * @param took from the start of the process to its end
 * @param folder with the log, the reports and what is known of each failure
 */
record TckRun(String title, List<TckResult> results, Duration took, Path folder) {
    TckRun {
        results = List.copyOf(results);
    }
}
