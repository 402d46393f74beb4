package dev.mcpgateway.connectors.credential;

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

    private CallCredential(SessionCredential attempts, SessionCredential session, Credential first) {
        this.attempts = attempts;
        this.session = session;
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

    /** The credentials of the session around the call. */
    public SessionCredential session() {
        return session;
    }
}
