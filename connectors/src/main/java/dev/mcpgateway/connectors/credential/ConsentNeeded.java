package dev.mcpgateway.connectors.credential;

import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** There is no token of this user for an upstream, and only the user can change that, in a browser. */
public final class ConsentNeeded extends CredentialUnavailable {
    private static final long serialVersionUID = 1L;

    private final String upstream;
    private final transient SortedSet<String> scopes;

    /**
     * Nothing can be sent before the user agrees.
     *
     * @param upstream alias of the upstream
     * @param scopes what is to be asked for there; empty for whatever its authorization server gives
     */
    public ConsentNeeded(String upstream, Set<String> scopes) {
        super("the user has not agreed yet to the use of " + upstream);
        this.upstream = upstream;
        this.scopes = new TreeSet<>(scopes);
    }

    /** Alias of the upstream. */
    public String upstream() {
        return upstream;
    }

    /** What is to be asked for. */
    public SortedSet<String> scopes() {
        return scopes;
    }
}
