package dev.mcpgateway.gateway.embed;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Texts as numbers of word pieces: of each word the longest beginning that the vocabulary has, then of the rest likewise. The
 * names of the model's own marks, such as {@code [SEP]}, are text like any other.
 */
final class WordPiece {
    private static final int WORD_CHARS_MAX = 100;
    private static final String INSIDE = "##";

    private final Map<String, Integer> vocabulary;
    private final int begin;
    private final int end;

    /**
     * By this vocabulary.
     *
     * @throws IllegalArgumentException if it lacks the model's marks
     */
    WordPiece(Map<String, Integer> vocabulary) {
        this.vocabulary = new HashMap<>(vocabulary);
        this.begin = mark("[CLS]");
        this.end = mark("[SEP]");
    }

    private int mark(String name) {
        Integer id = vocabulary.get(name);
        if (id == null) {
            throw new IllegalArgumentException("a vocabulary without " + name);
        }
        return id;
    }

    /**
     * The pieces of a text between the marks of its begin and end. Empty if there are more than {@code most} with them, since a
     * model would not see the rest, and if there is a word that the vocabulary cannot spell: all such words look alike.
     */
    Optional<long[]> pieces(String text, int most) {
        long[] pieces = new long[most];
        pieces[0] = begin;
        int count = 1;
        for (String word : BertText.words(text)) {
            if (word.codePointCount(0, word.length()) > WORD_CHARS_MAX) {
                return Optional.empty();
            }
            int from = 0;
            while (from < word.length()) {
                int to = longest(word, from);
                Integer piece = vocabulary.get(piece(word, from, to));
                if (piece == null || count + 1 >= most) {
                    return Optional.empty();
                }
                pieces[count++] = piece;
                from = to;
            }
        }
        pieces[count++] = end;
        return Optional.of(Arrays.copyOf(pieces, count));
    }

    /** Where the longest piece ends that begins here; where it begins if there is none. */
    private int longest(String word, int from) {
        int to = word.length();
        while (to > from && !vocabulary.containsKey(piece(word, from, to))) {
            to = word.offsetByCodePoints(to, -1);
        }
        return to;
    }

    private static String piece(String word, int from, int to) {
        return from == 0 ? word.substring(0, to) : INSIDE + word.substring(from, to);
    }
}
