package dev.mcpgateway.policy;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;

/**
 * Texts that an operator does not want in requests or answers of models, as expressions of RE2/J, whose time is linear in
 * the text. Immutable and safe for use by many threads.
 */
public final class TextRule {
    /** Expressions of one rule. */
    public static final int PATTERNS_MAX = 64;

    /** Characters of one expression. */
    public static final int PATTERN_CHARS_MAX = 512;

    /** Instructions of all expressions of one rule: what bounds the time of a match. */
    public static final int SIZE_MAX = 5_000;

    private final String id;
    private final List<Pattern> patterns;
    private final ScreenRule rule;
    private final int size;

    private TextRule(String id, List<Pattern> patterns, ScreenRule rule) {
        this.id = id;
        this.patterns = List.copyOf(patterns);
        this.rule = rule;
        this.size = patterns.stream().mapToInt(Pattern::programSize).sum();
    }

    /** Takes the matches of a rule. */
    @FunctionalInterface
    public interface Sink {
        /** The characters from {@code start} to before {@code end} match; never none. */
        void matched(int start, int end);
    }

    /**
     * A rule.
     *
     * @param id as an id of a rule; stands in the audit log and in the placeholder of what is redacted
     * @param expressions in the syntax of RE2
     * @throws IllegalArgumentException that says what is wrong with which of them
     */
    public static TextRule of(String id, List<String> expressions, ScreenRule rule) {
        if (!Rule.isId(id) || expressions.isEmpty() || expressions.size() > PATTERNS_MAX) {
            throw new IllegalArgumentException("it must have an id and 1 to " + PATTERNS_MAX + " patterns");
        }
        TextRule made =
                new TextRule(id, expressions.stream().map(TextRule::compiled).toList(), rule);
        if (made.size > SIZE_MAX) {
            throw new IllegalArgumentException("its patterns compile to more than " + SIZE_MAX + " instructions");
        }
        return made;
    }

    private static Pattern compiled(String expression) {
        if (expression.length() > PATTERN_CHARS_MAX) {
            throw new IllegalArgumentException("a pattern has more than " + PATTERN_CHARS_MAX + " characters");
        }
        try {
            Pattern pattern = Pattern.compile(expression);
            if (pattern.matcher("").find()) {
                throw new IllegalArgumentException("the pattern '" + expression + "' matches every text");
            }
            return pattern;
        } catch (PatternSyntaxException malformed) {
            throw new IllegalArgumentException(
                    "the pattern '" + expression + "' cannot be matched in linear time: " + malformed.getDescription(),
                    malformed);
        }
    }

    /** What names it. */
    public String id() {
        return id;
    }

    /** What its matches lead to. */
    public ScreenRule rule() {
        return rule;
    }

    /** Its expressions, as written. */
    public List<String> expressions() {
        return patterns.stream().map(Pattern::pattern).toList();
    }

    /** Instructions of all its expressions: a match takes at most so many steps a character. */
    public int size() {
        return size;
    }

    /** Hands every match in {@code text} to {@code sink}, expression by expression. */
    public void find(String text, Sink sink) {
        for (Pattern pattern : patterns) {
            Matcher matcher = pattern.matcher(text);
            while (matcher.find()) {
                if (matcher.end() > matcher.start()) {
                    sink.matched(matcher.start(), matcher.end());
                }
            }
        }
    }

    @Override
    public String toString() {
        return "TextRule[" + id + "]";
    }
}
