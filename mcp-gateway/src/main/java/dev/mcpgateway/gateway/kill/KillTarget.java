package dev.mcpgateway.gateway.kill;

import dev.mcpgateway.policy.FeaturePattern;
import java.util.Locale;
import java.util.Optional;

/**
 * What is stopped.
 *
 * @param kind what {@code value} names
 * @param issuer alias of the issuer; empty where the kind has none, or for every issuer
 * @param value the token's {@code jti}, the subject, the client id, the key id, or the tool
 */
public record KillTarget(Kind kind, String issuer, String value) {
    /** Longest value in characters. */
    private static final int VALUE_MAX = 512;

    /** The kinds. */
    public enum Kind {
        /** One token, by {@code jti}, of one issuer. */
        TOKEN,
        /** A user of one issuer. */
        SUBJECT,
        /** Whoever has this subject, at every issuer. */
        USER,
        /** An agent, by client id, of one issuer or of every one. */
        CLIENT,
        /** All tokens signed with a key ({@code kid}), or a virtual key (its id), of one issuer or of every one. */
        KEY,
        /** A tool by its canonical name, or {@code <alias>__*} for everything of an upstream. */
        TOOL;

        /** As operators write it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The kind of that word. */
        public static Optional<Kind> of(String word) {
            for (Kind kind : values()) {
                if (kind.word().equals(word)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }

        private boolean needsIssuer() {
            return this == TOKEN || this == SUBJECT;
        }

        private boolean mayNameIssuer() {
            return needsIssuer() || this == CLIENT || this == KEY;
        }
    }

    /** Why it is no target, in an operator's words; empty if it is one. */
    public Optional<String> problem() {
        if (value.isEmpty() || value.length() > VALUE_MAX || value.chars().anyMatch(Character::isISOControl)) {
            return Optional.of("the value must have 1 to " + VALUE_MAX + " characters and no control characters");
        }
        if (kind.needsIssuer() && issuer.isEmpty()) {
            return Optional.of("a " + kind.word() + " is stopped at one issuer: name its alias");
        }
        if (!kind.mayNameIssuer() && !issuer.isEmpty()) {
            return Optional.of("a " + kind.word() + " has no issuer");
        }
        if (kind == Kind.TOOL && pattern().isEmpty()) {
            return Optional.of("a tool is <alias>__<tool>, or <alias>__* for everything of an upstream");
        }
        return Optional.empty();
    }

    /** The tool, or everything of an upstream; empty if it is neither. */
    Optional<FeaturePattern> pattern() {
        return FeaturePattern.parse(value)
                .filter(pattern -> !pattern.isEverything())
                .filter(pattern -> pattern.isExact() || pattern.own().equals("*"));
    }
}
