package dev.mcpgateway.gateway.mcp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Whose a URI is in one view: of the upstreams that claim it, by naming it or by a template that fits, the first in the
 * view's order. So it does not depend on who answers first. One that named no such URI when it was asked before is a
 * newcomer and takes none from an upstream that has it and still names it, wherever it stands: reads that went to one
 * server must not turn to another because that one says so. Immutable.
 */
final class UriOwners {
    /** Nothing is owned. */
    static final UriOwners NONE = new UriOwners(Map.of(), Set.of());

    /** Steps that one settling may spend on templates; beyond, a template fits what begins like it. */
    private static final long WORK_MAX = 50_000_000;

    private final Map<String, String> owners;
    private final Set<String> asked;

    private UriOwners(Map<String, String> owners, Set<String> asked) {
        this.owners = owners;
        this.asked = Set.copyOf(asked);
    }

    /**
     * Settles who has what.
     *
     * @param claims what each upstream names, in the order of the view
     * @param templates what else it claims
     * @param asked upstreams that have given their lists
     * @param before what held until now
     */
    static UriOwners settle(
            SequencedMap<String, Set<String>> claims,
            Map<String, List<UriTemplate>> templates,
            Set<String> asked,
            UriOwners before) {
        Map<String, String> owners = new HashMap<>();
        List<String> earlier = new ArrayList<>();
        long[] work = {WORK_MAX};
        claims.forEach((alias, uris) -> {
            for (String uri : uris) {
                owners.computeIfAbsent(uri, absent -> byTemplate(uri, earlier, templates, work, alias));
            }
            earlier.add(alias);
        });
        before.owners.forEach((uri, owner) -> {
            String other = owners.get(uri);
            boolean stillNamed = claims.getOrDefault(owner, Set.of()).contains(uri);
            if (other != null && stillNamed && before.asked.contains(other)) {
                owners.put(uri, owner);
            }
        });
        return new UriOwners(owners, asked);
    }

    private static String byTemplate(
            String uri, List<String> earlier, Map<String, List<UriTemplate>> templates, long[] work, String otherwise) {
        for (String alias : earlier) {
            for (UriTemplate template : templates.getOrDefault(alias, List.of())) {
                if (template.mayMatch(uri)) {
                    work[0] -= template.work(uri);
                    if (work[0] < 0 || template.matches(uri)) {
                        return alias;
                    }
                }
            }
        }
        return otherwise;
    }

    /** Whether this upstream names the URI, and has it. */
    boolean has(String alias, String uri) {
        return alias.equals(owners.get(uri));
    }
}
