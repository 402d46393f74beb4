package dev.mcpgateway.policy.screen;

import dev.mcpgateway.policy.yaml.Problem;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlNode;
import dev.mcpgateway.policy.yaml.YamlRead;
import dev.mcpgateway.policy.yaml.YamlReader;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/** The product's own samples of a rule: texts in which it must be found, and texts in which nothing may be found. */
record Samples(String rule, List<String> positive, List<String> negative) {

    static List<Samples> all() {
        Problems problems = new Problems();
        List<Samples> samples = YamlValue.of(root(), problems).object().objects("samples").stream()
                .map(entry -> new Samples(entry.text("rule"), entry.texts("positive"), entry.texts("negative")))
                .toList();
        if (!problems.isEmpty()) {
            throw new AssertionError(problems.list());
        }
        return samples;
    }

    private static YamlNode root() {
        try (InputStream file = Objects.requireNonNull(Samples.class.getResourceAsStream("samples.yaml"))) {
            return switch (YamlReader.read("samples.yaml", file.readAllBytes())) {
                case YamlRead.Tree(YamlNode root) -> root;
                case YamlRead.Refused(List<Problem> problems) -> throw new AssertionError(problems);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return rule;
    }
}
