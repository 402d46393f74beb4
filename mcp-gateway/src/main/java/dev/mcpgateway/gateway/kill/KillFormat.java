package dev.mcpgateway.gateway.kill;

import dev.mcpgateway.connectors.wire.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Stops as JSON: in the state file, and for operators. */
public final class KillFormat {
    private static final JsonMapper JSON = JsonMapper.shared();

    private KillFormat() {}

    /** {@code {"kills":[…]}}. */
    public static String json(Collection<Kill> kills) {
        return kills.stream().map(KillFormat::json).collect(Collectors.joining(",", "{\"kills\":[", "]}\n"));
    }

    /** One stop. */
    public static String json(Kill kill) {
        KillTarget target = kill.target();
        Instant until = kill.until();
        return "{\"id\":" + quote(kill.id())
                + ",\"kind\":" + quote(target.kind().word())
                + (target.issuer().isEmpty() ? "" : ",\"issuer\":" + quote(target.issuer()))
                + ",\"value\":" + quote(target.value())
                + ",\"reason\":" + quote(kill.reason())
                + ",\"by\":" + quote(kill.by())
                + ",\"since\":" + quote(kill.since().toString())
                + (until == null ? "" : ",\"until\":" + quote(until.toString()))
                + "}";
    }

    private static String quote(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }

    /**
     * What {@link #json(Collection)} wrote.
     *
     * @throws IOException if it is anything else: a stop that cannot be read must not be skipped
     */
    static List<Kill> read(byte[] json) throws IOException {
        List<Kill> kills = new ArrayList<>();
        try {
            JsonNode list = JSON.readTree(json).get("kills");
            if (list == null || !list.isArray()) {
                throw new IOException("it has no list of kills");
            }
            for (JsonNode each : list) {
                kills.add(kill(each));
            }
        } catch (JacksonException | DateTimeException malformed) {
            throw new IOException("it is not what the gateway writes", malformed);
        }
        return kills;
    }

    private static Kill kill(JsonNode json) throws IOException {
        Optional<KillTarget.Kind> kind = KillTarget.Kind.of(text(json, "kind"));
        if (kind.isEmpty()) {
            throw new IOException("it names a kind that is not known here");
        }
        KillTarget target = new KillTarget(kind.get(), text(json, "issuer"), text(json, "value"));
        Optional<String> problem = target.problem();
        if (problem.isPresent()) {
            throw new IOException(problem.get());
        }
        return new Kill(
                text(json, "id"),
                target,
                text(json, "reason"),
                text(json, "by"),
                Instant.parse(text(json, "since")),
                until(json));
    }

    private static @Nullable Instant until(JsonNode json) {
        String text = text(json, "until");
        return text.isEmpty() ? null : Instant.parse(text);
    }

    private static String text(JsonNode json, String member) {
        JsonNode value = json.get(member);
        return value != null && value.isString() ? value.stringValue() : "";
    }
}
