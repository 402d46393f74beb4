package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.yaml.Position;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Reads one entry of {@code tests:}. */
final class TestReader {

    /** Who calls when a test names only groups or claims. */
    private static final String ANY_SUBJECT = "test";

    /** The keys that name what is used. */
    private static final SequencedMap<String, FeatureKind> FEATURES = features();

    private final Problems problems;

    TestReader(Problems problems) {
        this.problems = problems;
    }

    private static SequencedMap<String, FeatureKind> features() {
        SequencedMap<String, FeatureKind> features = new LinkedHashMap<>();
        features.put("call", FeatureKind.TOOL);
        features.put("prompt", FeatureKind.PROMPT);
        features.put("resource", FeatureKind.RESOURCE);
        features.put("model", FeatureKind.MODEL);
        return features;
    }

    /** The test, or nothing when it has problems. */
    Optional<WrittenTest> read(YamlObject test) {
        int before = problems.count();
        Position position = test.position();
        test.text("name", "");
        Subject subject =
                test.required("as").map(value -> subject(value.object())).orElse(Subject.of("", ""));
        Optional<FeatureName> feature = feature(test);
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
                : feature.map(name -> new WrittenTest(position, subject, name, arguments, at, expected, rule));
    }

    private static Subject subject(YamlObject as) {
        String issuer = as.text("issuer");
        String subject = as.text("subject", ANY_SUBJECT);
        String clientId = as.optional("client_id").map(YamlValue::text).orElse(null);
        LinkedHashSet<String> groups = new LinkedHashSet<>(as.texts("groups"));
        LinkedHashSet<String> scopes = new LinkedHashSet<>(as.texts("scopes"));
        String tenant = as.text("tenant", "");
        Map<String, JsonNode> claims = new HashMap<>();
        as.named("claims")
                .forEach((name, value) -> claims.put(name, value.node().toJson()));
        as.rejectUnknownKeys();
        return new Subject(issuer, subject, clientId, groups, scopes, claims, tenant);
    }

    /** The feature under the one key of {@link #FEATURES} that must be there. */
    private static Optional<FeatureName> feature(YamlObject test) {
        Optional<FeatureName> feature = Optional.empty();
        String first = "";
        for (Map.Entry<String, FeatureKind> key : FEATURES.entrySet()) {
            Optional<YamlValue> written = test.optional(key.getKey());
            if (written.isPresent() && first.isEmpty()) {
                first = key.getKey();
                feature = feature(written.get(), key.getValue());
            } else if (written.isPresent()) {
                test.problem(
                        key.getKey(), "a test has either '" + first + "' or '" + key.getKey() + "'", "Write two tests");
            }
        }
        if (first.isEmpty()) {
            test.problem("call", "key 'call' is missing", "Or write prompt, resource or model");
        }
        if (first.equals("resource")) {
            test.refuse("args", "a resource is read without 'args'", "Remove it");
        } else if (first.equals("model")) {
            test.refuse("args", "no rule reads what a model is asked", "Remove it");
        }
        return feature;
    }

    private static Optional<FeatureName> feature(YamlValue written, FeatureKind kind) {
        Optional<FeatureName> feature = FeatureName.parse(kind, written.text());
        if (feature.isEmpty() && written.isText()) {
            String noun = FeatureNoun.of(Set.of(kind));
            written.problem(
                    "'" + written.text() + "' names no " + noun,
                    kind == FeatureKind.MODEL
                            ? "Write model:alias"
                            : "Write alias__" + (kind == FeatureKind.RESOURCE ? "uri" : noun));
        }
        return feature;
    }

    private static JsonNode arguments(YamlValue args) {
        args.object();
        return args.node().toJson();
    }
}
