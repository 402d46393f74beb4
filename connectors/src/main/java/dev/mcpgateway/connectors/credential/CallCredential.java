package dev.mcpgateway.connectors.credential;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The credentials of one call: one for each attempt to send it, because a server may refuse a token that it has seen
 * before, and those of the session around it.
 */
public final class CallCredential {
    private final SessionCredential attempts;
    private final SessionCredential session;
    private final AtomicReference<@Nullable Credential> first;
    private final AtomicReference<@Nullable Refused> refused = new AtomicReference<>();

    /**
     * How the upstream refused what was sent last.
     *
     * @param status 401 or 403
     * @param challenge value of {@code WWW-Authenticate}; empty for none
     */
    public record Refused(int status, String challenge) {}

    private CallCredential(SessionCredential attempts, SessionCredential session, Credential first) {
        this.attempts = attempts;
        this.session = new SessionCredential() {
            @Override
            public Credential now() throws CredentialUnavailable {
                return session.now();
            }

            @Override
            public void refused(int status, String challenge) {
                refused.set(new Refused(status, challenge));
            }
        };
        this.first = new AtomicReference<>(first);
    }

    /**
     * Issues the credential for the first attempt at once, so that a call without one sends nothing at all.
     *
     * @throws CredentialUnavailable if there is none
     */
    public static CallCredential issue(UpstreamCredential mode, CredentialUse.Call use) throws CredentialUnavailable {
        return new CallCredential(
                SessionCredential.of(mode, use),
                SessionCredential.of(mode, new CredentialUse.Session(use.principal())),
                mode.issue(use));
    }

    /** The same for everything. */
    public static CallCredential of(Credential credential) {
        return new CallCredential(SessionCredential.of(credential), SessionCredential.of(credential), credential);
    }

    /**
     * The credential for the next attempt.
     *
     * @throws CredentialUnavailable if there is none any more
     */
    public Credential forAttempt() throws CredentialUnavailable {
        Credential prepared = first.getAndSet(null);
        return prepared != null ? prepared : attempts.now();
    }

    /** The upstream's refusal of a credential during this call; empty if it took them. */
    public Optional<Refused> refused() {
        return Optional.ofNullable(refused.get());
    }

    /** The credentials of the session around the call. */
    public SessionCredential session() {
        return session;
    }
}
