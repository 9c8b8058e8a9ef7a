package dev.duplex.servlet;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Finds the opening handshakes with endpoints among the requests of an application; all else goes on to its servlets. Safe for any thread. */
final class UpgradeFilter implements Filter {
    private final ServletApplication application;

    UpgradeFilter(ServletApplication application) {
        this.application = application;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest http
                && response instanceof HttpServletResponse answer
                && ServletHostRequest.asksForWebSocket(http)
                && application.serves(ServletHostRequest.path(http))) {
            application.upgrade(http, answer);
        } else {
            chain.doFilter(request, response);
        }
    }
}
