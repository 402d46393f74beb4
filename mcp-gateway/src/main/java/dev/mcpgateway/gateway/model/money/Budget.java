package dev.mcpgateway.gateway.model.money;

import dev.mcpgateway.connectors.mcp.NamePattern;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What may be spent in a period, by each one of whom it is for.
 *
 * @param name the operator's
 * @param per who has a pot of its own
 * @param match whose calls are counted
 * @param isEnforced whether calls are refused; otherwise they are counted alone
 */
public record Budget(String name, Per per, Match match, Period period, Limits limits, boolean isEnforced) {

    /** Who has a pot of its own. */
    public enum Per {
        /** A virtual key; calls with other credentials are not counted. */
        KEY,
        /** A user of an issuer. */
        USER,
        /** A value of the claim that names teams; those without one share a pot. */
        TEAM,
        /** A tenant; callers without one share a pot. */
        TENANT,
        /** All whose calls are counted together. */
        ORGANISATION
    }

    /**
     * What a call must be to be counted; what is empty holds for every call of agents. Calls of the gateway itself are counted
     * by budgets that name its issuer alone, so that they never spend what agents may.
     *
     * @param groups one of these is enough
     * @param tenants the caller's is one of these
     * @param claims all must be so
     * @param models names that agents use, or patterns of them; one is enough
     */
    public record Match(
            Set<String> issuers,
            Set<String> subjects,
            Set<String> clients,
            Set<String> groups,
            Set<String> tenants,
            Map<String, String> claims,
            List<String> models) {
        /** Copies the collections. */
        public Match {
            issuers = Set.copyOf(issuers);
            subjects = Set.copyOf(subjects);
            clients = Set.copyOf(clients);
            groups = Set.copyOf(groups);
            tenants = Set.copyOf(tenants);
            claims = Map.copyOf(claims);
            models = List.copyOf(models);
        }

        boolean holds(Spender spender, String model) {
            return (issuers.isEmpty() ? !spender.isGateway() : issuers.contains(spender.issuer()))
                    && (subjects.isEmpty() || subjects.contains(spender.user()))
                    && (clients.isEmpty() || clients.contains(spender.client()))
                    && (groups.isEmpty() || groups.stream().anyMatch(spender.groups()::contains))
                    && (tenants.isEmpty() || tenants.contains(spender.tenant()))
                    && claims.entrySet().stream()
                            .allMatch(claim -> claim.getValue().equals(spender.claim(claim.getKey())))
                    && (models.isEmpty()
                            || models.stream().anyMatch(pattern -> new NamePattern(pattern).matches(model)));
        }
    }

    /** What may be spent; an empty one is no limit. Nothing at all may be spent of zero. */
    public record Limits(OptionalLong nanoUsd, OptionalLong tokens, OptionalLong requests) {
        /** Whether a sum is within all of them. */
        boolean hold(Amount sum) {
            return within(nanoUsd, sum.nanoUsd()) && within(tokens, sum.tokens()) && within(requests, sum.requests());
        }

        /** The least of what is left, in percent of its limit. */
        public long percentLeft(Amount sum) {
            return Math.min(
                    percent(nanoUsd, sum.nanoUsd()),
                    Math.min(percent(tokens, sum.tokens()), percent(requests, sum.requests())));
        }

        private static long percent(OptionalLong limit, long sum) {
            if (limit.isEmpty()) {
                return 100;
            }
            long most = limit.getAsLong();
            return most == 0 ? 0 : (long) (100.0 * Math.max(0, most - Math.min(sum, most)) / most);
        }

        private static boolean within(OptionalLong limit, long sum) {
            return limit.isEmpty() || (limit.getAsLong() > 0 && sum <= limit.getAsLong());
        }
    }

    /** Whether a call is counted. */
    public boolean counts(Spender spender, String model) {
        return match.holds(spender, model) && (per != Per.KEY || !spender.key().isEmpty());
    }

    /** The pot that pays for a call at this time. */
    Pot pot(Spender spender, String teamClaim, Instant time) {
        Period.Span span = period.at(time);
        return new Pot(name, whose(spender, teamClaim), span.from(), span.to());
    }

    private String whose(Spender spender, String teamClaim) {
        return switch (per) {
            case KEY -> spender.key();
            case USER -> Fields.join(spender.issuer(), spender.user());
            case TEAM -> spender.claim(teamClaim);
            case TENANT -> spender.tenant();
            case ORGANISATION -> "";
        };
    }
}
