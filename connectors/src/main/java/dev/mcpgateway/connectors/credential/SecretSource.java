package dev.mcpgateway.connectors.credential;

import java.time.Instant;
import java.util.Optional;

/** Where a secret is kept. What the configuration says of it is a reference, never the value itself. */
public sealed interface SecretSource permits SecretFile, SecretVariable, StoredSecret, GivenSecret, HeaderSecret {

    /**
     * The current value.
     *
     * @throws SecretUnavailable if it is missing, empty, or open to others
     */
    Secret read() throws SecretUnavailable;

    /** The next {@link #read} looks at where it is kept, however fresh what is known. */
    default void refresh() {}

    /** Since when what was read last has been the value, where whoever keeps it tells; looks at nothing. */
    default Optional<Instant> since() {
        return Optional.empty();
    }
}
