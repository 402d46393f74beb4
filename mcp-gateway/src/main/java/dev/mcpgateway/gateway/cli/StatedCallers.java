package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.policy.Subject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Callers as an operator writes them on the command line: {@code {"issuer": "corp", "groups": ["support"]}}. */
final class StatedCallers {
    private static final Set<String> KEYS =
            Set.of("issuer", "subject", "client_id", "groups", "scopes", "claims", "tenant");
    private static final Set<String> LISTS = Set.of("groups", "scopes");

    private StatedCallers() {}

    /**
     * The callers that an option names.
     *
     * @param stated inline JSON, a file with it, or {@code -} for standard input; an object, or a list of them
     * @throws IllegalArgumentException with what is wrong, for the operator
     */
    static List<Subject> read(String stated) throws IOException {
        JsonNode json = json(text(stated), "--as");
        List<Subject> callers = new ArrayList<>();
        if (json.isArray()) {
            json.forEach(each -> callers.add(caller(each)));
        } else {
            callers.add(caller(json));
        }
        return callers;
    }

    /** What an option holds that must be JSON. */
    static JsonNode json(String text, String option) {
        try {
            return JsonMapper.shared().readTree(text);
        } catch (JacksonException malformed) {
            throw new IllegalArgumentException(option + " is not JSON: " + malformed.getOriginalMessage(), malformed);
        }
    }

    private static String text(String stated) throws IOException {
        if (stated.equals("-")) {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        }
        String inline = stated.stripLeading();
        if (inline.startsWith("{") || inline.startsWith("[")) {
            return stated;
        }
        Path file = Path.of(stated);
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException("--as names no file that can be read: " + stated
                    + ". Write JSON such as '{\"issuer\":\"corp\",\"groups\":[\"support\"]}', or a file with it");
        }
        return Files.readString(file);
    }

    private static Subject caller(JsonNode json) {
        if (!json.isObject()) {
            throw new IllegalArgumentException("--as must be a JSON object");
        }
        json.properties().forEach(member -> {
            if (!KEYS.contains(member.getKey())) {
                throw new IllegalArgumentException("--as has an unknown key '" + member.getKey() + "'; known: "
                        + String.join(", ", new TreeSet<>(KEYS)));
            }
            // read as nothing, it would be another caller than the one who was meant
            boolean isRight = LISTS.contains(member.getKey())
                    ? member.getValue().isArray()
                    : member.getKey().equals("claims")
                            ? member.getValue().isObject()
                            : member.getValue().isString();
            if (!isRight) {
                throw new IllegalArgumentException("--as: '" + member.getKey() + "' must be "
                        + (LISTS.contains(member.getKey())
                                ? "a list of texts"
                                : member.getKey().equals("claims") ? "an object" : "a text"));
            }
        });
        Map<String, JsonNode> others = new HashMap<>();
        json.path("claims").properties().forEach(claim -> others.put(claim.getKey(), claim.getValue()));
        return new Subject(
                json.path("issuer").asString(""),
                json.path("subject").asString(""),
                json.has("client_id") ? json.path("client_id").asString() : null,
                strings(json.path("groups")),
                strings(json.path("scopes")),
                others,
                json.path("tenant").asString(""));
    }

    private static Set<String> strings(JsonNode array) {
        Set<String> strings = new LinkedHashSet<>();
        array.forEach(each -> strings.add(each.asString()));
        return strings;
    }
}
