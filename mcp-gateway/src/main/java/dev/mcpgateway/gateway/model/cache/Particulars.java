package dev.mcpgateway.gateway.model.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What must be equal in two texts however near their meanings are, since a vector hardly tells it: numbers and what they count,
 * days and months, quotes, code, how often something is negated; who is named, and in which order things are.
 *
 * <p>Words of numbers, of time and of negation are known in English, German, French and Spanish. Who is named in lower case, or
 * at the beginning of a sentence alone, is not seen.
 */
final class Particulars {
    private static final Set<String> NEGATIONS = words("""
            no not never none nobody nothing nowhere neither nor without cannot except unless dont doesnt didnt isnt arent wasnt
            werent wont wouldnt cant couldnt shouldnt hasnt havent hadnt mustnt aint avoid stop
            nicht kein keine keinen keinem keiner keines nie niemals niemand nichts ohne weder
            ne pas jamais sans aucun aucune rien ni
            nunca jamás sin ningún ninguna ninguno nada nadie tampoco
            """);

    private static final Set<String> NUMBERS = words("""
            zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
            nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions
            billion billions trillion dozen half halves quarter third fourth fifth sixth seventh eighth ninth tenth once twice
            thrice double triple single both
            null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig hundert tausend halb doppelt
            zéro deux trois quatre cinq sept huit neuf dix onze douze vingt trente cent mille demi
            cero dos tres cuatro cinco seis siete ocho nueve diez once doce veinte treinta cien ciento mil medio
            """);

    private static final Set<String> TIMES = words("""
            monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays
            january february march april may june july august september october november december
            jan feb mar apr jun jul aug sep sept oct nov dec today tomorrow yesterday tonight now next previous last first second
            current this who whom whose when where why
            montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz mai juni juli oktober dezember heute
            morgen gestern wer wen wem wann wo wohin woher warum wieso
            lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril juin juillet août septembre octobre
            novembre décembre demain hier qui quand où pourquoi
            lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre
            noviembre diciembre hoy mañana ayer quién cuándo dónde
            """);

    private static final String QUOTES = "\"“„«`";
    private static final String QUOTE_ENDS = "\"””»`";
    private static final String SENTENCE_ENDS = ".!?:\n";

    /** The end of a line is a word's own, since it ends a sentence. */
    private static final Pattern TOKENS = Pattern.compile("(?<=\\n)|[\\s\\u00a0&&[^\\n]]+");

    /** Where a quoted passage was. */
    private static final String QUOTED = "\"";

    private final List<String> verbatim = new ArrayList<>();
    private final List<String> inOrder = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private int negations;
    private boolean counts;
    private boolean begins = true;

    private Particulars() {}

    private static Set<String> words(String words) {
        return Set.copyOf(Arrays.asList(words.strip().split("\\s+", -1)));
    }

    /** Those of a text; empty for one without words, or in a script that neither this nor the model can read. */
    static Optional<Particulars> of(String text) {
        if (!text.codePoints().allMatch(Particulars::isReadable)) {
            return Optional.empty();
        }
        Particulars particulars = new Particulars();
        particulars.read(Normalizer.normalize(text, Normalizer.Form.NFC).replace('’', '\''));
        return particulars.inOrder.isEmpty() ? Optional.empty() : Optional.of(particulars);
    }

    private static boolean isReadable(int each) {
        return switch (Character.UnicodeScript.of(each)) {
            case LATIN, COMMON, INHERITED -> true;
            default -> false;
        };
    }

    /** Passages in quotes as they are; of an unfinished one all that follows. */
    private void read(String text) {
        StringBuilder plain = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            char each = text.charAt(at);
            int kind = QUOTES.indexOf(each);
            if (kind >= 0 || (each == '\'' && isOpening(text, at))) {
                int end = end(text, at + 1, kind < 0 ? '\'' : QUOTE_ENDS.charAt(kind));
                words(plain);
                verbatim.add(text.substring(at, end));
                inOrder.add(QUOTED);
                begins = false;
                at = end;
            } else {
                plain.append(each);
                at++;
            }
        }
        words(plain);
    }

    /** An apostrophe has no blank before it. */
    private static boolean isOpening(String text, int at) {
        return at == 0 || Character.isWhitespace(text.charAt(at - 1)) || text.charAt(at - 1) == '(';
    }

    private static int end(String text, int from, char close) {
        int end = text.indexOf(close, from);
        return end < 0 ? text.length() : end + 1;
    }

    private void words(StringBuilder plain) {
        for (String token : TOKENS.split(plain, -1)) {
            String word = stripped(token);
            if (!word.isEmpty()) {
                word(word);
            }
            begins |= !token.isEmpty() && SENTENCE_ENDS.indexOf(token.charAt(token.length() - 1)) >= 0;
        }
        plain.setLength(0);
    }

    /** Without the punctuation of a sentence, as far as that may not be part of a number. */
    private static String stripped(String token) {
        boolean digits = token.codePoints().anyMatch(Particulars::isDigit);
        String before = digits ? "¿¡\n" : "¿¡([{.,;:!?…-–—\n";
        String after = digits ? ".,;:?…\n" : ")]}.,;:!?…-–—\n";
        int from = 0;
        int to = token.length();
        while (from < to && before.indexOf(token.charAt(from)) >= 0) {
            from++;
        }
        while (from < to && after.indexOf(token.charAt(to - 1)) >= 0) {
            to--;
        }
        return token.substring(from, to);
    }

    private static boolean isDigit(int each) {
        return switch (Character.getType(each)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
            default -> false;
        };
    }

    private void word(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        boolean plain = word.codePoints().allMatch(each -> Character.isLetter(each) || each == '\'' || each == '-');
        boolean number = NUMBERS.contains(lower) || word.codePoints().anyMatch(Particulars::isDigit);
        if (!plain) {
            verbatim.add(word);
        } else if (number || counts || TIMES.contains(lower)) {
            verbatim.add(lower);
        }
        boolean isAcronym = isAcronym(word, lower);
        String positive = isAcronym ? word : positive(lower);
        boolean isNegated = !isAcronym && !positive.equals(lower);
        if (NEGATIONS.contains(lower) || isNegated) {
            negations++;
        }
        if (isName(word)) {
            names.add(positive);
        }
        if (begins && !inOrder.isEmpty()) {
            inOrder.add(SameWords.BETWEEN);
        }
        inOrder.add(positive);
        if (isNegated) {
            inOrder.add("not");
        }
        counts = number;
        begins = false;
    }

    /** Without the {@code not} that is a part of it. */
    private static String positive(String word) {
        return switch (word) {
            case "cannot", "can't" -> "can";
            case "won't" -> "will";
            default -> word.endsWith("n't") ? word.substring(0, word.length() - 3) : word;
        };
    }

    /** {@code US} is not us, though the model reads the same. */
    private static boolean isAcronym(String word, String lower) {
        return capitals(word) > 1 && (SameWords.isSmall(lower) || TIMES.contains(lower));
    }

    private static long capitals(String word) {
        return word.codePoints().filter(Character::isUpperCase).count();
    }

    private boolean isName(String word) {
        long capitals = capitals(word);
        boolean speaker = word.equals("I") || word.startsWith("I'");
        return capitals > 1 || (capitals == 1 && !begins && !speaker);
    }

    /** A word as the model reads it. */
    static String folded(String word) {
        return Normalizer.normalize(word, Normalizer.Form.NFD).replaceAll("\\p{Mn}", "");
    }

    /**
     * Equal for texts whose numbers, days, quotes, code and negations are; hardly for others.
     *
     * @param secret so that what is kept of a text does not give its numbers away
     */
    long mark(long secret) {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java has SHA-256", missing);
        }
        sha256.update(ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                .putLong(secret)
                .putInt(negations)
                .flip());
        for (String each : verbatim) {
            byte[] bytes = each.getBytes(StandardCharsets.UTF_8);
            sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
            sha256.update(bytes);
        }
        return ByteBuffer.wrap(sha256.digest()).getLong();
    }

    /** Whether nothing that is seen tells the texts apart. */
    boolean agree(Particulars other) {
        return negations == other.negations
                && verbatim.equals(other.verbatim)
                && other.inOrder.containsAll(names)
                && inOrder.containsAll(other.names)
                && SameWords.agree(inOrder, other.inOrder);
    }
}
