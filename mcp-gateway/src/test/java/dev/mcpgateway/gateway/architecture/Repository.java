package dev.mcpgateway.gateway.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What documents may name: classes, tests, scripts and headings, as they stand in the files of all modules. */
final class Repository {
    static final Path ROOT = Path.of(System.getProperty("basedir", "."))
            .resolve("..")
            .toAbsolutePath()
            .normalize();

    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Set<String> LEFT_OUT = Set.of("target", "node_modules", ".git");

    private final Set<String> classes = new TreeSet<>();
    private final Map<String, String> tests = new HashMap<>();
    private final List<Path> documents = new ArrayList<>();
    private final Map<Path, List<String>> headings = new HashMap<>();

    Repository() throws IOException {
        look(ROOT);
    }

    private void look(Path folder) throws IOException {
        List<Path> inside;
        try (Stream<Path> entries = Files.list(folder)) {
            inside = entries.sorted().toList();
        }
        for (Path path : inside) {
            String name = path.getFileName().toString();
            if (Files.isDirectory(path)) {
                if (!LEFT_OUT.contains(name)) {
                    look(path);
                }
            } else if (name.endsWith(".md")) {
                documents.add(path);
            } else if (name.endsWith("Test.java")) {
                tests.merge(name.replace(".java", ""), Files.readString(path), String::concat);
            } else if (name.endsWith(".java") && path.toString().contains("/src/main/java/")) {
                classes.add(path.toString().replace(".java", "").replace('/', '.'));
            }
        }
    }

    List<Path> documents() {
        return List.copyOf(documents);
    }

    /** Whether there is a class of this name, with as much of its package as the name has. */
    boolean hasClass(String name) {
        return classes.stream().anyMatch(known -> known.endsWith("." + name));
    }

    /** Whether there is {@code Class#method}, and the method is a test. */
    boolean hasTest(String name) {
        String[] parts = name.split("#", 2);
        return parts.length == 2
                && Pattern.compile(
                                "@(Parameterized|Repeated|Fuzz)?Test\\b((?!\\bvoid\\b).)*\\bvoid "
                                        + Pattern.quote(parts[1]) + "\\(",
                                Pattern.DOTALL)
                        .matcher(tests.getOrDefault(parts[0], ""))
                        .find();
    }

    /** Whether this path below the root is a program. */
    static boolean isScript(String path) {
        return Files.isRegularFile(ROOT.resolve(path)) && Files.isExecutable(ROOT.resolve(path));
    }

    /** The targets of all links of a text that do not lead to another machine. */
    static List<String> links(String text) {
        return LINK.matcher(text)
                .results()
                .map(found -> found.group(1))
                .filter(target -> !target.contains("://"))
                .toList();
    }

    /** Whether a link of this document leads to a file, and to a heading of it where it names one. */
    boolean leadsSomewhere(Path document, String target) {
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty()
                ? document
                : Optional.ofNullable(document.getParent())
                        .orElse(ROOT)
                        .resolve(parts[0])
                        .normalize();
        return Files.exists(file)
                && (parts.length == 1
                        || headings.computeIfAbsent(file, Repository::headingsOf)
                                .contains(parts[1]));
    }

    private static List<String> headingsOf(Path document) {
        try {
            boolean inCode = false;
            List<String> found = new ArrayList<>();
            for (String line : Files.readAllLines(document)) {
                inCode ^= line.startsWith("```");
                if (!inCode && line.startsWith("#")) {
                    found.add(anchor(line.replaceFirst("#+", "").strip()));
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As pages of repositories make them: small letters, digits, underscores and hyphens, a hyphen for a blank. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                .replace(' ', '-');
    }
}
