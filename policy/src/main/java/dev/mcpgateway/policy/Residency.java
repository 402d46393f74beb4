package dev.mcpgateway.policy;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Where providers of models may be that get a caller's data: in places, by the names that the gateway's configuration gives
 * them. What has no name is in none of them.
 *
 * @param isAnywhere whether nothing is said about it; {@code places} is empty then
 * @param places the names; none allow nothing, unless it is anywhere
 */
public record Residency(boolean isAnywhere, Set<String> places) {
    /** Nothing is said. */
    public static final Residency ANYWHERE = new Residency(true, Set.of());

    private static final Pattern PLACE = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    /** Copies the set. */
    public Residency {
        places = Set.copyOf(places);
    }

    /** In these places alone. */
    public static Residency only(Collection<String> places) {
        return new Residency(false, Set.copyOf(places));
    }

    /** Whether a place can be called so: 1 to 63 lower-case letters, digits and dashes, the first no dash. */
    public static boolean isPlace(String text) {
        return PLACE.matcher(text).matches();
    }

    /** Whether data may be in a place; {@code place} is empty where its name is not known. */
    public boolean allows(String place) {
        return isAnywhere || places.contains(place);
    }

    /** Where both allow it. */
    public Residency and(Residency other) {
        if (isAnywhere) {
            return other;
        }
        Set<String> both = new HashSet<>(places);
        if (!other.isAnywhere) {
            both.retainAll(other.places);
        }
        return new Residency(false, both);
    }

    /** For people: {@code anywhere}, {@code nowhere}, or the names in order. */
    public String words() {
        return isAnywhere
                ? "anywhere"
                : places.isEmpty() ? "nowhere" : String.join(", ", List.copyOf(new TreeSet<>(places)));
    }
}
