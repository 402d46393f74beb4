package dev.mcpgateway.connectors.oauth;

import dev.mcpgateway.connectors.credential.ClientAuthentication;
import dev.mcpgateway.connectors.credential.ConsentNeeded;
import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.credential.Principal;
import dev.mcpgateway.connectors.credential.Secret;
import dev.mcpgateway.connectors.credential.UserOAuth;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.oauth.UserToken.Owner;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The users' tokens for one upstream: renewed ahead and by one thread per user, never used after their end, dropped when
 * the server says that the grant is no more. While the server is down a good token goes on to its end.
 */
public final class UserTokens implements UserOAuth.Tokens {
    private static final Logger LOG = LoggerFactory.getLogger(UserTokens.class);

    /** A token is not used in its last seconds: it would end on its way. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    /** Longest wait for another thread's renewal. */
    private static final Duration WAIT = Duration.ofSeconds(10);

    /** After a failed renewal, before the next attempt for that user. */
    private static final Duration PAUSE = Duration.ofSeconds(2);

    /** How often one user is asked for more scopes within {@link #STEP_UP_SPAN}. */
    private static final int STEP_UPS_MAX = 3;

    private static final Duration STEP_UP_SPAN = Duration.ofHours(1);
    private static final int LOCKS = 64;
    private static final int REMEMBERED_MAX = 10_000;

    private final Settings settings;
    private final UserTokenStore store;
    private final CodeGrant grants;
    private final Clients clients;
    private final TimeSource time;
    private final List<ReentrantLock> renewing = new ArrayList<>();
    private final Map<Owner, Instant> failed = remembering();
    private final Map<Owner, List<Instant>> stepUps = remembering();

    /**
     * One upstream.
     *
     * @param upstream its alias
     * @param target its URL: what tokens must have been given for
     * @param server the issuer that the operator wrote; empty where the upstream says which
     * @param scopes what users are asked for
     */
    public record Settings(String upstream, String target, Optional<String> server, Set<String> scopes) {
        /** Copies the set. */
        public Settings {
            scopes = Set.copyOf(scopes);
        }
    }

    /** As which client a token is renewed. */
    @FunctionalInterface
    public interface Clients {
        /** The client to which the token was issued; empty if the gateway is that client no more. */
        Optional<ClientAuthentication> client(UserToken token);
    }

    /** Tokens of this store, renewed over {@code grants}. */
    public UserTokens(Settings settings, UserTokenStore store, CodeGrant grants, Clients clients, TimeSource time) {
        this.settings = settings;
        this.store = store;
        this.grants = grants;
        this.clients = clients;
        this.time = time;
        for (int i = 0; i < LOCKS; i++) {
            renewing.add(new ReentrantLock());
        }
    }

    private static <V> Map<Owner, V> remembering() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Owner, V> eldest) {
                return size() > REMEMBERED_MAX;
            }
        };
    }

    @Override
    public Secret token(Principal who) throws CredentialUnavailable {
        UserToken token = current(who);
        Instant now = time.now();
        if (now.isBefore(renewAt(token))) {
            return token.access();
        }
        boolean good = isGood(token, now);
        ReentrantLock lock = lock(token.owner());
        if (!acquired(lock, good)) {
            if (good) {
                return token.access();
            }
            throw new CredentialUnavailable("the token of " + settings.upstream() + " is not renewed in time");
        }
        try {
            return renewed(current(who));
        } finally {
            lock.unlock();
        }
    }

    private static boolean acquired(ReentrantLock lock, boolean good) throws CredentialUnavailable {
        try {
            return good ? lock.tryLock() : lock.tryLock(WAIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new CredentialUnavailable("cancelled");
        }
    }

    private UserToken current(Principal who) throws ConsentNeeded {
        Owner owner = owner(who);
        UserToken token = store.find(owner).orElseThrow(() -> new ConsentNeeded(owner.upstream(), settings.scopes()));
        boolean isForThis = token.target().equals(settings.target())
                && settings.server().map(token.server()::equals).orElse(true);
        if (!isForThis) {
            throw new ConsentNeeded(owner.upstream(), settings.scopes());
        }
        return token;
    }

    private Owner owner(Principal who) {
        return new Owner(who.issuer(), who.subject(), settings.upstream());
    }

    private ReentrantLock lock(Owner owner) {
        return renewing.get(Math.floorMod(owner.hashCode(), LOCKS));
    }

    private static boolean isGood(UserToken token, Instant now) {
        return now.plus(MARGIN).isBefore(token.expiresAt());
    }

    /** After three quarters of its life, if it can be renewed at all. */
    private static Instant renewAt(UserToken token) {
        Instant last = token.expiresAt().minus(MARGIN);
        Duration life = Duration.between(token.issuedAt(), token.expiresAt());
        Instant ahead = token.issuedAt().plus(life.multipliedBy(3).dividedBy(4));
        return token.refresh().isPresent() && ahead.isBefore(last) ? ahead : last;
    }

    /** Under the owner's lock: the server may take a refresh token once only. */
    private Secret renewed(UserToken token) throws CredentialUnavailable {
        Instant now = time.now();
        boolean good = isGood(token, now);
        if (now.isBefore(renewAt(token))) {
            return token.access();
        }
        if (token.refresh().isEmpty()) {
            throw ended(token);
        }
        if (isPausing(token.owner(), now)) {
            return orUnavailable(token, good, "it could not be renewed a moment ago");
        }
        Optional<ClientAuthentication> client = clients.client(token);
        if (client.isEmpty()) {
            throw ended(token);
        }
        return switch (grants.renew(
                token.tokenEndpoint(), client.get(), token.refresh().get(), token.resource())) {
            case TokenAnswer.Granted granted -> {
                UserToken after = token.renewed(granted, time.now());
                if (!store.replace(token, after)) {
                    throw new ConsentNeeded(settings.upstream(), settings.scopes());
                }
                yield after.access();
            }
            case TokenAnswer.Refused(String code)
            when code.equals("invalid_grant") -> {
                LOG.info("a user's grant for {} has ended at its server", settings.upstream());
                throw ended(token);
            }
            case TokenAnswer.Refused(String code) -> {
                failed(token.owner(), now);
                yield orUnavailable(token, good, "its server refuses to renew it: " + code);
            }
            case TokenAnswer.Unavailable(String why) -> {
                failed(token.owner(), now);
                yield orUnavailable(token, good, why);
            }
        };
    }

    private ConsentNeeded ended(UserToken token) {
        store.remove(token);
        return new ConsentNeeded(settings.upstream(), settings.scopes());
    }

    private Secret orUnavailable(UserToken token, boolean good, String why) throws CredentialUnavailable {
        if (good) {
            return token.access();
        }
        throw new CredentialUnavailable("the token of " + settings.upstream() + " has ended, and " + why);
    }

    private boolean isPausing(Owner owner, Instant now) {
        synchronized (failed) {
            Instant last = failed.get(owner);
            return last != null && now.isBefore(last.plus(PAUSE));
        }
    }

    private void failed(Owner owner, Instant now) {
        synchronized (failed) {
            failed.put(owner, now);
        }
    }

    @Override
    public void refused(Principal who, boolean again) {
        Optional<UserToken> token = store.find(owner(who));
        if (token.isEmpty()) {
            return;
        }
        if (again || token.get().refresh().isEmpty()) {
            store.remove(token.get());
        } else {
            store.replace(token.get(), token.get().ended(time.now()));
        }
    }

    @Override
    public void lacks(Principal who, Set<String> scopes) throws ConsentNeeded {
        Optional<UserToken> token = store.find(owner(who));
        if (scopes.isEmpty() || token.isEmpty() || token.get().scopes().containsAll(scopes)) {
            return;
        }
        if (mayStepUp(token.get().owner())) {
            SortedSet<String> all = new TreeSet<>(token.get().scopes());
            all.addAll(settings.scopes());
            all.addAll(scopes);
            throw new ConsentNeeded(settings.upstream(), all);
        }
    }

    private boolean mayStepUp(Owner owner) {
        Instant now = time.now();
        synchronized (stepUps) {
            List<Instant> lately = new ArrayList<>(stepUps.getOrDefault(owner, List.of()));
            lately.removeIf(each -> each.plus(STEP_UP_SPAN).isBefore(now));
            if (lately.size() >= STEP_UPS_MAX) {
                return false;
            }
            lately.add(now);
            stepUps.put(owner, lately);
            return true;
        }
    }
}
