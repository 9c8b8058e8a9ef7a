package dev.duplex.arquillian;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.Dependent;
import java.util.concurrent.atomic.AtomicInteger;

/** A bean that belongs to whoever has it injected. */
@Dependent
public class Greetings {
    static final AtomicInteger DESTROYED = new AtomicInteger();

    public String of(String name) {
        return "Hello, " + name;
    }

    @PreDestroy
    void end() {
        DESTROYED.incrementAndGet();
    }
}
