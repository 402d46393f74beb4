package dev.mcpgateway.policy.screen;

/** Ways of writing that normalisation undoes and that rules may report by themselves. */
enum Oddity {
    /** A run of Unicode tag characters (U+E0020 to U+E007E) that is no flag; one unit per character. */
    TAG_CHARACTERS,
    /** A run of four or more variation selectors, which can carry bytes; one unit per selector. */
    VARIATION_SELECTORS,
    /** Zero-width characters between Latin letters, close to each other; one unit per character. */
    ZERO_WIDTH,
    /** Text whose direction is overridden (U+202D, U+202E); one unit per override. */
    BIDI_OVERRIDE,
    /** Text that a terminal conceals (ANSI SGR 8); one unit per character. */
    ANSI_CONCEAL,
    /** Words that mix Latin with look-alike Cyrillic or Armenian letters, close to each other; one unit per word. */
    MIXED_SCRIPT
}
