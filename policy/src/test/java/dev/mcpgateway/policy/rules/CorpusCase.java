package dev.mcpgateway.policy.rules;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** One policy file of {@code corpus.txt} with what must be said about it. */
record CorpusCase(String kind, String name, List<String> problems, String yaml) {

    static List<CorpusCase> all() {
        List<CorpusCase> cases = new ArrayList<>();
        for (String block : text().split("(?m)^=== ", -1)) {
            List<String> lines = block.lines().toList();
            if (cases.isEmpty() && !block.startsWith("valid ")) {
                continue;
            }
            String[] head = lines.getFirst().split(" ", 2);
            List<String> problems = lines.stream()
                    .filter(line -> line.startsWith("! "))
                    .map(line -> line.substring(2))
                    .toList();
            String yaml = String.join(
                    "\n",
                    lines.stream()
                            .skip(1)
                            .filter(line -> !line.startsWith("! "))
                            .toList());
            cases.add(new CorpusCase(head[0], head[1], problems, yaml));
        }
        return cases;
    }

    private static String text() {
        try (InputStream corpus = Objects.requireNonNull(CorpusCase.class.getResourceAsStream("corpus.txt"))) {
            return new String(corpus.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return kind + ": " + name;
    }
}
