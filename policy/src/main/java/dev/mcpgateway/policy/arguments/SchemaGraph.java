package dev.mcpgateway.policy.arguments;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * Which subschema of a document applies which other one, with every reference resolved inside the document. A reference
 * that leaves the document, an embedded {@code $id} and a dynamic reference are {@link Unenforceable}: none can make the
 * validator load anything.
 */
final class SchemaGraph {

    private static final Set<String> ONE_IN_PLACE = Set.of("not", "if", "then", "else");
    private static final Set<String> LISTS_IN_PLACE = Set.of("allOf", "anyOf", "oneOf");
    private static final Set<String> MAPS_IN_PLACE = Set.of("dependentSchemas", "dependencies");
    private static final Set<String> DEFINITIONS = Set.of("$defs", "definitions");
    private static final Set<String> DYNAMIC =
            Set.of("$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor");

    private final JsonNode root;
    private final String rootId;
    private final int patternSizeMax;
    private final List<Subschema> subschemas = new ArrayList<>();
    private final Map<String, Integer> byPointer = new HashMap<>();
    private final Map<String, String> anchors = new HashMap<>();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final List<Reference> references = new ArrayList<>();

    private record Pending(Subschema subschema, JsonNode node, String pointer) {}

    private record Reference(Subschema from, String to) {}

    private SchemaGraph(JsonNode root, String rootId, int patternSizeMax) {
        this.root = root;
        this.rootId = rootId;
        this.patternSizeMax = patternSizeMax;
    }

    /** The graph of {@code root}, whose own identifier is {@code rootId} (may be empty). Index 0 is the root. */
    static SchemaGraph of(JsonNode root, String rootId, int patternSizeMax) {
        SchemaGraph graph = new SchemaGraph(root, rootId, patternSizeMax);
        graph.subschema("", root);
        graph.readPending();
        int resolved = 0;
        while (resolved < graph.references.size()) {
            Reference reference = graph.references.get(resolved++);
            reference.from().inPlace.add(graph.resolve(reference.to()));
            graph.readPending();
        }
        return graph;
    }

    List<Subschema> subschemas() {
        return subschemas;
    }

    private void readPending() {
        while (!pending.isEmpty()) {
            Pending next = pending.pop();
            if (next.node().isObject()) {
                refuseBaseChange(next.node(), next.pointer());
                next.node().properties().forEach(keyword -> read(next, keyword.getKey(), keyword.getValue()));
            } else if (!next.node().isBoolean()) {
                throw new Unenforceable("the schema at '" + Pointers.shortened(next.pointer()) + "' is not an object");
            }
        }
    }

    private void refuseBaseChange(JsonNode schema, String pointer) {
        for (String keyword : DYNAMIC) {
            if (schema.has(keyword)) {
                throw new Unenforceable("it uses " + keyword + ", which is not supported");
            }
        }
        if (schema.has("$anchor")) {
            anchors.putIfAbsent(schema.path("$anchor").asString(""), pointer);
        }
        if (pointer.isEmpty()) {
            return;
        }
        if (schema.has("$schema")) {
            throw new Unenforceable("a subschema names a dialect of its own");
        }
        if (schema.has("$id")) {
            String id = schema.path("$id").asString("");
            if (!id.startsWith("#")) {
                throw new Unenforceable("a subschema has an $id, which would change what references mean");
            }
            anchors.putIfAbsent(id.substring(1), pointer);
        }
    }

    private void read(Pending in, String keyword, JsonNode value) {
        KeywordShape.check(keyword, value);
        Subschema from = in.subschema();
        String pointer = in.pointer() + "/" + escape(keyword);
        switch (keyword) {
            case "$ref" -> references.add(new Reference(from, value.stringValue()));
            case "pattern" -> from.weight += patternWeight(value.stringValue());
            case "properties" -> eachMember(value, pointer, (name, index) -> from.members.put(name, index));
            case "patternProperties" ->
                eachMember(value, pointer, (name, index) -> {
                    from.weight += patternWeight(name);
                    from.anyMember.add(index);
                });
            case "additionalProperties" -> from.otherMembers.add(subschema(pointer, value));
            case "unevaluatedProperties" -> from.anyMember.add(subschema(pointer, value));
            case "propertyNames" -> from.names.add(subschema(pointer, value));
            case "prefixItems" -> eachItem(value, pointer, from.items);
            case "items" -> {
                if (value.isArray()) {
                    eachItem(value, pointer, from.items);
                } else {
                    from.anyItem.add(subschema(pointer, value));
                }
            }
            case "additionalItems", "unevaluatedItems", "contains" -> from.anyItem.add(subschema(pointer, value));
            default -> readInPlace(from, keyword, value, pointer);
        }
    }

    private void readInPlace(Subschema from, String keyword, JsonNode value, String pointer) {
        if (ONE_IN_PLACE.contains(keyword)) {
            from.inPlace.add(subschema(pointer, value));
        } else if (LISTS_IN_PLACE.contains(keyword)) {
            eachItem(value, pointer, from.inPlace);
        } else if (MAPS_IN_PLACE.contains(keyword)) {
            value.properties().stream()
                    .filter(member -> !member.getValue().isArray())
                    .forEach(member ->
                            from.inPlace.add(subschema(pointer + "/" + escape(member.getKey()), member.getValue())));
        } else if (DEFINITIONS.contains(keyword)) {
            eachMember(value, pointer, (name, index) -> {});
        }
    }

    private interface MemberSink {
        void accept(String name, int index);
    }

    private void eachMember(JsonNode map, String pointer, MemberSink sink) {
        map.properties()
                .forEach(member -> sink.accept(
                        member.getKey(), subschema(pointer + "/" + escape(member.getKey()), member.getValue())));
    }

    private void eachItem(JsonNode list, String pointer, List<Integer> sink) {
        for (int i = 0; i < list.size(); i++) {
            sink.add(subschema(pointer + "/" + i, list.get(i)));
        }
    }

    private int subschema(String pointer, JsonNode node) {
        Integer known = byPointer.get(pointer);
        if (known != null) {
            return known;
        }
        Subschema subschema = new Subschema();
        int index = subschemas.size();
        subschemas.add(subschema);
        byPointer.put(pointer, index);
        pending.push(new Pending(subschema, node, pointer));
        return index;
    }

    private int resolve(String reference) {
        String pointer = target(reference);
        return subschema(pointer, pointer.isEmpty() ? root : root.at(JsonPointer.compile(pointer)));
    }

    /** The JSON pointer of what {@code reference} refers to; throws when that is outside of the document or nothing. */
    String target(String reference) {
        String fragment = localFragment(reference, rootId);
        boolean isPointer = fragment.isEmpty() || fragment.startsWith("/");
        String pointer = isPointer ? fragment : anchors.get(fragment);
        if (pointer == null || root.at(JsonPointer.compile(pointer)).isMissingNode()) {
            throw unresolved(reference);
        }
        return pointer;
    }

    /** The decoded fragment of a reference inside the document; throws for one that leaves it. */
    private static String localFragment(String reference, String rootId) {
        String local =
                !rootId.isEmpty() && reference.startsWith(rootId) ? reference.substring(rootId.length()) : reference;
        if (!local.isEmpty() && !local.startsWith("#")) {
            throw new Unenforceable("it refers to " + Pointers.quoted(reference) + ", outside of itself");
        }
        try {
            return local.isEmpty() ? "" : Fragment.decode(local.substring(1));
        } catch (IllegalArgumentException badEscape) {
            throw unresolved(reference);
        }
    }

    private static Unenforceable unresolved(String reference) {
        return new Unenforceable("its reference " + Pointers.quoted(reference) + " leads nowhere");
    }

    private long patternWeight(String expression) {
        return LinearPattern.compile(expression, patternSizeMax).size() / 2;
    }

    private static String escape(String token) {
        return token.replace("~", "~0").replace("/", "~1");
    }
}
