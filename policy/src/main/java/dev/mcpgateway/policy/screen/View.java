package dev.mcpgateway.policy.screen;

import java.util.List;

/**
 * Normalised text for matching, in which every character knows its place in the source. Positions in the source count
 * the characters of all texts given to the {@link ViewBuilder}, with one more after each text.
 */
final class View {

    /** A part of the view that a person would not see; parts come in order. */
    record Concealed(int start, int end) {}

    private final char[] chars;
    private final int length;
    private final int[] origin;
    private final int sourceLength;
    private final List<Concealed> concealed;
    private final List<OddityMark> oddities;

    View(
            char[] chars,
            int length,
            int[] origin,
            int sourceLength,
            List<Concealed> concealed,
            List<OddityMark> oddities) {
        this.chars = chars;
        this.length = length;
        this.origin = origin;
        this.sourceLength = sourceLength;
        this.concealed = concealed;
        this.oddities = oddities;
    }

    /** The characters; only the first {@link #length()} count. */
    char[] chars() {
        return chars;
    }

    int length() {
        return length;
    }

    List<OddityMark> oddities() {
        return oddities;
    }

    /** Where the source of view character {@code index} begins. */
    int sourceStart(int index) {
        return origin[index];
    }

    /** Where the source of the view characters before {@code index} ends; what was dropped after them belongs to them. */
    int sourceEnd(int index) {
        int last = origin[index - 1];
        int next = index;
        while (next < length && origin[next] == last) {
            next++;
        }
        return next < length ? origin[next] : sourceLength;
    }

    /** True when any character of the range would not be seen by a person. */
    boolean isConcealed(int start, int end) {
        int low = 0;
        int high = concealed.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (concealed.get(middle).end() <= start) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < concealed.size() && concealed.get(low).start() < end;
    }

    @Override
    public String toString() {
        return new String(chars, 0, length);
    }
}
