package dev.duplex.servlet;

import dev.duplex.peer.RawPeer;
import io.undertow.Undertow;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ServletContainerInitializerInfo;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Set;

/** A program that runs Undertow with Undertow's own WebSocket container beside Duplex, and tells who serves an application. */
final class UndertowNeighbour {
    private static final String OTHER = "io.undertow.websockets.jsr.WebSocketDeploymentInfo";

    private UndertowNeighbour() {}

    /** Whether the other one is active, or only its classes are there. */
    enum Start {
        ACTIVE,
        PASSIVE
    }

    /** Returns what it gets. */
    @ServerEndpoint("/echo")
    public static final class Echo {
        @OnMessage
        public String echo(String text) {
            return text;
        }
    }

    @SuppressWarnings("SystemOut") // the parent reads it
    public static void main(String[] arguments) throws Exception {
        DeploymentInfo info = Servlets.deployment()
                .setClassLoader(UndertowNeighbour.class.getClassLoader())
                .setContextPath("/")
                .setDeploymentName("application")
                .addServletContainerInitializer(
                        new ServletContainerInitializerInfo(DuplexInitializer.class, Set.of(Echo.class)));
        Class<?> type = Class.forName(OTHER);
        if (Start.valueOf(arguments[0]) == Start.ACTIVE) {
            Object other = type.getConstructor().newInstance();
            type.getMethod("setBuffers", ByteBufferPool.class).invoke(other, new DefaultByteBufferPool(true, 1024));
            info.addServletContextAttribute(OTHER, other);
        }
        DeploymentManager manager = Servlets.newContainer().addDeployment(info);
        try {
            manager.deploy();
        } catch (RuntimeException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            System.out.println("failed: " + cause.getMessage());
            return;
        }
        Undertow undertow = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setHandler(manager.start())
                .build();
        undertow.start();
        try {
            Object container =
                    manager.getDeployment().getServletContext().getAttribute(ServerContainer.class.getName());
            System.out.println("container " + container.getClass().getName());
            int port =
                    ((InetSocketAddress) undertow.getListenerInfo().getFirst().getAddress()).getPort();
            try (RawPeer raw = new RawPeer(new Socket(InetAddress.getLoopbackAddress(), port), true)) {
                raw.ask("/echo");
                System.out.println(raw.head().lines().findFirst().orElseThrow().strip());
                raw.frame(RawPeer.TEXT, "echo");
                System.out.println(raw.frame().text());
            }
        } finally {
            manager.stop();
            manager.undeploy();
            undertow.stop();
        }
    }
}
