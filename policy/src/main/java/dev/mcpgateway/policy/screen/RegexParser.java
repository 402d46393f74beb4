package dev.mcpgateway.policy.screen;

import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses the subset of regular expressions that rules may use: literals in lower case, classes, {@code .}, {@code \b},
 * {@code ^}, {@code $} (both at lines), {@code (?:…|…)}, and the bounded quantifiers {@code ?}, {@code {n}},
 * {@code {n,m}}. No unbounded and no nested repetition, no captures, no look-around, no back-reference: the longest match
 * can be computed and the time of a match is bounded.
 */
final class RegexParser {

    /** An expression is outside of the subset. */
    static final class Unsupported extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1L;

        Unsupported(String message) {
            super(message, null, false, false);
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }

    private static final Pattern COUNT = Pattern.compile("\\{([0-9]{1,3})(?:,([0-9]{1,3}))?}");
    private static final String CLASS_ESCAPES = "swdSWD";

    private final String source;
    private int at;

    private RegexParser(String source) {
        this.source = source;
    }

    /** The tree of {@code source}; throws {@link Unsupported}. */
    static RegexNode parse(String source) {
        RegexParser parser = new RegexParser(source);
        RegexNode node = parser.choice();
        if (parser.at < source.length()) {
            throw new Unsupported("')' without '(' at character " + parser.at);
        }
        return node;
    }

    private RegexNode choice() {
        List<RegexNode> branches = new ArrayList<>();
        branches.add(sequence());
        while (peek('|')) {
            at++;
            branches.add(sequence());
        }
        return branches.size() == 1 ? branches.getFirst() : new RegexNode.Choice(branches);
    }

    private RegexNode sequence() {
        List<RegexNode> parts = new ArrayList<>();
        while (at < source.length() && !peek('|') && !peek(')')) {
            RegexNode part = quantified(atom());
            if (part instanceof RegexNode.Sequence(List<RegexNode> inner)) {
                parts.addAll(inner);
            } else {
                parts.add(part);
            }
        }
        return new RegexNode.Sequence(parts);
    }

    private RegexNode atom() {
        char c = source.charAt(at);
        return switch (c) {
            case '(' -> group();
            case '[' -> characterClass();
            case '\\' -> escape();
            case '.' -> one(new RegexNode.OneOf("."));
            case '^', '$' -> one(new RegexNode.Anchor(String.valueOf(c)));
            case '*', '+', '?', '{' -> throw new Unsupported("quantifier without a part at character " + at);
            default -> {
                if (Character.toLowerCase(c) != c) {
                    throw new Unsupported("upper case at character " + at + ": views are in lower case");
                }
                yield one(new RegexNode.Literal(c));
            }
        };
    }

    private RegexNode one(RegexNode node) {
        at++;
        return node;
    }

    private RegexNode group() {
        if (!source.startsWith("(?:", at)) {
            throw new Unsupported("a group other than (?:…) at character " + at);
        }
        at += 3;
        RegexNode inner = choice();
        if (!peek(')')) {
            throw new Unsupported("'(' without ')'");
        }
        at++;
        return inner;
    }

    private RegexNode characterClass() {
        int close = at + 1;
        while (close < source.length() && source.charAt(close) != ']') {
            close += source.charAt(close) == '\\' ? 2 : 1;
        }
        if (close >= source.length()) {
            throw new Unsupported("'[' without ']'");
        }
        String inner = source.substring(at + 1, close);
        if (inner.contains("[") || inner.contains("&&") || inner.chars().anyMatch(Character::isUpperCase)) {
            throw new Unsupported("a class with '[', '&&' or upper case at character " + at);
        }
        at = close + 1;
        return new RegexNode.OneOf("[" + inner.replace("\\s", " ").replace(" ", " \\n") + "]");
    }

    private RegexNode escape() {
        if (at + 1 == source.length()) {
            throw new Unsupported("'\\' at the end");
        }
        char c = source.charAt(at + 1);
        at += 2;
        if (c == 'b') {
            return new RegexNode.Anchor("\\b");
        }
        if (CLASS_ESCAPES.indexOf(c) >= 0) {
            return new RegexNode.OneOf(c == 's' ? "[ \\n]" : "\\" + c);
        }
        if (Character.isLetterOrDigit(c)) {
            throw new Unsupported("escape '\\" + c + "'");
        }
        return new RegexNode.Literal(c);
    }

    private RegexNode quantified(RegexNode part) {
        int min;
        int max;
        if (peek('?')) {
            min = 0;
            max = 1;
            at++;
        } else if (peek('{')) {
            Matcher count = COUNT.matcher(source).region(at, source.length());
            if (!count.lookingAt()) {
                throw new Unsupported("an unbounded quantifier at character " + at);
            }
            min = Integer.parseInt(count.group(1));
            max = count.group(2) == null ? min : Integer.parseInt(count.group(2));
            at = count.end();
        } else if (peek('*') || peek('+')) {
            throw new Unsupported("an unbounded quantifier at character " + at);
        } else {
            return part;
        }
        if (peek('?') || peek('+') || peek('*') || peek('{')) {
            throw new Unsupported("a quantifier of a quantifier at character " + at);
        }
        if (max < min || (max > 1 && repeats(part))) {
            throw new Unsupported("nested repetition before character " + at);
        }
        return new RegexNode.Repeat(part, min, max);
    }

    private static boolean repeats(RegexNode node) {
        return switch (node) {
            case RegexNode.Repeat _ -> true;
            case RegexNode.Sequence(List<RegexNode> parts) -> parts.stream().anyMatch(RegexParser::repeats);
            case RegexNode.Choice(List<RegexNode> branches) -> branches.stream().anyMatch(RegexParser::repeats);
            case RegexNode.Literal _, RegexNode.OneOf _, RegexNode.Anchor _ -> false;
        };
    }

    private boolean peek(char c) {
        return at < source.length() && source.charAt(at) == c;
    }
}
