package dev.duplex.tck.spring;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Service;

/** What an endpoint is given, until it is destroyed. */
@Service
class Greetings implements DisposableBean {
    private volatile boolean destroyed;

    String of(String greeting, String name) {
        if (destroyed) {
            throw new IllegalStateException("the greetings are destroyed already");
        }
        return greeting + ", " + name + "!";
    }

    @Override
    public void destroy() {
        destroyed = true;
    }
}
