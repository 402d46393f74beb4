package dev.mcpgateway.policy.screen;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes a {@link RegexNode} for {@code java.util.regex}. */
final class RegexText {

    private RegexText() {}

    /** The compiled form: {@code .} matches line breaks, {@code ^} and {@code $} match at them, a blank matches one. */
    static Pattern compile(RegexNode node) {
        return Pattern.compile(write(node), Pattern.DOTALL | Pattern.MULTILINE | Pattern.UNIX_LINES);
    }

    private static String write(RegexNode node) {
        return switch (node) {
            case RegexNode.Literal(char c) -> literal(c);
            case RegexNode.OneOf(String source) -> source;
            case RegexNode.Anchor(String source) -> source;
            case RegexNode.Sequence(List<RegexNode> parts) ->
                parts.stream().map(RegexText::write).collect(Collectors.joining());
            case RegexNode.Choice(List<RegexNode> branches) ->
                branches.stream().map(RegexText::write).collect(Collectors.joining("|", "(?:", ")"));
            case RegexNode.Repeat(RegexNode part, int min, int max) ->
                "(?:" + write(part) + "){" + min + "," + max + "}";
        };
    }

    private static String literal(char c) {
        if (c == ' ') {
            return "[ \\n]";
        }
        return Character.isLetterOrDigit(c) ? String.valueOf(c) : "\\" + c;
    }
}
