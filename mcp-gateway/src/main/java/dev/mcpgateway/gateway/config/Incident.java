package dev.mcpgateway.gateway.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What operators prepare for incidents of the models.
 *
 * @param profile the known-good profile of safe mode; without it safe mode serves no model
 * @param leaveWindow within which two operators must say that safe mode, a stop or a restriction ends
 * @param signals what is watched for; empty for nothing
 */
public record Incident(Optional<Profile> profile, Duration leaveWindow, Optional<Signals> signals) {
    /**
     * A signed profile.
     *
     * @param file the profile
     * @param publicKey PEM file of the key that vouches for it
     */
    public record Profile(Path file, Path publicKey) {}

    /**
     * What is watched for.
     *
     * @param windows when operators may override; none to watch for no override
     * @param two whether it takes two operators to end a stop or a restriction outside of them
     */
    public record Signals(List<ChangeWindow> windows, boolean two) {
        /** Copies the list. */
        public Signals {
            windows = List.copyOf(windows);
        }
    }
}
