package dev.mcpgateway.connectors.credential;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A verified caller, as far as credentials may speak of it.
 *
 * @param issuer identifier of the issuer that vouched for it
 * @param subject that issuer's name of the user
 * @param clientId the agent; {@code null} when the caller's credential named none
 * @param actors who acted before the agent, the latest first
 * @param token the credential that it came with, where it can be exchanged for another
 */
public record Principal(
        String issuer, String subject, @Nullable String clientId, List<String> actors, Optional<SubjectToken> token) {

    /** Copies the list. */
    public Principal {
        actors = List.copyOf(actors);
    }
}
