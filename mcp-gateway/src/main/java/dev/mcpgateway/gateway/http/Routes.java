package dev.mcpgateway.gateway.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** All rows, in the order given. */
    public List<Route> all() {
        return List.copyOf(byPath.values());
    }
}
