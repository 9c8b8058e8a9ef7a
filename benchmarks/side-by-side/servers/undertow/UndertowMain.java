import io.undertow.Undertow;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.websockets.extensions.PerMessageDeflateHandshake;
import io.undertow.websockets.jsr.WebSocketDeploymentInfo;
import org.xnio.Options;

/** Undertow. Properties: {@code port}; {@code deflate=true} to accept permessage-deflate, which it does not by itself. */
public final class UndertowMain {
    private UndertowMain() {}

    public static void main(String[] arguments) throws Exception {
        WebSocketDeploymentInfo webSocket = new WebSocketDeploymentInfo()
                .setBuffers(new DefaultByteBufferPool(true, 16384, 1000, 10, 100))
                .setDispatchToWorkerThread(true); // on its I/O threads it refuses sends that block
        Endpoints.ALL.forEach(webSocket::addEndpoint);
        if (Boolean.getBoolean("deflate")) {
            webSocket.addExtension(new PerMessageDeflateHandshake(false, 6));
        }
        DeploymentInfo deployment = Servlets.deployment()
                .setClassLoader(UndertowMain.class.getClassLoader())
                .setContextPath("/")
                .setDeploymentName("endpoints")
                .addServletContextAttribute(WebSocketDeploymentInfo.ATTRIBUTE_NAME, webSocket);
        DeploymentManager manager = Servlets.defaultContainer().addDeployment(deployment);
        manager.deploy();
        Undertow.builder()
                .addHttpListener(Integer.getInteger("port", 9001), "127.0.0.1")
                .setSocketOption(Options.BACKLOG, 4096)
                .setHandler(manager.start())
                .build()
                .start();
        System.out.println("started");
        Thread.currentThread().join();
    }
}
