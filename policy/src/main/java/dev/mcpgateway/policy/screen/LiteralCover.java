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
 * @param atWordStart whether no word character stands before the literal, if the literal begins with one
 */
record LiteralCover(int before, int after, boolean atWordStart) {

    /** The tightest cover of {@code node} by {@code literals}; nothing when a match could do without them. */
    static Optional<LiteralCover> of(RegexNode node, List<String> literals) {
        return of(node, literals, false);
    }

    private static Optional<LiteralCover> of(RegexNode node, List<String> literals, boolean wordStart) {
        return switch (node) {
            case RegexNode.Sequence(List<RegexNode> parts) -> ofSequence(parts, literals, wordStart);
            case RegexNode.Choice(List<RegexNode> branches) -> ofChoice(branches, literals, wordStart);
            case RegexNode.Repeat(RegexNode part, int min, int max) ->
                min == 0
                        ? Optional.empty()
                        : of(part, literals, wordStart).map(cover -> cover.plus(0, (max - 1) * part.maxLength()));
            case RegexNode.Literal _, RegexNode.OneOf _, RegexNode.Anchor _ -> Optional.empty();
        };
    }

    private static Optional<LiteralCover> ofChoice(List<RegexNode> branches, List<String> literals, boolean wordStart) {
        LiteralCover all = new LiteralCover(0, 0, true);
        for (RegexNode branch : branches) {
            Optional<LiteralCover> cover = of(branch, literals, wordStart);
            if (cover.isEmpty()) {
                return cover;
            }
            all = all.or(cover.get());
        }
        return Optional.of(all);
    }

    /** Any part of a sequence may hold the literal, or the literal may begin at any part and run over the next ones. */
    private static Optional<LiteralCover> ofSequence(List<RegexNode> parts, List<String> literals, boolean wordStart) {
        List<LiteralCover> covers = new ArrayList<>();
        int before = 0;
        boolean atWordStart = wordStart;
        for (int i = 0; i < parts.size(); i++) {
            RegexNode part = parts.get(i);
            int reach = before;
            int after = length(parts.subList(i + 1, parts.size()));
            of(part, literals, atWordStart)
                    .map(cover -> cover.plus(reach, after))
                    .ifPresent(covers::add);
            int begun = LiteralStart.shortest(parts.subList(i, parts.size()), literals);
            if (begun > 0) {
                covers.add(new LiteralCover(reach, part.maxLength() + after - begun, atWordStart));
            }
            before += part.maxLength();
            atWordStart = isWordStartAfter(part, atWordStart);
        }
        return covers.stream().min(Comparator.comparingInt(cover -> cover.before() + cover.after()));
    }

    /** Whether a word may begin after any text of {@code node}, given whether one may begin before it. */
    private static boolean isWordStartAfter(RegexNode node, boolean before) {
        return switch (node) {
            case RegexNode.Literal(char c) -> c < 0x80 && !Character.isLetterOrDigit(c) && c != '_';
            case RegexNode.Anchor(String source) -> before || source.equals("\\b");
            case RegexNode.OneOf _ -> false;
            case RegexNode.Choice(List<RegexNode> branches) ->
                branches.stream().allMatch(branch -> isWordStartAfter(branch, before));
            case RegexNode.Sequence(List<RegexNode> parts) -> {
                boolean after = before;
                for (RegexNode part : parts) {
                    after = isWordStartAfter(part, after);
                }
                yield after;
            }
            case RegexNode.Repeat(RegexNode part, int min, int max) -> {
                boolean once = isWordStartAfter(part, before);
                boolean again = max == 1 || isWordStartAfter(part, once);
                yield once && again && (min > 0 || before);
            }
        };
    }

    private static int length(List<RegexNode> parts) {
        return parts.stream().mapToInt(RegexNode::maxLength).sum();
    }

    private LiteralCover plus(int moreBefore, int moreAfter) {
        return new LiteralCover(before + moreBefore, after + moreAfter, atWordStart);
    }

    private LiteralCover or(LiteralCover other) {
        return new LiteralCover(
                Math.max(before, other.before), Math.max(after, other.after), atWordStart && other.atWordStart);
    }
}
