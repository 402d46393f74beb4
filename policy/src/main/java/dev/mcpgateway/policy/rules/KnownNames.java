package dev.mcpgateway.policy.rules;

import java.util.Set;

/**
 * The names that a policy may refer to. An issuer that is not known is a problem; an upstream or a tool that is not known
 * is a warning, since upstreams come and go.
 *
 * @param issuers aliases of issuers; empty means that they are not known and are not checked
 * @param upstreams aliases of upstreams; empty means that they are not known and are not checked
 * @param tools canonical names of tools, checked where a rule is about tools only; empty means that they are not known and are not checked
 * @param models aliases of models; empty means that they are not known and are not checked
 * @param places where models are; checked where models are known
 */
public record KnownNames(
        Set<String> issuers, Set<String> upstreams, Set<String> tools, Set<String> models, Set<String> places) {

    /** Copies the sets. */
    public KnownNames {
        issuers = Set.copyOf(issuers);
        upstreams = Set.copyOf(upstreams);
        tools = Set.copyOf(tools);
        models = Set.copyOf(models);
        places = Set.copyOf(places);
    }

    /** Where no models are known. */
    public KnownNames(Set<String> issuers, Set<String> upstreams, Set<String> tools) {
        this(issuers, upstreams, tools, Set.of(), Set.of());
    }

    /** Nothing is known, so no name is checked. */
    public static KnownNames none() {
        return new KnownNames(Set.of(), Set.of(), Set.of());
    }
}
