package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.gateway.identity.Caller;
import java.net.URI;
import java.util.Optional;
import java.util.SortedSet;

/** How a user comes to agree to the use of an upstream. */
@FunctionalInterface
public interface Consents {
    /** No user can. */
    Consents NONE = (_, _, _) -> Optional.empty();

    /**
     * The page that the user of this agent is to open; it names nobody and is good once.
     *
     * @param scopes what is to be asked for; empty for whatever is configured
     */
    Optional<URI> begin(Caller caller, String upstream, SortedSet<String> scopes);
}
