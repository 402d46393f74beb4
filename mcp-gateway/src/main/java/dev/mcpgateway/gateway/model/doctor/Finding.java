package dev.mcpgateway.gateway.model.doctor;

import java.util.Locale;

/**
 * What one look at a probe showed.
 *
 * @param check what was looked at, in a word
 * @param says what was seen
 * @param todo what to do about it; empty where nothing is to be done
 */
public record Finding(String check, Verdict verdict, String says, String todo) {
    /** What it amounts to. */
    public enum Verdict {
        /** As planned. */
        GOOD,
        /** Not as planned. */
        FAULT,
        /** It cannot be told from here, or may be nothing. */
        OPEN;

        /** As reports spell it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding good(String check, String says) {
        return new Finding(check, Verdict.GOOD, says, "");
    }

    static Finding fault(String check, String says, String todo) {
        return new Finding(check, Verdict.FAULT, says, todo);
    }

    static Finding open(String check, String says, String todo) {
        return new Finding(check, Verdict.OPEN, says, todo);
    }
}
