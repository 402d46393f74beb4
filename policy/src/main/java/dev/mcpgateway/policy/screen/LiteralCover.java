package dev.mcpgateway.policy.screen;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Proves that every match of an expression holds one of its literals, and how far the match can reach to both sides of
 * it. The window around a literal is then sure to hold the whole match.
 *
 * @param before characters of a match before the literal, at most
 * @param after characters of a match after the literal, at most
 */
record LiteralCover(int before, int after) {

    /** The tightest cover of {@code node} by {@code literals}; nothing when a match could do without them. */
    static Optional<LiteralCover> of(RegexNode node, List<String> literals) {
        return switch (node) {
            case RegexNode.Sequence(List<RegexNode> parts) -> ofSequence(parts, literals);
            case RegexNode.Choice(List<RegexNode> branches) -> ofChoice(branches, literals);
            case RegexNode.Repeat(RegexNode part, int min, int max) ->
                min == 0
                        ? Optional.empty()
                        : of(part, literals).map(cover -> cover.plus(0, (max - 1) * part.maxLength()));
            case RegexNode.Literal _, RegexNode.OneOf _, RegexNode.Anchor _ -> Optional.empty();
        };
    }

    private static Optional<LiteralCover> ofChoice(List<RegexNode> branches, List<String> literals) {
        int before = 0;
        int after = 0;
        for (RegexNode branch : branches) {
            Optional<LiteralCover> cover = of(branch, literals);
            if (cover.isEmpty()) {
                return cover;
            }
            before = Math.max(before, cover.get().before());
            after = Math.max(after, cover.get().after());
        }
        return Optional.of(new LiteralCover(before, after));
    }

    /** Any part of a sequence may hold the literal, or the literal may begin at any part and run over the next ones. */
    private static Optional<LiteralCover> ofSequence(List<RegexNode> parts, List<String> literals) {
        List<LiteralCover> covers = new ArrayList<>();
        int before = 0;
        for (int i = 0; i < parts.size(); i++) {
            RegexNode part = parts.get(i);
            int reach = before;
            int after = length(parts.subList(i + 1, parts.size()));
            of(part, literals).map(cover -> cover.plus(reach, after)).ifPresent(covers::add);
            int begun = LiteralStart.shortest(parts.subList(i, parts.size()), literals);
            if (begun > 0) {
                covers.add(new LiteralCover(reach, part.maxLength() + after - begun));
            }
            before += part.maxLength();
        }
        return covers.stream().min(Comparator.comparingInt(cover -> cover.before() + cover.after()));
    }

    private static int length(List<RegexNode> parts) {
        return parts.stream().mapToInt(RegexNode::maxLength).sum();
    }

    private LiteralCover plus(int moreBefore, int moreAfter) {
        return new LiteralCover(before + moreBefore, after + moreAfter);
    }
}
