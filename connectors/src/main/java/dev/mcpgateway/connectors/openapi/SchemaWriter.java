package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.openapi.BoundedBytes.Full;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Writes schemas of a description as JSON Schema 2020-12 that stands alone: whatever is referred to follows in
 * {@code $defs}. Keywords that 2020-12 does not know, extensions included, are left out. One writer writes one schema of a
 * tool.
 */
final class SchemaWriter {
    /** Which way the data goes: what only the API sets is not asked of agents, and what only they send is not promised. */
    enum Direction {
        REQUEST,
        RESPONSE
    }

    /** Deepest nesting of one schema; the gateway enforces none that is deeper. */
    private static final int DEPTH_MAX = 40;

    /** Longest example that is kept; they help a model, and large ones cost it more than they help. */
    private static final int EXAMPLE_BYTES_MAX = 256;

    private static final Set<String> COPIED = Set.of(
            "type",
            "title",
            "description",
            "default",
            "enum",
            "const",
            "multipleOf",
            "maximum",
            "minimum",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "maxLength",
            "minLength",
            "pattern",
            "maxItems",
            "minItems",
            "uniqueItems",
            "maxContains",
            "minContains",
            "maxProperties",
            "minProperties",
            "required",
            "dependentRequired",
            "format",
            "deprecated",
            "readOnly",
            "writeOnly",
            "contentEncoding",
            "contentMediaType",
            "examples");

    private static final Set<String> SCHEMAS = Set.of(
            "items",
            "additionalProperties",
            "not",
            "contains",
            "propertyNames",
            "if",
            "then",
            "else",
            "unevaluatedItems",
            "unevaluatedProperties",
            "contentSchema");

    private static final Set<String> LISTS = Set.of("allOf", "anyOf", "oneOf", "prefixItems");
    private static final Set<String> BY_NAME = Set.of("properties", "patternProperties", "dependentSchemas");

    /** They change what a reference means. */
    private static final Set<String> REFUSED = Set.of("$id", "$dynamicRef", "$recursiveRef");

    private static final Set<String> ONLY_THREE_ONE = Set.of(
            "const",
            "contains",
            "propertyNames",
            "if",
            "then",
            "else",
            "unevaluatedItems",
            "unevaluatedProperties",
            "contentSchema",
            "prefixItems",
            "patternProperties",
            "dependentSchemas",
            "dependentRequired",
            "maxContains",
            "minContains",
            "examples");

    private final Description description;
    private final JsonDocument document;
    private final Direction direction;
    private final BoundedBytes out;
    private final Map<Integer, String> names = new LinkedHashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final Deque<Integer> toDefine = new ArrayDeque<>();

    SchemaWriter(Description description, Direction direction, BoundedBytes out) {
        this.description = description;
        this.document = description.document();
        this.direction = direction;
        this.out = out;
    }

    /**
     * Writes one schema.
     *
     * @param comment its description, should it have none of its own; may be empty
     */
    void write(int schema, String comment) throws Full, Unusable {
        schema(schema, comment, 0);
    }

    /** Writes an object schema as the root of a tool's schema: its type is said, and nothing follows its members. */
    void openRoot(int schema) throws Full, Unusable {
        out.json("{\"type\":\"object\"");
        members(schema, "type", new Member(true), 0);
    }

    /** Writes {@code ,"$defs":{…}} with everything that was referred to, and the closing brace. */
    void closeRoot() throws Full, Unusable {
        boolean any = !toDefine.isEmpty();
        String before = ",\"$defs\":{";
        while (!toDefine.isEmpty()) {
            int node = toDefine.remove();
            out.json(before).string(names.getOrDefault(node, "")).json(":");
            schema(node, "", 0);
            before = ",";
        }
        out.json(any ? "}}" : "}");
    }

    private void schema(int node, String comment, int depth) throws Full, Unusable {
        if (depth > DEPTH_MAX) {
            throw new Unusable("a schema is nested deeper than " + DEPTH_MAX + " levels");
        }
        if (document.is(node, Kind.TRUE) || document.is(node, Kind.FALSE)) {
            out.json(document.raw(node));
            return;
        }
        if (!document.is(node, Kind.OBJECT)) {
            throw new Unusable("a schema is no object");
        }
        boolean orNull = isNullable(node) && document.member(node, Keys.TYPE) == JsonDocument.NONE;
        out.json(orNull ? "{\"anyOf\":[{" : "{");
        Member member = new Member(false);
        if (!comment.isEmpty() && document.member(node, Keys.DESCRIPTION) == JsonDocument.NONE) {
            member.name("description");
            out.string(comment);
        }
        members(node, "", member, depth);
        out.json(orNull ? "},{\"type\":\"null\"}]}" : "}");
    }

    private void members(int node, String left, Member member, int depth) throws Full, Unusable {
        int ref = document.member(node, Keys.REF);
        if (document.is(ref, Kind.STRING)) {
            member.name("$ref");
            out.string("#/$defs/" + define(document.string(ref)));
            if (description.isThreeZero()) {
                return;
            }
        }
        Set<String> hidden = hidden(node);
        for (int value = document.first(node); value != JsonDocument.NONE; value = document.next(node, value)) {
            String keyword = document.name(value);
            if (keyword.equals("$ref") || keyword.equals(left)) {
                continue;
            }
            if (REFUSED.contains(keyword)) {
                throw new Unusable("a schema has the keyword " + keyword);
            }
            keyword(node, keyword, value, hidden, member, depth);
        }
    }

    /** Writes names of members with the comma that each needs but the first. */
    private final class Member {
        private boolean any;

        Member(boolean any) {
            this.any = any;
        }

        void name(String name) throws Full {
            out.json(any ? "," : "").string(name).json(":");
            any = true;
        }
    }

    private void keyword(int node, String keyword, int value, Set<String> hidden, Member member, int depth)
            throws Full, Unusable {
        if (description.isThreeZero() && ONLY_THREE_ONE.contains(keyword)) {
            return;
        }
        if (SCHEMAS.contains(keyword)) {
            member.name(keyword);
            schema(value, "", depth + 1);
        } else if (LISTS.contains(keyword)) {
            member.name(keyword);
            list(value, depth);
        } else if (BY_NAME.contains(keyword)) {
            member.name(keyword);
            byName(value, keyword.equals("properties") ? hidden : Set.of(), depth);
        } else if (COPIED.contains(keyword)) {
            copied(node, keyword, value, hidden, member);
        } else if (keyword.equals("example")
                && document.length(value) <= EXAMPLE_BYTES_MAX
                && document.member(node, Keys.EXAMPLES) == JsonDocument.NONE) {
            member.name("examples");
            out.json("[").json(document.raw(value)).json("]");
        }
    }

    private void list(int value, int depth) throws Full, Unusable {
        if (!document.is(value, Kind.ARRAY)) {
            throw new Unusable("a schema has a list of schemas that is none");
        }
        String before = "[";
        for (int item = document.first(value); item != JsonDocument.NONE; item = document.next(value, item)) {
            out.json(before);
            schema(item, "", depth + 1);
            before = ",";
        }
        out.json(before.equals("[") ? "[]" : "]");
    }

    private void byName(int value, Set<String> hidden, int depth) throws Full, Unusable {
        if (!document.is(value, Kind.OBJECT)) {
            throw new Unusable("a schema has properties that are none");
        }
        String before = "{";
        for (int item = document.first(value); item != JsonDocument.NONE; item = document.next(value, item)) {
            String name = document.name(item);
            if (!hidden.contains(name)) {
                out.json(before).string(name).json(":");
                schema(item, "", depth + 1);
                before = ",";
            }
        }
        out.json(before.equals("{") ? "{}" : "}");
    }

    private void copied(int node, String keyword, int value, Set<String> hidden, Member member) throws Full {
        switch (keyword) {
            case "type" -> {
                member.name(keyword);
                out.json(
                        isNullable(node) && document.is(value, Kind.STRING)
                                ? "[" + document.raw(value) + ",\"null\"]"
                                : document.raw(value));
            }
            case "enum" -> {
                member.name(keyword);
                enumeration(node, value);
            }
            case "required" -> {
                member.name(keyword);
                required(value, hidden);
            }
            case "minimum" -> bound(node, value, Keys.EXCLUSIVE_MINIMUM, keyword, member);
            case "maximum" -> bound(node, value, Keys.EXCLUSIVE_MAXIMUM, keyword, member);
            case "exclusiveMinimum" -> exclusive(node, value, Keys.MINIMUM, keyword, member);
            case "exclusiveMaximum" -> exclusive(node, value, Keys.MAXIMUM, keyword, member);
            case "pattern" -> {
                if (direction == Direction.REQUEST) {
                    // a promise about texts of a response is not worth a tool whose pattern cannot be enforced
                    member.name(keyword);
                    out.json(document.raw(value));
                }
            }
            case "examples" -> {
                if (document.length(value) <= EXAMPLE_BYTES_MAX) {
                    member.name(keyword);
                    out.json(document.raw(value));
                }
            }
            default -> {
                member.name(keyword);
                out.json(document.bytes(), document.start(value), document.length(value));
            }
        }
    }

    /** In 3.0 {@code exclusiveMinimum} is a flag beside {@code minimum}. */
    private void bound(int node, int value, Name flag, String keyword, Member member) throws Full {
        if (!description.isTrue(node, flag)) {
            member.name(keyword);
            out.json(document.raw(value));
        }
    }

    private void exclusive(int node, int value, Name bound, String keyword, Member member) throws Full {
        int limit = document.is(value, Kind.TRUE) ? document.member(node, bound) : value;
        if (document.is(limit, Kind.NUMBER)) {
            member.name(keyword);
            out.json(document.raw(limit));
        }
    }

    private void enumeration(int node, int value) throws Full {
        boolean addNull = isNullable(node) && document.is(value, Kind.ARRAY);
        for (int item = addNull ? document.first(value) : JsonDocument.NONE;
                item != JsonDocument.NONE;
                item = document.next(value, item)) {
            addNull &= !document.is(item, Kind.NULL);
        }
        String raw = document.raw(value);
        out.json(
                addNull
                        ? raw.substring(0, raw.length() - 1) + (raw.matches("(?s)\\[\\s*]") ? "null]" : ",null]")
                        : raw);
    }

    private void required(int value, Set<String> hidden) throws Full {
        if (hidden.isEmpty() || !document.is(value, Kind.ARRAY)) {
            out.json(document.bytes(), document.start(value), document.length(value));
            return;
        }
        String before = "[";
        for (int item = document.first(value); item != JsonDocument.NONE; item = document.next(value, item)) {
            if (!document.is(item, Kind.STRING) || !hidden.contains(document.string(item))) {
                out.json(before).json(document.raw(item));
                before = ",";
            }
        }
        out.json(before.equals("[") ? "[]" : "]");
    }

    /** Properties that go the other way only. */
    private Set<String> hidden(int node) {
        Set<String> hidden = new HashSet<>();
        int properties = document.member(node, Keys.PROPERTIES);
        if (document.is(properties, Kind.OBJECT)) {
            Name flag = direction == Direction.REQUEST ? Keys.READ_ONLY : Keys.WRITE_ONLY;
            for (int each = document.first(properties);
                    each != JsonDocument.NONE;
                    each = document.next(properties, each)) {
                if (description.isTrue(each, flag)) {
                    hidden.add(document.name(each));
                }
            }
        }
        return hidden;
    }

    private boolean isNullable(int node) {
        return description.isThreeZero() && description.isTrue(node, Keys.NULLABLE);
    }

    private String define(String reference) throws Unusable {
        int node = description.target(reference);
        String known = names.get(node);
        if (known != null) {
            return known;
        }
        String name = ToolNames.cleaned(reference.substring(reference.lastIndexOf('/') + 1));
        String unique = name;
        for (int i = 2; !taken.add(unique); i++) {
            unique = name + "_" + i;
        }
        names.put(node, unique);
        toDefine.add(node);
        return unique;
    }
}
