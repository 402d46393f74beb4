package dev.mcpgateway.policy.screen;

import java.util.List;

/** Replaces look-alike letters in the words of a view that hold Latin letters too. */
final class ScriptMixer {

    /** Mixed words further apart than this many characters are counted apart. */
    private static final int CLUSTER_GAP = 64;

    private final LookAlikes lookAlikes;
    private final char[] chars;
    private final int length;
    private final int[] origin;
    private int clusterStart;
    private int clusterEnd;
    private int clusterWords;

    ScriptMixer(LookAlikes lookAlikes, char[] chars, int length, int[] origin) {
        this.lookAlikes = lookAlikes;
        this.chars = chars;
        this.length = length;
        this.origin = origin;
    }

    /** Changes the characters in place and adds a mark for each cluster of mixed words. */
    void replace(List<OddityMark> oddities) {
        int start = 0;
        boolean afterLatin = false;
        while (start < length) {
            int end = wordEnd(start);
            if (end > start) {
                boolean latin = holdsLatin(start, end);
                if (latin && replaceWord(start, end)) {
                    count(start, end, oddities);
                } else if (end == start + 1 && (afterLatin || nextWordHoldsLatin(end))) {
                    replaceWord(start, end);
                }
                afterLatin = latin;
            }
            start = end + 1;
        }
        close(oddities);
    }

    private int wordEnd(int start) {
        int end = start;
        while (end < length && Character.isLetterOrDigit(chars[end])) {
            end++;
        }
        return end;
    }

    /** A single letter has no script of its own: between Latin words it reads as a Latin one. */
    private boolean nextWordHoldsLatin(int end) {
        return end + 1 < length && holdsLatin(end + 1, wordEnd(end + 1));
    }

    private boolean holdsLatin(int start, int end) {
        for (int i = start; i < end; i++) {
            if (chars[i] >= 'a' && chars[i] <= 'z') {
                return true;
            }
        }
        return false;
    }

    /** True when a letter of another script than Greek was replaced: Latin with Greek is ordinary in the sciences. */
    private boolean replaceWord(int start, int end) {
        boolean odd = false;
        for (int i = start; i < end; i++) {
            char latin = lookAlikes.latin(chars[i]);
            if (latin != 0) {
                odd |= Character.UnicodeScript.of(chars[i]) != Character.UnicodeScript.GREEK;
                chars[i] = latin;
            }
        }
        return odd;
    }

    private void count(int start, int end, List<OddityMark> oddities) {
        if (clusterWords > 0 && start - clusterEnd > CLUSTER_GAP) {
            close(oddities);
        }
        clusterStart = clusterWords == 0 ? start : clusterStart;
        clusterEnd = end;
        clusterWords++;
    }

    private void close(List<OddityMark> oddities) {
        if (clusterWords > 0) {
            oddities.add(new OddityMark(
                    Oddity.MIXED_SCRIPT, origin[clusterStart], origin[clusterEnd - 1] + 1, clusterWords));
        }
        clusterWords = 0;
    }
}
