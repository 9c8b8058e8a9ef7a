package dev.duplex.arquillian;

import jakarta.enterprise.context.RequestScoped;
import java.util.concurrent.atomic.AtomicInteger;

/** A bean of a request. */
@RequestScoped
public class Question {
    private final AtomicInteger asked = new AtomicInteger();

    public int ask() {
        return asked.incrementAndGet();
    }
}
