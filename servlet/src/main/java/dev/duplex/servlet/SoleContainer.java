package dev.duplex.servlet;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextAttributeEvent;
import jakarta.servlet.ServletContextAttributeListener;
import jakarta.servlet.ServletException;
import jakarta.websocket.server.ServerContainer;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that one ServerContainer serves an application: the Servlet container's own, which may come before and behind, is put out of it, or the
 * application does not start. Safe for any thread.
 */
final class SoleContainer implements ServletContextAttributeListener {
    /** Jakarta WebSocket §6.4. */
    static final String ATTRIBUTE = ServerContainer.class.getName();

    private final ServletContext context;
    private final ServerContainer container;
    private final ProtocolSwitch protocolSwitch;

    /** Publishes a container, in the place of the one that is there. */
    SoleContainer(ServletContext context, ServerContainer container, ProtocolSwitch protocolSwitch)
            throws ServletException {
        this.context = context;
        this.container = container;
        this.protocolSwitch = protocolSwitch;
        if (!takesPlaceOf(context.getAttribute(ATTRIBUTE))) {
            check();
        }
        context.setAttribute(ATTRIBUTE, container);
        context.addListener(this);
    }

    /** Who publishes another one later does so in {@link ServletContext#setAttribute}, and adds to it behind that: it must be put out at once. */
    @Override
    public void attributeReplaced(ServletContextAttributeEvent event) {
        if (event.getName().equals(ATTRIBUTE) && takesPlaceOf(context.getAttribute(ATTRIBUTE))) {
            context.setAttribute(ATTRIBUTE, container);
        }
    }

    private boolean takesPlaceOf(@Nullable Object other) {
        return other == null || (!container.equals(other) && protocolSwitch.displace(context, other));
    }

    /**
     * Looks who is there.
     *
     * @throws ServletException when it is another one: the application must not start
     */
    void check() throws ServletException {
        Object other = context.getAttribute(ATTRIBUTE);
        if (other == null) {
            throw new ServletException(
                    "Somebody has removed the attribute %s of this application".formatted(ATTRIBUTE));
        }
        if (!container.equals(other)) {
            throw new ServletException(
                    "This application has another WebSocket container beside Duplex, %s, and only one can serve it: %s"
                            .formatted(other.getClass().getName(), protocolSwitch.leavingOut(other)));
        }
    }
}
