package dev.mcpgateway.connectors.oauth;

import dev.mcpgateway.connectors.oauth.UserToken.Owner;
import java.util.Optional;

/** Where users' tokens are kept. Safe for use by many threads. */
public interface UserTokenStore {
    /** The token of this owner. */
    Optional<UserToken> find(Owner owner);

    /**
     * Puts a token in the place of the one that is there: of exactly {@code before}, so that a renewal that is under way
     * cannot bring back what was revoked meanwhile.
     *
     * @return whether {@code before} was there
     */
    boolean replace(UserToken before, UserToken after);

    /** Forgets a token, if it is still the one. */
    void remove(UserToken token);
}
