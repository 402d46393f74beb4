package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.HttpHeader;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The user's own token, to which the user has agreed in a browser. What concerns no user, such as the lists, is asked
 * without a credential or with one of the gateway's own, never with anybody's token.
 */
public final class UserOAuth implements UpstreamCredential {
    private final Tokens tokens;
    private final Optional<UpstreamCredential> lists;

    /** The tokens of all users for one upstream. */
    public interface Tokens {
        /**
         * The user's token, renewed if it is about to end.
         *
         * @throws ConsentNeeded if only the user can get one
         * @throws CredentialUnavailable if it cannot be had now
         */
        Secret token(Principal who) throws CredentialUnavailable;

        /**
         * The upstream did not take the token.
         *
         * @param again whether a new one was not taken either: then nothing is kept of it
         */
        void refused(Principal who, boolean again);

        /**
         * The upstream wants a token with more scopes.
         *
         * @throws ConsentNeeded if the user may be asked for them; otherwise asking has not helped or would not
         */
        void lacks(Principal who, Set<String> scopes) throws ConsentNeeded;
    }

    /** Users' tokens from here; {@code lists} is for the gateway's own questions. */
    public UserOAuth(Tokens tokens, Optional<UpstreamCredential> lists) {
        this.tokens = tokens;
        this.lists = lists;
    }

    /** The tokens. */
    public Tokens tokens() {
        return tokens;
    }

    @Override
    public Credential issue(CredentialUse use) throws CredentialUnavailable {
        return switch (use) {
            case CredentialUse.Call call -> of(call.principal());
            case CredentialUse.Session(Principal principal) -> of(principal);
            case CredentialUse.Own _, CredentialUse.Request _, CredentialUse.Model _ ->
                lists.isPresent() ? lists.get().issue(use) : Credential.NONE;
        };
    }

    private Credential of(Principal who) throws CredentialUnavailable {
        return new Credential(List.of(
                new HttpHeader("Authorization", "Bearer " + tokens.token(who).expose())));
    }
}
