package dev.mcpgateway.connectors.mcp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * An entry of the catalogue.
 *
 * @param list the list on which it stands
 * @param alias the upstream's alias
 * @param definition the entry as its upstream defines it
 */
public record CatalogItem(FeatureList list, String alias, Definition definition) {
    /** What stands between alias and name. No alias has it inside or ends in a part of it. */
    public static final String SEPARATOR = "__";

    /** Longest exposed name: common clients accept no more. */
    public static final int EXPOSED_CHARS_MAX = 64;

    private static final int HASH_CHARS = 8;

    /** {@code <alias>__<name>}: the name in rules, audit and metrics. Unique on its list of the catalogue. */
    public String canonicalName() {
        return alias + SEPARATOR + definition.name();
    }

    /** The name of a tool or prompt for agents: the canonical one, {@link #fitting}. */
    public String exposedName() {
        return fitting(canonicalName());
    }

    /**
     * A name that clients accept: the name itself where it is at most {@value #EXPOSED_CHARS_MAX} characters of
     * {@code A-Z a-z 0-9 _ - .}, otherwise cut and cleaned, with the first {@value #HASH_CHARS} hexadecimal digits of its
     * SHA-256 at the end.
     */
    public static String fitting(String name) {
        String clean = name.replaceAll("[^A-Za-z0-9_.-]", "_");
        if (clean.length() <= EXPOSED_CHARS_MAX && clean.equals(name)) {
            return name;
        }
        int kept = Math.min(clean.length(), EXPOSED_CHARS_MAX - HASH_CHARS - 1);
        return clean.substring(0, kept) + "_" + hash(name);
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_CHARS);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
