package dev.duplex.tck.servlet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.ContextConfig;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.apache.tomcat.util.scan.StandardJarScanner;

/** Tomcat, which scans WARs as a stand-alone one does. */
final class TomcatServer implements ServletServer {
    private final Tomcat tomcat = new Tomcat();

    TomcatServer(Settings settings) throws Exception {
        Files.createDirectories(settings.folder().resolve("webapps"));
        tomcat.setBaseDir(settings.folder().toString());
        Connector connector = new Connector("HTTP/1.1");
        connector.setPort(0);
        connector.setProperty("address", "127.0.0.1");
        if (settings.identity() != null) {
            SSLHostConfig tls = new SSLHostConfig();
            SSLHostConfigCertificate certificate =
                    new SSLHostConfigCertificate(tls, SSLHostConfigCertificate.Type.UNDEFINED);
            certificate.setCertificateFile(settings.identity().certificate().toString());
            certificate.setCertificateKeyFile(settings.identity().key().toString());
            tls.addCertificate(certificate);
            connector.addSslHostConfig(tls);
            connector.setSecure(true);
            connector.setScheme("https");
            connector.setProperty("SSLEnabled", "true");
        }
        tomcat.setConnector(connector);
        tomcat.addUser(settings.user(), settings.password());
        tomcat.addRole(settings.user(), settings.role());
        tomcat.getHost().setAutoDeploy(false);
        tomcat.start();
        if (connector.getLocalPort() <= 0) {
            throw new LifecycleException("Tomcat does not listen; its log says why");
        }
    }

    @Override
    public int port() {
        return tomcat.getConnector().getLocalPort();
    }

    @Override
    public void deploy(String contextPath, Path war) throws Exception {
        Context context = tomcat.addWebapp(tomcat.getHost(), contextPath, war.toString(), new WarConfig());
        if (!context.getState().isAvailable()) {
            undeploy(contextPath);
            throw new LifecycleException("Tomcat could not start " + contextPath + "; its log says why");
        }
    }

    @Override
    public void undeploy(String contextPath) throws LifecycleException {
        Context context = (Context) tomcat.getHost().findChild(contextPath);
        tomcat.getHost().removeChild(context);
        context.destroy();
    }

    @Override
    public void close() throws IOException {
        try {
            tomcat.stop();
            tomcat.destroy();
        } catch (LifecycleException e) {
            throw new IOException("Tomcat cannot be stopped", e);
        }
    }

    /** Applications get what is in their WAR: without this, endpoints on the class path of the tests would be each application's. */
    private static final class WarConfig extends ContextConfig {
        @Override
        protected synchronized void init() {
            StandardJarScanner scanner = new StandardJarScanner();
            scanner.setScanClassPath(false);
            context.setJarScanner(scanner);
            ((StandardContext) context).setClearReferencesRmiTargets(false);
            super.init();
        }
    }
}
