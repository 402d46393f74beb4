package dev.mcpgateway.policy.arguments;

import com.networknt.schema.SpecificationVersion;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The dialects of JSON Schema that are enforced; MCP 2026-07-28 makes 2020-12 the default. */
final class Dialects {

    private static final Map<String, SpecificationVersion> BY_ID = Map.of(
            "json-schema.org/draft/2020-12/schema", SpecificationVersion.DRAFT_2020_12,
            "json-schema.org/draft/2019-09/schema", SpecificationVersion.DRAFT_2019_09,
            "json-schema.org/draft-07/schema", SpecificationVersion.DRAFT_7,
            "json-schema.org/draft-06/schema", SpecificationVersion.DRAFT_6);

    private Dialects() {}

    /** The dialect that {@code schema} names; throws {@link Unenforceable} for any other. */
    static SpecificationVersion of(JsonNode schema) {
        JsonNode named = schema.get("$schema");
        if (named == null) {
            return SpecificationVersion.DRAFT_2020_12;
        }
        SpecificationVersion dialect = named.isString() ? BY_ID.get(identifier(named.stringValue())) : null;
        if (dialect == null) {
            throw new Unenforceable(
                    "its dialect $schema is not supported; 2020-12, 2019-09, draft-07 and draft-06 are");
        }
        return dialect;
    }

    /** The scheme and an empty fragment do not tell dialects apart. */
    private static String identifier(String uri) {
        return uri.replaceFirst("^https?://", "").replaceFirst("#$", "");
    }
}
