package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.connectors.oauth.ClientRegistration;
import dev.mcpgateway.connectors.oauth.OAuthWeb;
import dev.mcpgateway.connectors.oauth.UserToken;
import dev.mcpgateway.connectors.oauth.UserToken.Owner;
import dev.mcpgateway.connectors.oauth.UserTokenStore;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.kill.Kill;
import dev.mcpgateway.gateway.kill.KillSwitch;
import dev.mcpgateway.gateway.kill.KillTarget.Kind;
import dev.mcpgateway.gateway.state.StateFile;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consents of users: the store of their tokens, and the way to get one. Upstreams and issuers are added while the
 * gateway is put together, before anybody is served.
 */
public final class UserConsent {
    private static final Logger LOG = LoggerFactory.getLogger(UserConsent.class);

    private final SealedTokens tokens;
    private final RegisteredClients registered;
    private final ClientRegistration own;
    private final ConsentRecords records;
    private final Flows flows;
    private final Map<String, Login> logins = new HashMap<>();
    private final Map<String, UpstreamGrants> upstreams = new HashMap<>();
    private final ConsentEndpoints endpoints;

    /**
     * Reads what is kept.
     *
     * @param stateDir folder of what survives restarts
     * @param key base64 of 32 bytes, to seal tokens with; empty to keep one in the state folder
     * @param publicUrl URL under which browsers reach the gateway
     * @param secureRandom cryptographically strong
     * @throws IOException if the key or what is kept cannot be read
     */
    public UserConsent(
            Path stateDir,
            Optional<String> key,
            URI publicUrl,
            AuditLog audit,
            KillSwitch kills,
            InstantSource clock,
            LongSupplier nanoClock,
            RandomGenerator secureRandom)
            throws IOException {
        TokenSeal seal = new TokenSeal(key(stateDir, key, secureRandom), secureRandom);
        this.tokens = new SealedTokens(stateDir.resolve("user-tokens"), seal);
        this.registered = new RegisteredClients(new StateFile(stateDir.resolve("oauth-clients.json")), seal, clock);
        this.own = new ClientRegistration(
                publicUrl.resolve(ConsentEndpoints.CLIENT), publicUrl.resolve(ConsentEndpoints.CALLBACK));
        this.records = new ConsentRecords(audit);
        this.flows = new Flows(clock, secureRandom);
        this.endpoints = new ConsentEndpoints(
                new ConsentEndpoints.Parts(flows, logins, upstreams, tokens, records, kills, own),
                publicUrl,
                clock,
                nanoClock,
                secureRandom);
    }

    private static byte[] key(Path stateDir, Optional<String> given, RandomGenerator random) throws IOException {
        String text;
        if (given.isPresent()) {
            text = given.get().strip();
        } else {
            StateFile file = new StateFile(stateDir.resolve("user-tokens.key"));
            Optional<byte[]> kept = file.read();
            if (kept.isEmpty()) {
                byte[] made = new byte[TokenSeal.KEY_BYTES];
                random.nextBytes(made);
                kept = Optional.of(Base64.getEncoder().encode(made));
                file.write(kept.get());
            }
            text = new String(kept.get(), StandardCharsets.US_ASCII);
        }
        try {
            byte[] key = Base64.getDecoder().decode(text);
            if (key.length == TokenSeal.KEY_BYTES) {
                return key;
            }
        } catch (IllegalArgumentException notBase64) {
            // told below
        }
        throw new IOException("the key for users' tokens is not the base64 text of 32 bytes: openssl rand -base64 32");
    }

    /** Users of this issuer can log in. */
    public void issuer(String identifier, Login login) {
        logins.put(identifier, login);
    }

    /** Users can be asked for this upstream; gives how. */
    public UpstreamGrants upstream(UpstreamGrants.Settings settings, OAuthWeb web) {
        UpstreamGrants grants = new UpstreamGrants(settings, web, registered, own);
        upstreams.put(settings.alias(), grants);
        return grants;
    }

    /** The store of tokens. */
    public UserTokenStore store() {
        return tokens;
    }

    /** The routes of the agents' port. */
    public List<Route> routes() {
        return endpoints.routes();
    }

    /** The URL that the user of this agent is to open; empty if users of that issuer cannot log in. */
    public Optional<URI> begin(Caller caller, String upstream, Collection<String> scopes) {
        return logins.containsKey(caller.issuer())
                ? Optional.of(endpoints.begin(
                        caller, new Owner(caller.issuer(), caller.subject().subject(), upstream), scopes))
                : Optional.empty();
    }

    /** Tokens that are kept. */
    public List<UserToken> all() {
        return tokens.all();
    }

    /** How many tokens are kept. */
    public int size() {
        return tokens.size();
    }

    /** How many flows are under way. */
    public int flows() {
        return flows.size();
    }

    /**
     * Drops tokens.
     *
     * @return how many; empty if some are dropped and may come back with a restart
     */
    public Optional<Integer> revoke(Predicate<Owner> whose, Source source, String administrator, String reason) {
        SealedTokens.Removed removed = tokens.removeIf(whose);
        for (UserToken token : removed.tokens()) {
            try {
                records.revoked(token, source, administrator, reason);
            } catch (AuditUnavailable failure) {
                // to take something away does not wait for the log
                LOG.error("a token was dropped and is not in the audit log: {}", failure.getMessage());
            }
        }
        return removed.deleted() ? Optional.of(removed.tokens().size()) : Optional.empty();
    }

    /**
     * Drops the tokens of users who are stopped: who may go on later agrees anew.
     *
     * @param issuers identifiers of the issuers by alias
     */
    public void dropStopped(List<Kill> kills, Map<String, String> issuers) {
        for (Kill kill : kills) {
            String value = kill.target().value();
            String issuer = issuers.getOrDefault(kill.target().issuer(), "");
            if (kill.target().kind() == Kind.USER) {
                var _ = revoke(owner -> owner.subject().equals(value), Source.NONE, kill.by(), "the user is stopped");
            } else if (kill.target().kind() == Kind.SUBJECT) {
                var _ = revoke(
                        owner -> owner.subject().equals(value) && owner.issuer().equals(issuer),
                        Source.NONE,
                        kill.by(),
                        "the user is stopped");
            }
        }
    }
}
