package dev.duplex.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the opening handshakes with endpoints among the requests of an application; all else goes on to its servlets. Safe for any thread.
 *
 * <p>It lives from when all listeners of the application have begun, until before they end (Servlet 6.0 §6.2.1, §11.3.2), so that it is the one
 * who tells when the application's deployment ends and its stop begins.
 */
final class UpgradeFilter implements Filter {
    private volatile @Nullable ServletApplication application;

    @Override
    public void init(FilterConfig config) throws ServletException {
        ServletApplication started = ServletApplication.of(config.getServletContext());
        application = started;
        started.start();
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        ServletApplication running = application;
        if (!(running != null
                && request.getDispatcherType() == DispatcherType.REQUEST // Jetty calls it for the others too
                && request instanceof HttpServletRequest http
                && response instanceof HttpServletResponse answer
                && running.upgrade(http, answer))) {
            chain.doFilter(request, response);
        }
    }

    @Override
    public void destroy() {
        ServletApplication ended = application;
        if (ended != null) {
            ended.stop();
        }
    }
}
