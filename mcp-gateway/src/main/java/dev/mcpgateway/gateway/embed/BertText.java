package dev.mcpgateway.gateway.embed;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/** The words of a text as BERT's uncased models read it: cleaned, in lower case, without accents, apart from punctuation. */
final class BertText {
    private static final int REPLACEMENT = 0xFFFD;

    private BertText() {}

    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        Normalizer.normalize(cleaned(text), Normalizer.Form.NFD).codePoints().forEach(each -> {
            if (Character.getType(each) == Character.NON_SPACING_MARK) {
                return;
            }
            boolean alone = isPunctuation(each);
            if (alone || isBlank(each)) {
                end(word, words);
            }
            if (alone) {
                words.add(Character.toString(each));
            } else if (!isBlank(each)) {
                word.appendCodePoint(Character.toLowerCase(each));
            }
        });
        end(word, words);
        return words;
    }

    private static void end(StringBuilder word, List<String> words) {
        if (!word.isEmpty()) {
            words.add(word.toString());
            word.setLength(0);
        }
    }

    private static String cleaned(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().filter(each -> !isDropped(each)).forEach(each -> {
            if (isIdeograph(each)) {
                clean.append(' ').appendCodePoint(each).append(' ');
            } else {
                clean.appendCodePoint(each);
            }
        });
        return clean.toString();
    }

    private static boolean isDropped(int each) {
        return switch (each) {
            case '\t', '\n', '\r' -> false;
            case 0, REPLACEMENT -> true;
            default ->
                switch (Character.getType(each)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED -> true;
                    default -> false;
                };
        };
    }

    private static boolean isIdeograph(int each) {
        return each >= 0x2E80 && UnicodeScript.of(each) == UnicodeScript.HAN && Character.isIdeographic(each);
    }

    private static boolean isBlank(int each) {
        return each == '\t' || each == '\n' || each == '\r' || Character.isSpaceChar(each);
    }

    /** All of ASCII that is neither a letter nor a digit counts, also {@code $} and {@code ^}. */
    private static boolean isPunctuation(int each) {
        if (each < 0x80) {
            return each > ' ' && each < 0x7F && !Character.isLetterOrDigit(each);
        }
        return switch (Character.getType(each)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }
}
