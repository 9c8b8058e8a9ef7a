package dev.duplex.se.beans;

import jakarta.websocket.DeploymentException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * What a beans.xml says. Immutable. Jakarta CDI 4.1 §12.1 and §15.
 *
 * @param mode which classes are beans: annotated, all, none
 * @param excludes which classes are none all the same
 */
record BeansXml(
        String mode,
        List<Exclude> excludes,
        List<String> alternatives,
        List<String> stereotypes,
        List<String> interceptors,
        List<String> decorators) {
    /** What an archive has that has none, or an empty one: CDI 4. */
    static final BeansXml EMPTY = new BeansXml("annotated", List.of(), List.of(), List.of(), List.of(), List.of());

    /**
     * A pattern of names, and what must be there, or must not, for it to count.
     *
     * @param pattern a class, {@code package.*} or {@code package.**}
     */
    record Exclude(String pattern, List<String> classesThere, List<String> classesMissing, List<String> properties) {
        boolean matches(String className, ClassLoader loader) {
            return matchesName(className)
                    && classesThere.stream().allMatch(name -> isThere(name, loader))
                    && classesMissing.stream().noneMatch(name -> isThere(name, loader))
                    && properties.stream().allMatch(Exclude::isSet);
        }

        private boolean matchesName(String className) {
            if (pattern.endsWith(".**")) {
                return className.startsWith(pattern.substring(0, pattern.length() - 2));
            }
            if (pattern.endsWith(".*")) {
                return className
                        .substring(0, className.lastIndexOf('.') + 1)
                        .equals(pattern.substring(0, pattern.length() - 1));
            }
            return className.equals(pattern);
        }

        private static boolean isThere(String name, ClassLoader loader) {
            try {
                Class.forName(name, false, loader);
                return true;
            } catch (ClassNotFoundException | LinkageError e) {
                return false; // which is what was asked
            }
        }

        private static boolean isSet(String nameAndValue) {
            String[] parts = nameAndValue.split("=", 2);
            String value = System.getProperty(parts[0]);
            return value != null && (parts.length == 1 || value.equals(parts[1]));
        }
    }

    boolean excludes(String className, ClassLoader loader) {
        return excludes.stream().anyMatch(exclude -> exclude.matches(className, loader));
    }

    /**
     * Reads one.
     *
     * @throws DeploymentException when it is none; says where it is
     */
    static BeansXml read(URL url) throws DeploymentException {
        try (InputStream in = new BufferedInputStream(opened(url))) {
            in.mark(1);
            if (in.read() < 0) {
                return EMPTY;
            }
            in.reset();
            DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true); // it needs no entities
            return of(factory.newDocumentBuilder().parse(in).getDocumentElement());
        } catch (IOException | SAXException | ParserConfigurationException e) {
            throw new DeploymentException(url + " is no beans.xml that can be read: " + e.getMessage(), e);
        }
    }

    private static InputStream opened(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        connection.setUseCaches(
                false); // which would keep a jar open for ever, and read it when there is another one in its place
        return connection.getInputStream();
    }

    private static BeansXml of(Element beans) {
        List<Exclude> excludes = new ArrayList<>();
        for (Element exclude : children(beans, "scan", "exclude")) {
            List<String> there = new ArrayList<>();
            List<String> missing = new ArrayList<>();
            List<String> properties = new ArrayList<>();
            for (Element condition : children(exclude)) {
                switch (condition.getLocalName()) {
                    case "if-class-available" -> there.add(condition.getAttribute("name"));
                    case "if-class-not-available" -> missing.add(condition.getAttribute("name"));
                    case "if-system-property" ->
                        properties.add(condition.getAttribute("name")
                                + (condition.hasAttribute("value") ? "=" + condition.getAttribute("value") : ""));
                    default -> {
                        // The schema has no other
                    }
                }
            }
            excludes.add(new Exclude(exclude.getAttribute("name"), there, missing, properties));
        }
        String mode = beans.getAttribute("bean-discovery-mode").toLowerCase(Locale.ROOT);
        return new BeansXml(
                mode.isEmpty() ? EMPTY.mode() : mode,
                excludes,
                texts(beans, "alternatives", "class"),
                texts(beans, "alternatives", "stereotype"),
                texts(beans, "interceptors", "class"),
                texts(beans, "decorators", "class"));
    }

    private static List<String> texts(Element beans, String list, String item) {
        return children(beans, list, item).stream()
                .map(element -> element.getTextContent().strip())
                .toList();
    }

    private static List<Element> children(Element parent, String list, String item) {
        return children(parent).stream()
                .filter(element -> element.getLocalName().equals(list))
                .flatMap(element -> children(element).stream())
                .filter(element -> element.getLocalName().equals(item))
                .toList();
    }

    private static List<Element> children(Element parent) {
        List<Element> children = new ArrayList<>();
        NodeList nodes = parent.getChildNodes();
        for (int i = 0; i < nodes.getLength(); i++) {
            Node node = nodes.item(i);
            if (node instanceof Element element) {
                children.add(element);
            }
        }
        return children;
    }
}
