package dev.mcpgateway.policy.yaml;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word somebody may have meant. */
public final class Spelling {

    /** Edits between a slip and what was meant; more is another word. */
    private static final int EDITS_MAX = 2;

    /** Words longer than this are not compared: the cost grows with the square of the length. */
    private static final int WORD_CHARS_MAX = 160;

    private Spelling() {}

    /** "Did you mean 'x'?" for the nearest of {@code known}, or an empty text when none is near. */
    public static String didYouMean(String word, Collection<String> known) {
        return nearest(word, known).map(near -> "Did you mean '" + near + "'?").orElse("");
    }

    /** The nearest of {@code known} within two edits and a third of the word's length; the first by name on a tie. */
    public static Optional<String> nearest(String word, Collection<String> known) {
        int editsMax = Math.min(EDITS_MAX, word.length() / 3);
        return known.stream()
                .filter(candidate -> Math.abs(candidate.length() - word.length()) <= editsMax)
                .filter(candidate -> edits(word, candidate) <= editsMax)
                .min(Comparator.<String>comparingInt(candidate -> edits(word, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Insertions, deletions, replacements and swaps of neighbours that turn {@code a} into {@code b}. */
    private static int edits(String a, String b) {
        if (a.length() > WORD_CHARS_MAX || b.length() > WORD_CHARS_MAX) {
            return Integer.MAX_VALUE;
        }
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        Arrays.setAll(last, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = row;
        }
        return last[b.length()];
    }
}
