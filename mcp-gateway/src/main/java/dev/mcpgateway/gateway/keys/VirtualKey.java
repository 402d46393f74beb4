package dev.mcpgateway.gateway.keys;

import dev.mcpgateway.connectors.net.AddressRange;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a virtual key: everything but the key.
 *
 * @param id names it
 * @param name what it is for, in an operator's words
 * @param holder who its holder is
 * @param views names of the views at which it is good; never none
 * @param sources addresses and networks from which it may be used, as CIDR; none for anywhere
 * @param sha256 SHA-256 of the key, hexadecimal
 * @param created when it was made
 * @param createdBy who made it, as the operating system knows them
 * @param expires when it ends
 * @param revoked when it was revoked; {@code null} if it was not
 */
public record VirtualKey(
        String id,
        String name,
        Holder holder,
        Set<String> views,
        Set<String> sources,
        String sha256,
        Instant created,
        String createdBy,
        Instant expires,
        @Nullable Instant revoked) {
    private static final int TEXT_MAX = 256;
    private static final int LIST_MAX = 100;

    /**
     * Whom policy sees.
     *
     * @param tenant whose agent it is; empty for nobody's
     */
    public record Holder(String subject, String clientId, Set<String> groups, Set<String> scopes, String tenant) {
        /** Copies the sets. */
        public Holder {
            groups = Set.copyOf(groups);
            scopes = Set.copyOf(scopes);
        }

        /** A holder of no tenant. */
        public Holder(String subject, String clientId, Set<String> groups, Set<String> scopes) {
            this(subject, clientId, groups, scopes, "");
        }

        private Stream<String> texts() {
            Stream<String> named = tenant.isEmpty() ? Stream.of() : Stream.of(tenant);
            return Stream.of(Stream.of(subject, clientId), named, groups.stream(), scopes.stream())
                    .flatMap(each -> each);
        }
    }

    /** Copies the sets. */
    public VirtualKey {
        views = Set.copyOf(views);
        sources = Set.copyOf(sources);
    }

    /** Why it cannot be used as it is, in an operator's words; empty if it can. */
    public Optional<String> problem() {
        Predicate<String> bad = text -> text.isEmpty()
                || text.length() > TEXT_MAX
                || text.chars().anyMatch(Character::isISOControl)
                || text.chars().anyMatch(c -> Character.isSurrogate((char) c));
        if (Stream.concat(Stream.of(name), Stream.concat(holder.texts(), views.stream()))
                .anyMatch(bad)) {
            return Optional.of("name, subject, client, tenant, groups, scopes and views have 1 to " + TEXT_MAX
                    + " characters, without control characters");
        }
        if (holder.scopes().stream().anyMatch(scope -> scope.contains(" "))) {
            return Optional.of("a scope has no blanks");
        }
        if (views.isEmpty()
                || Math.max(holder.groups().size(), holder.scopes().size()) > LIST_MAX
                || views.size() > LIST_MAX) {
            return Optional.of("there are 1 to " + LIST_MAX + " views and at most so many groups and scopes");
        }
        if (sources.size() > LIST_MAX) {
            return Optional.of("there are at most " + LIST_MAX + " sources");
        }
        for (String source : sorted(sources)) {
            try {
                var _ = AddressRange.of(source);
            } catch (IllegalArgumentException malformed) {
                return Optional.of("source " + source + ": " + malformed.getMessage());
            }
        }
        return Optional.empty();
    }

    /** Whether it is good at this time. */
    public boolean isGood(Instant now) {
        return revoked == null && now.isBefore(expires);
    }

    /** The same key, ended at this time at the latest. */
    VirtualKey until(Instant end) {
        return new VirtualKey(
                id,
                name,
                holder,
                views,
                sources,
                sha256,
                created,
                createdBy,
                end.isBefore(expires) ? end : expires,
                revoked);
    }

    /** The same key, revoked. */
    VirtualKey revokedAt(Instant when) {
        return revoked != null
                ? this
                : new VirtualKey(id, name, holder, views, sources, sha256, created, createdBy, expires, when);
    }

    /** Another key of the same holder at the same views, from the same sources unless others are given. */
    VirtualKey succeededBy(KeyText key, Instant now, String by, Instant end, Set<String> others) {
        return new VirtualKey(
                key.id(), name, holder, views, others.isEmpty() ? sources : others, key.sha256(), now, by, end, null);
    }

    /** The state in one word, for people. */
    public String state(Instant now) {
        return revoked != null ? "revoked" : now.isBefore(expires) ? "good" : "expired";
    }

    /** The values of a set in order, for people. */
    public static List<String> sorted(Set<String> values) {
        return List.copyOf(new TreeSet<>(values));
    }
}
