package dev.mcpgateway.connectors.oauth;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code Bearer} challenge of a refusal (RFC 6750 section 3, RFC 9728 section 5.1). Nothing of it is believed. */
public final class Challenge {
    private static final int CHARS_MAX = 8192;
    private static final int SCOPES_MAX = 64;
    private static final Pattern PARAMETER =
            Pattern.compile("\\G[\\s,]*([A-Za-z0-9_-]{1,64})\\s*=\\s*(?:\"([^\"\\\\]*+)\"|([^\\s,\"]++))");
    private static final Pattern BEARER = Pattern.compile("(?:^|,)\\s*Bearer(?=\\s|$)", Pattern.CASE_INSENSITIVE);

    private final Map<String, String> parameters;

    private Challenge(Map<String, String> parameters) {
        this.parameters = Map.copyOf(parameters);
    }

    /** Reads the value of {@code WWW-Authenticate}; what cannot be read is not there. */
    public static Challenge of(String header) {
        Map<String, String> parameters = new HashMap<>();
        if (header.length() <= CHARS_MAX) {
            Matcher scheme = BEARER.matcher(header);
            if (scheme.find()) {
                Matcher each = PARAMETER.matcher(header);
                each.region(scheme.end(), header.length());
                while (each.find()) {
                    String value = each.group(2) == null ? each.group(3) : each.group(2);
                    parameters.putIfAbsent(each.group(1).toLowerCase(Locale.ROOT), value);
                }
            }
        }
        return new Challenge(parameters);
    }

    /** The error code; empty if there is none. */
    public String error() {
        return parameters.getOrDefault("error", "");
    }

    /** Where the resource's metadata is said to be. */
    public Optional<String> resourceMetadata() {
        return Optional.ofNullable(parameters.get("resource_metadata"));
    }

    /** The scopes that are said to be needed. */
    public SortedSet<String> scopes() {
        return scopes(parameters.getOrDefault("scope", ""));
    }

    /** The scopes of a blank-separated list, as far as they are scopes (RFC 6749 section 3.3), at most 64. */
    public static SortedSet<String> scopes(String list) {
        SortedSet<String> scopes = new TreeSet<>();
        for (String each : list.split(" ", -1)) {
            if (scopes.size() < SCOPES_MAX && isScope(each)) {
                scopes.add(each);
            }
        }
        return scopes;
    }

    static boolean isScope(String text) {
        return !text.isEmpty()
                && text.length() <= 256
                && text.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '"' && c != '\\');
    }
}
