package dev.mcpgateway.policy.screen;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One rule of a pattern set.
 *
 * @param id stable, never used again for another rule
 * @param revision raised when the rule matches anything else than before
 * @param family {@link Finding#INJECTION} or {@link Finding#HIDDEN}
 * @param weight how much a match says, from 0 to 1
 * @param places where it applies
 * @param match what it looks for
 */
record PatternRule(String id, int revision, String family, double weight, Set<Place> places, Match match) {

    PatternRule {
        places = Set.copyOf(places);
    }

    /** What a rule looks for. */
    sealed interface Match {

        /**
         * Text.
         *
         * @param before characters of a match before its literal, at most
         * @param after characters of a match after its literal, at most
         * @param atWordStart whether every match holds a literal with no word character before it
         */
        record Regex(Pattern pattern, List<String> literals, int before, int after, boolean atWordStart)
                implements Match {
            public Regex {
                literals = List.copyOf(literals);
            }

            int longestLiteral() {
                int longest = 0;
                for (String literal : literals) {
                    longest = Math.max(longest, literal.length());
                }
                return longest;
            }
        }

        /** At least {@code min} units of an oddity. */
        record Odd(Oddity oddity, int min) implements Match {}
    }
}
