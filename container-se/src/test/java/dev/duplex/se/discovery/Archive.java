package dev.duplex.se.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Entries of an archive, which tests put together: as bytes, as a file, or as a directory. */
public final class Archive {
    private static final Pattern PACKAGE = Pattern.compile("^package ([\\w.]+);", Pattern.MULTILINE);
    private static final Pattern TYPE = Pattern.compile("^public .*?(?:class|interface) (\\w+)", Pattern.MULTILINE);

    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    private Archive() {}

    /** One without entries. */
    public static Archive empty() {
        return new Archive();
    }

    /** The class files of these sources, each of which begins with its package and has one public type on the top. */
    public static Archive compiled(String... sources) {
        List<JavaFileObject> units = new ArrayList<>();
        for (String source : sources) {
            units.add(new Source(source));
        }
        Archive archive = new Archive();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter errors = new StringWriter();
        boolean compiled = compiler.getTask(
                        errors,
                        archive.new Output(compiler.getStandardFileManager(null, null, UTF_8)),
                        null,
                        List.of("--release", "21", "-parameters", "-proc:none"),
                        null,
                        units)
                .call();
        assertThat(compiled).as(errors.toString()).isTrue();
        return archive;
    }

    /** Adds an entry. */
    public Archive with(String name, byte[] content) {
        entries.put(name, content);
        return this;
    }

    /** Adds an entry of text. */
    public Archive with(String name, String content) {
        return with(name, content.getBytes(UTF_8));
    }

    /** Adds all entries of another one below a directory, such as {@code WEB-INF/classes/}. */
    public Archive with(String directory, Archive other) {
        other.entries.forEach((name, content) -> with(directory + name, content));
        return this;
    }

    /** What is left of it without the classes whose names begin so. */
    public Archive without(String... classNames) {
        Archive rest = new Archive();
        entries.forEach((name, content) -> {
            for (String className : classNames) {
                if (name.startsWith(className.replace('.', '/') + ".")
                        || name.startsWith(className.replace('.', '/') + "$")) {
                    return;
                }
            }
            rest.with(name, content);
        });
        return rest;
    }

    /** Only the classes whose names begin so. */
    public Archive only(String... classNames) {
        Archive others = without(classNames);
        Archive rest = new Archive();
        entries.forEach((name, content) -> {
            if (!others.entries.containsKey(name)) {
                rest.with(name, content);
            }
        });
        return rest;
    }

    /** Zipped. */
    public byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Zipped into a file, whose directories are made. */
    public Path file(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        return Files.write(file, bytes());
    }

    /** In a directory, which is made. */
    public Path directory(Path directory) throws IOException {
        for (Map.Entry<String, byte[]> entry : new TreeMap<>(entries).entrySet()) {
            Path file = directory.resolve(entry.getKey());
            Files.createDirectories(file.getParent());
            Files.write(file, entry.getValue());
        }
        return directory;
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///" + name(text) + ".java"), Kind.SOURCE);
            this.text = text;
        }

        private static String name(String text) {
            Matcher inPackage = PACKAGE.matcher(text);
            Matcher type = TYPE.matcher(text);
            assertThat(inPackage.find() && type.find())
                    .as("package and public type of " + text)
                    .isTrue();
            return inPackage.group(1).replace('.', '/') + "/" + type.group(1);
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private final class Output extends ForwardingJavaFileManager<JavaFileManager> {
        Output(JavaFileManager manager) {
            super(manager);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            String entry = className.replace('.', '/') + kind.extension;
            return new SimpleJavaFileObject(URI.create("bytes:///" + entry), kind) {
                @Override
                public ByteArrayOutputStream openOutputStream() {
                    return new ByteArrayOutputStream() {
                        @Override
                        public void close() {
                            with(entry, toByteArray());
                        }
                    };
                }
            };
        }
    }
}
