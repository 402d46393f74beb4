package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.mcp.Definition;
import dev.mcpgateway.connectors.openapi.BoundedBytes.Full;
import dev.mcpgateway.connectors.openapi.Parameter.Place;
import dev.mcpgateway.connectors.openapi.SchemaWriter.Direction;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operations of a description as tools. One that cannot be offered is left out with the reason; it never keeps out
 * another.
 */
final class Operations {
    /** Most operations of a description, wanted or not; the largest published ones have a few thousand. */
    static final int OPERATIONS_MAX = 20_000;

    /** Most tools of one description; more than anyone reviews. */
    static final int TOOLS_MAX = 5_000;

    /** Longest input schema; the gateway enforces none with more characters. */
    static final int INPUT_BYTES_MAX = 128 * 1024;

    /** Longest output schema; a longer one is left out, since it costs a model more than it tells. */
    static final int OUTPUT_BYTES_MAX = 16 * 1024;

    /** Most bytes of all definitions, since they stay in memory. */
    static final int ALL_BYTES_MAX = 32 * 1024 * 1024;

    /** Most bytes that are written in vain, for schemas that turn out too long; bounds the time. */
    static final long SPOILED_BYTES_MAX = 512L * 1024 * 1024;

    /** Longest text about a parameter. */
    static final int COMMENT_CHARS_MAX = 1_000;

    private static final int TITLE_CHARS_MAX = 200;
    private static final int DESCRIPTION_CHARS_MAX = 4_000;

    /** Nesting of allOf in which it is looked for whether a response is an object. */
    private static final int COMPOSITION_MAX = 8;

    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

    private final Description description;
    private final JsonDocument document;
    private final Selection selection;
    private final boolean outputSchemas;
    private final ParameterReader parameters;
    private final Problems problems = new Problems();
    private final Map<String, Operation> byTool = new LinkedHashMap<>();
    private final List<Definition> definitions = new ArrayList<>();
    private final Map<String, List<PathTemplate>> templates = new HashMap<>();
    private int seen;
    private int withoutOutput;
    private long bytes;
    private long spoiledBytes;

    private Operations(Description description, Selection selection, boolean outputSchemas, Set<String> credentials) {
        this.description = description;
        this.document = description.document();
        this.selection = selection;
        this.outputSchemas = outputSchemas;
        this.parameters = new ParameterReader(description, credentials, problems);
    }

    /**
     * Tools and how each is carried out.
     *
     * @param problems what was left out and why, sentences for operators
     */
    record Tools(Map<String, Operation> operations, List<Definition> definitions, List<String> problems) {}

    /**
     * Reads the operations that are wanted.
     *
     * @param outputSchemas whether tools get output schemas
     * @param credentialHeaders header fields that carry credentials and are not offered
     * @throws DescriptionRefused if there are too many
     */
    static Tools read(
            Description description, Selection selection, boolean outputSchemas, Set<String> credentialHeaders)
            throws DescriptionRefused {
        Set<String> credentials = new HashSet<>(keys(description));
        credentialHeaders.forEach(name -> credentials.add(ParameterReader.key(Place.HEADER, name)));
        Operations operations = new Operations(description, selection, outputSchemas, credentials);
        operations.readAll();
        return operations.tools();
    }

    /** Parameters that the description itself calls API keys. */
    private static Set<String> keys(Description description) {
        Set<String> keys = new HashSet<>();
        JsonDocument document = description.document();
        int schemes = document.at(Keys.COMPONENTS, Keys.SECURITY_SCHEMES);
        if (document.is(schemes, Kind.OBJECT)) {
            for (int each = document.first(schemes); each != JsonDocument.NONE; each = document.next(schemes, each)) {
                String name = description.text(each, Keys.NAME);
                for (Place place : Place.values()) {
                    if (place.word().equals(description.text(each, Keys.IN))) {
                        keys.add(ParameterReader.key(place, name));
                    }
                }
            }
        }
        return keys;
    }

    private Tools tools() {
        if (withoutOutput > 0) {
            problems.add(withoutOutput + " tools are offered without output schema: theirs have more than "
                    + OUTPUT_BYTES_MAX + " bytes or cannot be written");
        }
        byTool.replaceAll((tool, operation) ->
                operation.among(templates.getOrDefault(shape(operation.method(), operation.path()), List.of())));
        return new Tools(Map.copyOf(byTool), List.copyOf(definitions), problems.list());
    }

    private void readAll() throws DescriptionRefused {
        int paths = document.member(JsonDocument.ROOT, Keys.PATHS);
        if (!document.is(paths, Kind.OBJECT)) {
            throw new DescriptionRefused("it has no paths");
        }
        for (int item = document.first(paths); item != JsonDocument.NONE; item = document.next(paths, item)) {
            String path = document.name(item);
            if (!path.startsWith("x-")) {
                pathItem(path, item);
            }
        }
    }

    private void pathItem(String path, int reference) throws DescriptionRefused {
        int item;
        try {
            item = description.dereferenced(reference);
        } catch (Unusable unusable) {
            problems.add(path + " was left out: " + unusable.why());
            return;
        }
        if (!document.is(item, Kind.OBJECT)) {
            return;
        }
        for (int each = document.first(item); each != JsonDocument.NONE; each = document.next(item, each)) {
            String method = document.name(each);
            if (METHODS.contains(method)) {
                operation(method.toUpperCase(Locale.ROOT), path, item, each);
            }
        }
    }

    private void operation(String method, String path, int item, int node) throws DescriptionRefused {
        if (++seen > OPERATIONS_MAX) {
            throw new DescriptionRefused("it has more than " + OPERATIONS_MAX + " operations");
        }
        remember(method, path);
        String id = description.text(node, Keys.OPERATION_ID);
        if (!selection.wants(method, path, id, description.isTrue(node, Keys.DEPRECATED))) {
            return;
        }
        String where = method + " " + path;
        String tool = id.isEmpty() ? ToolNames.ofPath(method, path) : ToolNames.cleaned(id);
        try {
            if (byTool.containsKey(tool)) {
                throw new Unusable("another operation has its name " + tool);
            }
            add(method, path, item, node, tool, where);
        } catch (Unusable unusable) {
            problems.add(where + " was left out: " + unusable.why());
        }
        if (spoiledBytes > SPOILED_BYTES_MAX) {
            throw new DescriptionRefused(
                    "too many of its schemas are too long: choose operations with openapi.include");
        }
        if (byTool.size() > TOOLS_MAX || bytes > ALL_BYTES_MAX) {
            throw new DescriptionRefused("more than " + TOOLS_MAX + " tools or " + ALL_BYTES_MAX
                    + " bytes of definitions would be offered: choose operations with openapi.include");
        }
    }

    /** Also operations that nobody wants are there, and must not be reached through another. */
    private void remember(String method, String path) {
        try {
            PathTemplate template = PathTemplate.of(path);
            templates
                    .computeIfAbsent(shape(method, template), shape -> new ArrayList<>())
                    .add(template);
        } catch (Unusable unusable) {
            // a path that no request of ours can be
        }
    }

    private static String shape(String method, PathTemplate template) {
        return method + " " + template.size();
    }

    private void add(String method, String path, int item, int node, String tool, String where) throws Unusable {
        if (!document.is(node, Kind.OBJECT)) {
            throw new Unusable("it is no object");
        }
        if (method.equals("HEAD") || method.equals("TRACE") || method.equals("OPTIONS")) {
            throw new Unusable("answers to " + method + " hold nothing for an agent");
        }
        if (document.member(item, Keys.SERVERS) != JsonDocument.NONE
                || document.member(node, Keys.SERVERS) != JsonDocument.NONE) {
            throw new Unusable("it has a server of its own");
        }
        PathTemplate template = PathTemplate.of(path);
        Optional<BodyForm.Offered> body = method.equals("GET") ? Optional.empty() : BodyForm.read(description, node);
        List<ParameterReader.Offered> offered = parameters.read(item, node, body.isPresent(), where);
        checkVariables(template, offered);
        byte[] output = outputSchema(node);
        Definition definition =
                definition(tool, title(node), comment(node), inputSchema(offered, body.orElse(null)), output, method);
        bytes += definition.document().bytes().length;
        definitions.add(definition);
        byTool.put(
                tool,
                new Operation(
                        tool,
                        method,
                        template,
                        List.of(),
                        offered.stream().map(ParameterReader.Offered::parameter).toList(),
                        body.map(BodyForm.Offered::form).orElse(null),
                        output.length > 0));
    }

    private static void checkVariables(PathTemplate template, List<ParameterReader.Offered> offered) throws Unusable {
        Set<String> declared = new HashSet<>();
        for (ParameterReader.Offered each : offered) {
            if (each.parameter().place() == Place.PATH) {
                declared.add(each.parameter().name());
            }
        }
        if (!declared.equals(template.variables())) {
            throw new Unusable("its path parameters are not those of its path");
        }
    }

    private String title(int node) {
        return cut(description.text(node, Keys.SUMMARY), TITLE_CHARS_MAX);
    }

    private String comment(int node) {
        String summary = description.text(node, Keys.SUMMARY).strip();
        String text = description.text(node, Keys.DESCRIPTION).strip();
        boolean same = text.startsWith(summary);
        return cut(
                same || text.isEmpty() ? (text.isEmpty() ? summary : text) : summary + "\n\n" + text,
                DESCRIPTION_CHARS_MAX);
    }

    private byte[] inputSchema(List<ParameterReader.Offered> offered, BodyForm.@Nullable Offered body) throws Unusable {
        BoundedBytes out = new BoundedBytes(INPUT_BYTES_MAX);
        SchemaWriter schemas = new SchemaWriter(description, Direction.REQUEST, out);
        List<String> required = new ArrayList<>();
        try {
            out.json("{\"type\":\"object\",\"properties\":{");
            String before = "";
            for (ParameterReader.Offered each : offered) {
                property(out.json(before), schemas, each.parameter().property(), each.schema(), each.comment());
                before = ",";
                if (each.parameter().required()) {
                    required.add(each.parameter().property().text());
                }
            }
            if (body != null) {
                property(out.json(before), schemas, BodyForm.PROPERTY, body.schema(), body.comment());
                if (body.form().required()) {
                    required.add(BodyForm.PROPERTY.text());
                }
            }
            out.json("}");
            before = ",\"required\":[";
            for (String name : required) {
                out.json(before).string(name);
                before = ",";
            }
            out.json(required.isEmpty() ? "" : "]").json(",\"additionalProperties\":false");
            schemas.closeRoot();
            return out.toBytes();
        } catch (Full full) {
            spoiledBytes += out.size();
            throw new Unusable("its input schema has more than " + INPUT_BYTES_MAX + " bytes");
        }
    }

    private void property(BoundedBytes out, SchemaWriter schemas, Name name, int schema, String comment)
            throws Full, Unusable {
        out.string(name.text()).json(":");
        if (schema == JsonDocument.NONE) {
            out.json("{\"description\":").string(comment).json("}");
        } else {
            // one reference less for a model to follow; in 3.0 nothing stands beside a reference
            schemas.write(description.isThreeZero() ? description.dereferenced(schema) : schema, comment);
        }
    }

    /** The schema of the one successful response, if that is a JSON object; no bytes otherwise. */
    private byte[] outputSchema(int node) {
        if (!outputSchemas) {
            return new byte[0];
        }
        BoundedBytes out = new BoundedBytes(OUTPUT_BYTES_MAX);
        try {
            int schema = responseSchema(node);
            if (schema == JsonDocument.NONE || !isObject(schema, 0)) {
                return new byte[0];
            }
            SchemaWriter schemas = new SchemaWriter(description, Direction.RESPONSE, out);
            schemas.openRoot(description.dereferenced(schema));
            schemas.closeRoot();
            return out.toBytes();
        } catch (Full | Unusable unwritable) {
            spoiledBytes += out.size();
            withoutOutput++;
            return new byte[0];
        }
    }

    private int responseSchema(int node) throws Unusable {
        int responses = document.member(node, Keys.RESPONSES);
        int success = JsonDocument.NONE;
        if (!document.is(responses, Kind.OBJECT)) {
            return success;
        }
        for (int each = document.first(responses); each != JsonDocument.NONE; each = document.next(responses, each)) {
            if (document.name(each).matches("2([0-9]{2}|XX)")) {
                if (success != JsonDocument.NONE) {
                    return JsonDocument.NONE;
                }
                success = each;
            }
        }
        if (success == JsonDocument.NONE) {
            return success;
        }
        int content = document.member(description.dereferenced(success), Keys.CONTENT);
        return document.member(document.member(content, MediaTypes.JSON), Keys.SCHEMA);
    }

    private boolean isObject(int reference, int depth) throws Unusable {
        int schema = description.dereferenced(reference);
        if (depth > COMPOSITION_MAX || !document.is(schema, Kind.OBJECT) || description.isTrue(schema, Keys.NULLABLE)) {
            return false;
        }
        int type = document.member(schema, Keys.TYPE);
        if (type != JsonDocument.NONE) {
            return description.text(schema, Keys.TYPE).equals("object");
        }
        if (document.member(schema, Keys.PROPERTIES) != JsonDocument.NONE) {
            return true;
        }
        int parts = document.member(schema, Keys.ALL_OF);
        if (document.is(parts, Kind.ARRAY)) {
            for (int part = document.first(parts); part != JsonDocument.NONE; part = document.next(parts, part)) {
                if (isObject(part, depth + 1)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Definition definition(
            String tool, String title, String comment, byte[] input, byte[] output, String method) throws Unusable {
        BoundedBytes out = new BoundedBytes(2 * INPUT_BYTES_MAX);
        try {
            out.json("{\"name\":").string(tool);
            if (!title.isEmpty()) {
                out.json(",\"title\":").string(title);
            }
            out.json(",\"description\":")
                    .string(comment)
                    .json(",\"inputSchema\":")
                    .json(input);
            if (output.length > 0) {
                out.json(",\"outputSchema\":").json(output);
            }
            out.json(",\"annotations\":").json(annotations(method)).json("}");
            int bytesMax = 2 * INPUT_BYTES_MAX;
            JsonDocument definition =
                    StrictJson.parse(out.toBytes(), JsonLimits.forReplies(bytesMax, Description.DEPTH_MAX));
            return new Definition(tool, definition, JsonDocument.ROOT);
        } catch (Full full) {
            throw new Unusable("its definition is too long");
        } catch (JsonRefused refused) {
            throw new Unusable("its definition is refused: " + refused.getMessage());
        }
    }

    /** What RFC 9110 section 9.2 says of the method. */
    private static String annotations(String method) {
        return switch (method) {
            case "GET" -> "{\"readOnlyHint\":true}";
            case "PUT", "DELETE" -> "{\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":true}";
            default -> "{\"readOnlyHint\":false}";
        };
    }

    /** The beginning of a text, never half a character. */
    static String cut(String text, int charsMax) {
        String stripped = text.strip();
        if (stripped.length() <= charsMax) {
            return stripped;
        }
        int end = Character.isHighSurrogate(stripped.charAt(charsMax - 1)) ? charsMax - 1 : charsMax;
        return stripped.substring(0, end) + "…";
    }
}
