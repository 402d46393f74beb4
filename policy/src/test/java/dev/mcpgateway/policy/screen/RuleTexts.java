package dev.mcpgateway.policy.screen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlRead;
import dev.mcpgateway.policy.yaml.YamlReader;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Makes texts that a rule's expression matches, and texts around them. */
final class RuleTexts {

    private static final String[] WORDS = {
        "the",
        "harbour",
        "opens",
        "at",
        "nine",
        "your",
        "now",
        "previous",
        "user",
        "send",
        "tool",
        "x",
        "a.b",
        "1,5",
        "(so)",
        "-",
        "ignore",
        "task",
        "to",
        "<b>",
        "you",
        "must"
    };

    private static final String CLASS_CHARS = "abcxyz019 .,:;!?_-/@\"'`<>()[]{}#=&%|~+";

    private final RandomGenerator random;

    RuleTexts(RandomGenerator random) {
        this.random = random;
    }

    /** The expressions of the shipped pack. */
    static List<String> shippedExpressions() {
        try (InputStream pack = Objects.requireNonNull(PatternSet.class.getResourceAsStream("patterns.yaml"))) {
            YamlRead.Tree tree = (YamlRead.Tree) YamlReader.read("patterns.yaml", pack.readAllBytes());
            return YamlValue.of(tree.root(), new Problems()).object().objects("rules").stream()
                    .filter(rule -> rule.has("regex"))
                    .map((YamlObject rule) -> rule.text("regex"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A pack of one rule. */
    static PatternSet pack(String literal, int before, int after, String regex) {
        return PatternSet.parse(
                ("pack: test\nversion: 1\nrules:\n  - {id: INJ-TEST, revision: 1, weight: 0.5, literals: [" + literal
                                + "], span: {before: " + before + ", after: " + after + "}, regex: '" + regex + "'}\n")
                        .getBytes(StandardCharsets.UTF_8));
    }

    /** A text that {@code node} matches, as far as anchors allow. */
    String match(RegexNode node) {
        return switch (node) {
            case RegexNode.Literal(char c) -> String.valueOf(c);
            case RegexNode.OneOf(String source) -> String.valueOf(oneOf(source));
            case RegexNode.Anchor _ -> "";
            case RegexNode.Sequence(List<RegexNode> parts) -> {
                StringBuilder text = new StringBuilder();
                parts.forEach(part -> text.append(match(part)));
                yield text.toString();
            }
            case RegexNode.Choice(List<RegexNode> branches) -> match(branches.get(random.nextInt(branches.size())));
            case RegexNode.Repeat(RegexNode part, int min, int max) -> {
                StringBuilder text = new StringBuilder();
                int times = random.nextInt(3) == 0 ? max : random.nextInt(min, Math.min(max, min + 8) + 1);
                for (int i = 0; i < times; i++) {
                    boolean blank = i % 5 == 0 && part instanceof RegexNode.OneOf(String source) && " ".matches(source);
                    text.append(blank ? " " : match(part));
                }
                yield text.toString();
            }
        };
    }

    private char oneOf(String source) {
        Pattern one = Pattern.compile(source, Pattern.DOTALL);
        List<String> members = Arrays.stream(CLASS_CHARS.split("", -1))
                .filter(each -> one.matcher(each).matches())
                .toList();
        assertThat(members).as("characters of " + source).isNotEmpty();
        return members.get(random.nextInt(members.size())).charAt(0);
    }

    /** About {@code chars} characters of words. */
    String filler(int chars) {
        StringBuilder text = new StringBuilder();
        while (text.length() < chars) {
            text.append(random.nextInt(9) == 0 ? "\n" : " ").append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.append(' ').toString();
    }
}
