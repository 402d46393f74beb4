package dev.mcpgateway.policy.screen;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out whether every text that a sequence of expressions matches begins with one of a set of literals. */
final class LiteralStart {

    private int shortest = Integer.MAX_VALUE;

    /** What is still to be matched. */
    private record Chain(RegexNode first, @Nullable Chain later) {}

    private LiteralStart() {}

    /** Length of the shortest literal that is needed; 0 when some match begins with none of them. */
    static int shortest(List<RegexNode> parts, List<String> literals) {
        LiteralStart start = new LiteralStart();
        return start.all(before(parts, null), literals, 0) ? start.shortest : 0;
    }

    private static @Nullable Chain before(List<RegexNode> parts, @Nullable Chain later) {
        Chain chain = later;
        for (RegexNode part : parts.reversed()) {
            chain = new Chain(part, chain);
        }
        return chain;
    }

    /** {@code literals} are those that agree with the first {@code done} characters. */
    private boolean all(@Nullable Chain chain, List<String> literals, int done) {
        for (String literal : literals) {
            if (literal.length() == done) {
                shortest = Math.min(shortest, done);
                return true;
            }
        }
        if (literals.isEmpty() || chain == null) {
            return false;
        }
        Chain later = chain.later();
        return switch (chain.first()) {
            case RegexNode.Literal(char c) -> all(later, agreeing(literals, done, c), done + 1);
            case RegexNode.Anchor _ -> all(later, literals, done);
            case RegexNode.OneOf _ -> false;
            case RegexNode.Sequence(List<RegexNode> parts) -> all(before(parts, later), literals, done);
            case RegexNode.Choice(List<RegexNode> branches) ->
                branches.stream().allMatch(branch -> all(new Chain(branch, later), literals, done));
            case RegexNode.Repeat(RegexNode part, int min, int max) ->
                max == 1 && all(new Chain(part, later), literals, done) && (min == 1 || all(later, literals, done));
        };
    }

    private static List<String> agreeing(List<String> literals, int done, char c) {
        List<String> agreeing = new ArrayList<>();
        for (String literal : literals) {
            if (literal.charAt(done) == c) {
                agreeing.add(literal);
            }
        }
        return agreeing;
    }
}
