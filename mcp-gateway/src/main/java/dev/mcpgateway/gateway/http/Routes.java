package dev.mcpgateway.gateway.http;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The one table of paths of a port. Paths match exactly: no prefix, no trailing slash, no parameters, so that no second
 * spelling of a path passes a check by. A path that ends in {@value #ANY} matches any one segment there that no other row
 * names.
 */
public final class Routes {
    /** Who may ask. */
    public enum Access {
        /** Anybody; a credential is ignored. */
        PUBLIC,
        /** Only a verified caller: the endpoint's first act is to authenticate. */
        AUTHENTICATED
    }

    /**
     * One row.
     *
     * @param path the exact path
     * @param methods the methods served
     * @param access who may ask
     * @param takesJson whether POST bodies must be {@code application/json}
     * @param endpoint what answers
     */
    public record Route(String path, Set<String> methods, Access access, boolean takesJson, Endpoint endpoint) {
        /** Copies the set. */
        public Route {
            methods = Set.copyOf(methods);
        }
    }

    /** Stands for the last segment of a path. */
    public static final String ANY = "/{id}";

    private static final Set<String> VERSIONS = Set.of("v1", "v1beta");

    /** No path that is served is nearly so long. */
    private static final int MEANT_CHARS_MAX = 512;

    private final Map<String, Route> byPath = new LinkedHashMap<>();

    /** A table of these rows; a path may stand in one row only. */
    public Routes(List<Route> routes) {
        for (Route route : routes) {
            if (byPath.put(route.path(), route) != null) {
                throw new IllegalArgumentException("two routes for " + route.path());
            }
        }
    }

    /** The row of a path, or {@code null}. */
    @Nullable
    Route find(String path) {
        Route exact = byPath.get(path);
        int last = path.lastIndexOf('/');
        return exact != null || last < 0 || last == path.length() - 1 || path.endsWith(ANY)
                ? exact
                : byPath.get(path.substring(0, last) + ANY);
    }

    /**
     * The path that somebody may have meant who left its version out, wrote it twice, or a slash too many: base URLs are
     * pasted with and without all of these. Empty where there is none; who asks has to know all the rest of it.
     */
    String meant(String path) {
        if (path.length() > MEANT_CHARS_MAX) {
            return "";
        }
        String bare = bare(path);
        String bareOfAny = bare.substring(0, Math.max(0, bare.lastIndexOf('/'))) + ANY;
        return byPath.keySet().stream()
                .filter(each -> bare(each).equals(bare) || bare(each).equals(bareOfAny))
                .min(Comparator.<String>comparingInt(each -> bare(each).equals(bare) ? 0 : 1)
                        .thenComparingInt(String::length))
                .orElse("");
    }

    private static String bare(String path) {
        return Stream.of(path.split("/", -1))
                .filter(segment -> !segment.isEmpty() && !VERSIONS.contains(segment))
                .map(segment -> "/" + segment)
                .collect(Collectors.joining());
    }

    /** All rows, in the order given. */
    public List<Route> all() {
        return List.copyOf(byPath.values());
    }
}
