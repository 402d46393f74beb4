package dev.mcpgateway.gateway;

import dev.mcpgateway.connectors.model.translate.StateKey;
import dev.mcpgateway.gateway.state.StateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The key of the reasoning state that agents keep, in the state folder: made at the first start, so that conversations go on
 * over later ones. Gateways that serve the same agents need the same file.
 */
final class ReasoningKey {
    private static final String FILE = "reasoning.key";

    private ReasoningKey() {}

    /**
     * Reads it, or makes it.
     *
     * @param random must be cryptographically strong
     * @throws IOException if it cannot be read or kept, or is none
     */
    static StateKey in(Path stateDir, RandomGenerator random) throws IOException {
        StateFile file = new StateFile(stateDir.resolve(FILE));
        Optional<byte[]> kept = file.read();
        if (kept.isEmpty()) {
            byte[] made = new byte[StateKey.BYTES];
            random.nextBytes(made);
            kept = Optional.of(Base64.getEncoder().encode(made));
            file.write(kept.get());
        }
        try {
            byte[] key = Base64.getDecoder().decode(new String(kept.get(), StandardCharsets.US_ASCII).strip());
            if (key.length == StateKey.BYTES) {
                return new StateKey(key);
            }
        } catch (IllegalArgumentException notBase64) {
            // told below
        }
        throw new IOException(file.path() + " holds no key of " + StateKey.BYTES
                + " bytes. Restore it from a copy; without it the reasoning of conversations under way is lost");
    }
}
