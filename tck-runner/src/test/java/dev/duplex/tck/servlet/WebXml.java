package dev.duplex.tck.servlet;

import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.LoginConfig;
import io.undertow.servlet.api.SecurityConstraint;
import io.undertow.servlet.api.TransportGuaranteeType;
import io.undertow.servlet.api.WebResourceCollection;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** What a {@code web.xml} says about sessions and about who may log in; the applications of the tests say nothing else in theirs. */
record WebXml(Document document) {
    static WebXml parse(InputStream in) throws IOException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        try {
            return new WebXml(factory.newDocumentBuilder().parse(in));
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException("A web.xml cannot be read: " + e.getMessage(), e);
        }
    }

    /** Tells Undertow of it. */
    void describe(DeploymentInfo info) {
        Element root = document.getDocumentElement();
        for (Element constraint : elements(root, "security-constraint")) {
            info.addSecurityConstraint(constraint(constraint));
        }
        for (String minutes : texts(root, "session-timeout")) {
            info.setDefaultSessionTimeout(Integer.parseInt(minutes) * 60);
        }
        for (String method : texts(root, "auth-method")) {
            info.setLoginConfig(new LoginConfig(method, "users"));
        }
        for (Element role : elements(root, "security-role")) {
            info.addSecurityRoles(texts(role, "role-name"));
        }
    }

    private static SecurityConstraint constraint(Element element) {
        SecurityConstraint constraint = new SecurityConstraint();
        for (Element resources : elements(element, "web-resource-collection")) {
            constraint.addWebResourceCollection(new WebResourceCollection()
                    .addUrlPatterns(texts(resources, "url-pattern"))
                    .addHttpMethods(texts(resources, "http-method")));
        }
        for (Element roles : elements(element, "auth-constraint")) {
            constraint.addRolesAllowed(texts(roles, "role-name"));
        }
        for (String guarantee : texts(element, "transport-guarantee")) {
            constraint.setTransportGuaranteeType(TransportGuaranteeType.valueOf(guarantee));
        }
        return constraint;
    }

    private static List<Element> elements(Element parent, String name) {
        NodeList found = parent.getElementsByTagNameNS("*", name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            Node node = found.item(i);
            elements.add((Element) node);
        }
        return elements;
    }

    private static List<String> texts(Element parent, String name) {
        return elements(parent, name).stream()
                .map(element -> element.getTextContent().strip())
                .toList();
    }
}
