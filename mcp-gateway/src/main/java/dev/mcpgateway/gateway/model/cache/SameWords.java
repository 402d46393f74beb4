package dev.mcpgateway.gateway.model.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an exchange of words tells of two texts that mean nearly the same: whether they say of one thing what the other says of
 * another, or its opposite. Opposites are known of English alone.
 */
final class SameWords {
    /** Beginnings that make a word its opposite, in several languages. */
    private static final List<String> OPPOSING =
            List.of("un", "dis", "in", "im", "il", "ir", "non", "non-", "de", "mis");

    private static final int OPPOSED_CHARS_MIN = 3;

    /** Words that one text may have and the other not: they hold others together. Of English alone. */
    private static final Set<String> LIGHT = words("""
            a an the is are am be what what's which how do does can could would will and so then please kindly that's there
            hi hello hey thanks thank
            """);

    /** Words of which one text may have some alone, if the other has none of their kind: the one would stand for the other. */
    private static final List<Set<String>> ALONE = List.of(
            words("tell explain describe show give list write say meaning mean means way"),
            words("i i'd i'm me we us you it"),
            words("of to"));

    /** With one of these a sentence begins that is to be answered by yes or no: it says what is asked. */
    private static final Set<String> QUESTIONS = words("is are am do does can could will would");

    /** Whoever asks so asks for something to be done. */
    private static final Set<String> REQUESTS = words("can could will would");

    /** At the end of a sentence they belong to its verb, and make another one of it. */
    private static final Set<String> PARTICLES = words("of to in into on at for");

    /** Stands between the sentences of a text. */
    static final String BETWEEN = ".";

    private static final Map<String, Set<String>> OPPOSITES = opposites("""
            enable disable, enabled disabled, enabling disabling, before after, increase decrease, increasing decreasing,
            increase reduce, raise lower, raise cut, minimum maximum, min max, minimize maximize, minimise maximise, buy sell,
            open close, opened closed, start stop, begin end, beginning end, on off, up down, more less, more fewer, most least,
            most fewest, first last, add remove, add delete, create delete, insert delete, allow deny, allow block, allow forbid,
            allowed forbidden, permit forbid, grant revoke, import export, left right, north south, east west, to from, in out,
            into from, into out, above below, over under, over below, encrypt decrypt, encode decode, upload download, push pull,
            send receive, accept reject, accept decline, approve reject, pass fail, success failure, succeed fail, always sometimes,
            all some, every some, many few, high low, highest lowest, higher lower, long short, longest shortest, longer shorter,
            big small, bigger smaller, biggest smallest, large small, larger smaller, largest smallest, old new, older newer, older
            younger, oldest newest, oldest youngest, early late, earlier later, earliest latest, earliest last, fast slow, faster
            slower, fastest slowest, hot cold, hotter colder, warm cold, strong weak, stronger weaker, rich poor, easy difficult,
            easy hard, easiest hardest, good bad, better worse, best worst, pros cons, advantages disadvantages, benefits drawbacks,
            benefits risks, positive negative, true false, yes no, win lose, won lost, love hate, like dislike, with without,
            include exclude, including excluding, inside outside, internal external, input output, read write, public private,
            front back, top bottom, ascending descending, asc desc, forward backward, forwards backwards, horizontal vertical,
            male female, man woman, men women, boy girl, boys girls, husband wife, mother father, mom dad, son daughter, brother
            sister, he she, his her, him her, day night, morning evening, import importing, cheap expensive, cheapest expensive, safe
            dangerous, safe unsafe, legal illegal, lend borrow, teach learn, ask answer, question answer, cause cure, causes cures,
            cause prevent, causes prevents, cause treat, gain lose, gain loss, profit loss, income expense, debit credit, asset
            liability, hire fire, hired fired, arrive leave, arrival departure, enter leave, attack defend, attack defense, love
            hate, lock unlock, install uninstall, subscribe unsubscribe, mount unmount, mute unmute, follow unfollow, freeze thaw,
            client server, sender recipient, sender receiver, buyer seller, employer employee, parent child, plaintiff defendant,
            debtor creditor, landlord tenant, celsius fahrenheit, kilometers miles, kilometres miles, meters feet, metres feet,
            kilograms pounds, kilos pounds, liters gallons, litres gallons, inches centimeters, inches centimetres, hours minutes,
            minutes seconds, hours days, days weeks, weeks months, months years, days months, days years, weeks years, daily weekly,
            weekly monthly, daily monthly, monthly yearly, monthly annual, net gross, summer winter, spring autumn, spring fall,
            how what, how what's, how which
            """);

    private SameWords() {}

    private static Map<String, Set<String>> opposites(String pairs) {
        Map<String, Set<String>> opposites = new HashMap<>();
        for (String pair : pairs.split(",", -1)) {
            String[] both = pair.strip().split("\\s+", -1);
            opposites.computeIfAbsent(both[0], _ -> new HashSet<>()).add(both[1]);
            opposites.computeIfAbsent(both[1], _ -> new HashSet<>()).add(both[0]);
        }
        return opposites;
    }

    private static Set<String> words(String words) {
        return Set.copyOf(Arrays.asList(words.strip().split("\\s+", -1)));
    }

    /** Whether a word is one of those that have no meaning of their own: in capitals, as in {@code US}, it is a name. */
    static boolean isSmall(String word) {
        return LIGHT.contains(word) || ALONE.stream().anyMatch(kind -> kind.contains(word)) || PARTICLES.contains(word);
    }

    /** Whether nothing here tells the texts apart; each is its words in lower case, in their order. */
    static boolean agree(List<String> some, List<String> others) {
        return asked(some).equals(asked(others)) && haveSameWords(some, others);
    }

    /** Of each sentence how it begins and ends, as far as that says what is asked. */
    private static List<String> asked(List<String> words) {
        List<String> asked = new ArrayList<>();
        int from = 0;
        for (int at = 0; at <= words.size(); at++) {
            if (at == words.size() || words.get(at).equals(BETWEEN)) {
                asked.add(asked(words.subList(from, at), at - 1 - from));
                from = at + 1;
            }
        }
        return asked;
    }

    private static String asked(List<String> sentence, int last) {
        if (sentence.isEmpty()) {
            return "";
        }
        String first = sentence.getFirst();
        boolean isRequest =
                REQUESTS.contains(first) && last > 0 && sentence.get(1).equals("you");
        return (QUESTIONS.contains(first) && !isRequest ? first : "")
                + ' '
                + (PARTICLES.contains(sentence.get(last)) ? sentence.get(last) : "");
    }

    private static boolean haveSameWords(List<String> some, List<String> others) {
        Set<String> alone = without(some, others);
        Set<String> othersAlone = without(others, some);
        return haveOneOrder(some, others) && !oppose(alone, othersAlone) && areLight(alone, othersAlone);
    }

    /** What is in one text alone may be who or what the texts are about, unless it is known not to be. */
    private static boolean areLight(Set<String> some, Set<String> others) {
        leaveOutDirection(some, others);
        leaveOutDirection(others, some);
        for (Set<String> kind : ALONE) {
            boolean here = some.removeIf(kind::contains);
            boolean there = others.removeIf(kind::contains);
            if (here && there) {
                return false;
            }
        }
        return LIGHT.containsAll(some) && LIGHT.containsAll(others);
    }

    /** Miles are converted to kilometres as well as into such. */
    private static void leaveOutDirection(Set<String> some, Set<String> others) {
        if (some.contains("into") && others.remove("to")) {
            some.remove("into");
        }
    }

    /** From whom to whom is said by order alone; words that one text has more often than the other do not tell. */
    private static boolean haveOneOrder(List<String> some, List<String> others) {
        Map<String, Integer> balance = new HashMap<>();
        some.forEach(word -> balance.merge(word, 1, Integer::sum));
        others.forEach(word -> balance.merge(word, -1, Integer::sum));
        return !isTraded(some, others, balance) && shared(some, others, balance).equals(shared(others, some, balance));
    }

    /** One word more often and another one less: the one may stand where the other was. */
    private static boolean isTraded(List<String> some, List<String> others, Map<String, Integer> balance) {
        Set<String> both = new HashSet<>(some);
        both.retainAll(new HashSet<>(others));
        return both.stream().anyMatch(word -> balance.getOrDefault(word, 0) > 0)
                && both.stream().anyMatch(word -> balance.getOrDefault(word, 0) < 0);
    }

    private static List<String> shared(List<String> words, List<String> others, Map<String, Integer> balance) {
        Set<String> known = new HashSet<>(others);
        return words.stream()
                .filter(word -> balance.getOrDefault(word, 0) == 0 && known.contains(word))
                .toList();
    }

    private static Set<String> without(List<String> words, List<String> others) {
        Set<String> left = new HashSet<>(words);
        left.removeAll(new HashSet<>(others));
        return left;
    }

    private static boolean oppose(Set<String> some, Set<String> others) {
        Set<String> folded = new HashSet<>();
        others.forEach(word -> folded.add(Particulars.folded(word)));
        return some.stream().anyMatch(word -> opposes(word, others) || folded.contains(Particulars.folded(word)))
                || others.stream().anyMatch(word -> opposes(word, some));
    }

    private static boolean opposes(String word, Set<String> others) {
        for (String opposite : OPPOSITES.getOrDefault(word, Set.of())) {
            if (others.contains(opposite)) {
                return true;
            }
        }
        return word.length() >= OPPOSED_CHARS_MIN
                && OPPOSING.stream().anyMatch(beginning -> others.contains(beginning + word));
    }
}
