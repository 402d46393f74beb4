package dev.mcpgateway.connectors.model;

/**
 * What a provider makes of a key, asked by a request that costs nothing.
 *
 * @param verdict what it makes of it
 * @param detail for operators; quotes nothing of the provider
 */
public record Probe(Verdict verdict, String detail) {
    /** The verdicts. */
    public enum Verdict {
        /** It takes the key. */
        ACCEPTED,
        /** It does not. */
        REFUSED,
        /** The key cannot be read. */
        NO_KEY,
        /** It does not answer, or fails. */
        UNREACHABLE,
        /** It says neither: there is no such request at this provider. */
        UNKNOWN
    }

    /** A provider that cannot be asked so. */
    public static final Probe NOT_KNOWN_HOW = new Probe(Verdict.UNKNOWN, "this kind of provider is not probed");
}
