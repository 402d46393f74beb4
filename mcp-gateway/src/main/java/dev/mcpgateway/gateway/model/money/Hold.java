package dev.mcpgateway.gateway.model.money;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What is set aside for one call.
 *
 * @param call the gateway's id of it, for a further attempt of a call with a slash and a number behind
 * @param at when it was made; its periods are those of this time, whenever the call ends
 * @param payer to whom it is put down
 * @param claims the pots that pay, each all of it
 * @param most what it may cost at most
 */
public record Hold(String call, Instant at, Payer payer, List<Claim> claims, Amount most) {
    private static final int PLAIN_FIELDS = 11;
    private static final int SECONDS_OF_MINUTE = 60;
    private static final Budget.Limits NO_LIMITS =
            new Budget.Limits(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

    /**
     * A pot that pays.
     *
     * @param isEnforced whether it must have as much left
     */
    public record Claim(Pot pot, Budget.Limits limits, boolean isEnforced) {}

    /** Copies the list. */
    public Hold {
        claims = List.copyOf(claims);
    }

    /** Whether a pot can refuse by it after a restart, too; a minute is over by then. */
    boolean mustLast() {
        return claims.stream()
                .anyMatch(claim ->
                        claim.isEnforced() && claim.pot().to() - claim.pot().from() > SECONDS_OF_MINUTE);
    }

    /** The call that a hold is for, by the hold's id. */
    static String callOf(String id) {
        int slash = id.indexOf('/');
        return slash < 0 ? id : id.substring(0, slash);
    }

    String text() {
        List<String> fields = new ArrayList<>(List.of(
                call,
                at.toString(),
                payer.day().toString(),
                payer.key(),
                payer.user(),
                payer.team(),
                payer.tenant(),
                payer.model(),
                Long.toString(most.nanoUsd()),
                Long.toString(most.tokens()),
                Long.toString(most.requests())));
        claims.forEach(claim -> fields.add(claim.pot().text()));
        return Fields.join(fields.toArray(String[]::new));
    }

    /** Limits are those of the configuration and not kept: what is held already is not asked about again. */
    static Hold of(String text) {
        List<String> f = Fields.split(text);
        return new Hold(
                f.get(0),
                Instant.parse(f.get(1)),
                new Payer(LocalDate.parse(f.get(2)), f.get(3), f.get(4), f.get(5), f.get(6), f.get(7)),
                f.subList(PLAIN_FIELDS, f.size()).stream()
                        .map(pot -> new Claim(Pot.of(pot), NO_LIMITS, false))
                        .toList(),
                new Amount(Long.parseLong(f.get(8)), Long.parseLong(f.get(9)), Long.parseLong(f.get(10))));
    }
}
