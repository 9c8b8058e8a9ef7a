package com.example.greeter;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicInteger;

@ApplicationScoped
public class Greetings {
    private final AtomicInteger number = new AtomicInteger();

    public String of(String name) {
        return "Hello, " + name + "! You are number " + number.incrementAndGet() + ".";
    }

    public int number() {
        return number.get();
    }
}
