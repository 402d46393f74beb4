package dev.mcpgateway.gateway.keys;

import dev.mcpgateway.gateway.state.StateDamaged;
import dev.mcpgateway.gateway.state.StateFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which virtual keys were taken before no new ones were to be: kept in a file of the state folder, so that a restart lets
 * none in that was withheld. A key is the same while all that is said of it but its revocation is the same. Not for several
 * threads.
 */
public final class KnownKeys {
    private static final Logger LOG = LoggerFactory.getLogger(KnownKeys.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final StateFile file;
    private @Nullable Map<String, String> known;

    /** Those of the file in a state folder; nothing is read yet. */
    public KnownKeys(Path stateDir) {
        this.file = new StateFile(stateDir.resolve("keys-known.json"));
    }

    /** Takes these for known from now on. What cannot be saved holds until the next restart, and is told in the log. */
    public void remember(Map<String, VirtualKey> keys) {
        Map<String, String> next = forms(keys);
        try {
            if (!next.equals(known())) {
                known = next;
                ObjectNode root = JSON.createObjectNode();
                next.forEach(root::put);
                file.write(JSON.writeValueAsBytes(root));
            }
        } catch (IOException failure) {
            known = next;
            LOG.error("the virtual keys that are known are not saved: {}", failure.getMessage());
        }
    }

    /**
     * Takes out of {@code keys} those that are not known. Where no key was ever remembered, all that are there now are known.
     *
     * @return whether there was one
     * @throws IOException if nobody knows which are known: the file is damaged or cannot be read
     */
    public boolean withhold(Map<String, VirtualKey> keys) throws IOException {
        Map<String, String> before = known();
        if (before == null) {
            remember(keys);
            return false;
        }
        return keys.values().removeIf(key -> !KeyFile.form(key).equals(before.get(key.id())));
    }

    private static Map<String, String> forms(Map<String, VirtualKey> keys) {
        Map<String, String> forms = new HashMap<>();
        keys.forEach((id, key) -> forms.put(id, KeyFile.form(key)));
        return forms;
    }

    private @Nullable Map<String, String> known() throws IOException {
        if (known == null) {
            Optional<byte[]> content = file.read();
            if (content.isEmpty()) {
                return null;
            }
            Map<String, String> read = new HashMap<>();
            try {
                for (Map.Entry<String, JsonNode> each :
                        JSON.readTree(content.get()).properties()) {
                    read.put(each.getKey(), each.getValue().asString(""));
                }
            } catch (JacksonException malformed) {
                throw new StateDamaged(file.path().toString(), "it is not what the gateway writes");
            }
            known = read;
        }
        return known;
    }
}
