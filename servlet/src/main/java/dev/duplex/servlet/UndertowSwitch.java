package dev.duplex.servlet;

import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Takes the channel below a request of Undertow, as its own WebSockets do. Safe for any thread. */
final class UndertowSwitch implements ProtocolSwitch {
    @Override
    public void switchProtocols(HttpServletRequest request, HttpServletResponse response, UpgradedConnection connection)
            throws ServletException {
        HttpServerExchange exchange = ServletRequestContext.requireCurrent().getExchange();
        try {
            exchange.upgradeChannel((channel, upgraded) -> {
                UndertowTransport transport = new UndertowTransport(
                        connection.ends(), channel, upgraded.getConnection().getByteBufferPool());
                transport.listen();
                connection.begin(transport);
            });
            exchange.getConnection().addCloseListener(closed -> connection.gone()); // the response may not get out
        } catch (IllegalStateException e) { // as of AJP, which has no connection of the client's own to give
            throw new ServletException(
                    "Undertow hands over no connection of %s, only of HTTP/1.1"
                            .formatted(exchange.getConnection().getTransportProtocol()),
                    e);
        }
    }

    /** It cannot be put out: a listener of its own, which is there already, insists on finding it. */
    @Override
    public String leavingOut(Object other) {
        return other.getClass().getName().startsWith("io.undertow.")
                ? "take the WebSocketDeploymentInfo out of the attributes of the DeploymentInfo, without which"
                        + " Undertow's own is not there"
                : ProtocolSwitch.super.leavingOut(other);
    }
}
