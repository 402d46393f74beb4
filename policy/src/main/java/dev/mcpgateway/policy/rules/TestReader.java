package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.yaml.Position;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Reads one entry of {@code tests:}. */
final class TestReader {

    /** Who calls when a test names only groups or claims. */
    private static final String ANY_SUBJECT = "test";

    private final Problems problems;

    TestReader(Problems problems) {
        this.problems = problems;
    }

    /** The test, or nothing when it has problems. */
    Optional<WrittenTest> read(YamlObject test) {
        int before = problems.count();
        Position position = test.position();
        test.text("name", "");
        Subject subject =
                test.required("as").map(value -> subject(value.object())).orElse(Subject.of("", ""));
        Optional<FeatureName> tool = tool(test);
        JsonNode arguments =
                test.optional("args").map(TestReader::arguments).orElseGet(JsonNodeFactory.instance::objectNode);
        Optional<Instant> at = Timestamps.read(test, "at");
        WrittenTest.Expected expected = test.required("expect")
                .map(value -> value.choice(WrittenTest.Expected.class))
                .orElse(WrittenTest.Expected.DENY);
        Optional<String> rule = test.optional("rule").map(YamlValue::text);
        test.rejectUnknownKeys();
        return problems.count() > before
                ? Optional.empty()
                : tool.map(name -> new WrittenTest(position, subject, name, arguments, at, expected, rule));
    }

    private static Subject subject(YamlObject as) {
        String issuer = as.text("issuer");
        String subject = as.text("subject", ANY_SUBJECT);
        String clientId = as.optional("client_id").map(YamlValue::text).orElse(null);
        LinkedHashSet<String> groups = new LinkedHashSet<>(as.texts("groups"));
        LinkedHashSet<String> scopes = new LinkedHashSet<>(as.texts("scopes"));
        Map<String, JsonNode> claims = new HashMap<>();
        as.named("claims")
                .forEach((name, value) -> claims.put(name, value.node().toJson()));
        as.rejectUnknownKeys();
        return new Subject(issuer, subject, clientId, groups, scopes, claims);
    }

    private static Optional<FeatureName> tool(YamlObject test) {
        Optional<YamlValue> call = test.required("call");
        Optional<FeatureName> tool = call.map(YamlValue::text).flatMap(FeatureName::parseTool);
        if (tool.isEmpty()) {
            call.filter(YamlValue::isText)
                    .ifPresent(value -> value.problem("'" + value.text() + "' names no tool", "Write alias__tool"));
        }
        return tool;
    }

    private static JsonNode arguments(YamlValue args) {
        args.object();
        return args.node().toJson();
    }
}
