package dev.duplex.arquillian;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicInteger;

/** A bean of the application. */
@ApplicationScoped
public class Visits {
    private final AtomicInteger number = new AtomicInteger();

    public int next() {
        return number.incrementAndGet();
    }

    public int number() {
        return number.get();
    }
}
