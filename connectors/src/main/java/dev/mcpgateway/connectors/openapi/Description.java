package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * An OpenAPI description as an index over its text, with its references. A reference leads to a place in the same text or
 * nowhere: nothing is ever loaded for one.
 */
final class Description {
    /** Longest file, and longest text once aliases of YAML are written out. The largest published ones have 15 MB. */
    static final int BYTES_MAX = 64 * 1024 * 1024;

    /** Deepest nesting. */
    static final int DEPTH_MAX = 256;

    /** Most values and names; 16 bytes of memory each while the description is read. */
    private static final int TOKENS_MAX = 6_000_000;

    /** Longest member name; paths are member names. */
    private static final int NAME_BYTES_MAX = 4096;

    private static final int NUMBER_BYTES_MAX = 1024;

    /** Longest chain of references from one to the next. */
    private static final int CHAIN_MAX = 16;

    private final JsonDocument document;
    private final boolean threeZero;
    private final Map<String, Integer> resolved = new HashMap<>();

    private Description(JsonDocument document, boolean threeZero) {
        this.document = document;
        this.threeZero = threeZero;
    }

    /**
     * Reads a file's bytes, JSON where they begin with a brace and YAML otherwise.
     *
     * @throws DescriptionRefused if they are no OpenAPI 3.0 or 3.1, or beyond a bound
     */
    static Description read(byte[] bytes) throws DescriptionRefused {
        if (bytes.length > BYTES_MAX) {
            throw new DescriptionRefused("it is longer than " + BYTES_MAX + " bytes");
        }
        boolean written = beginsWithBrace(bytes);
        byte[] json = written ? bytes : YamlToJson.convert(bytes, BYTES_MAX, DEPTH_MAX);
        JsonLimits limits = new JsonLimits(BYTES_MAX, DEPTH_MAX, TOKENS_MAX, NAME_BYTES_MAX, NUMBER_BYTES_MAX, true);
        try {
            JsonDocument document = StrictJson.parse(json, limits);
            return new Description(document, isThreeZero(document));
        } catch (JsonRefused refused) {
            throw new DescriptionRefused((written ? "it is no strict JSON: " : "it is refused once written as JSON: ")
                    + refused.getMessage());
        }
    }

    private static boolean beginsWithBrace(byte[] bytes) {
        for (byte b : bytes) {
            if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                return b == '{';
            }
        }
        return false;
    }

    private static boolean isThreeZero(JsonDocument document) throws DescriptionRefused {
        int version = document.member(JsonDocument.ROOT, Keys.OPENAPI);
        String text = document.is(version, Kind.STRING) ? document.string(version) : "";
        if (text.matches("3\\.0\\.[0-9]+")) {
            return true;
        }
        if (!text.matches("3\\.1\\.[0-9]+")) {
            throw new DescriptionRefused("its member openapi does not say 3.0.x or 3.1.x");
        }
        return false;
    }

    JsonDocument document() {
        return document;
    }

    /** Whether its schemas are those of 3.0, which are no JSON Schema, instead of 2020-12. */
    boolean isThreeZero() {
        return threeZero;
    }

    /** Text of a member; empty when there is none. */
    String text(int object, Name name) {
        int node = document.member(object, name);
        return document.is(node, Kind.STRING) ? document.string(node) : "";
    }

    /** Whether a member is {@code true}. */
    boolean isTrue(int object, Name name) {
        return document.is(document.member(object, name), Kind.TRUE);
    }

    /** What a Reference Object stands for, over all references in a row; any other value stands for itself. */
    int dereferenced(int node) throws Unusable {
        int at = node;
        for (int step = 0; step <= CHAIN_MAX; step++) {
            int ref = document.member(at, Keys.REF);
            if (!document.is(ref, Kind.STRING)) {
                return at;
            }
            at = target(document.string(ref));
        }
        throw new Unusable("its references go round in a circle");
    }

    /** The value that a reference names. */
    int target(String reference) throws Unusable {
        Integer known = resolved.get(reference);
        if (known == null) {
            known = resolve(reference);
            resolved.put(reference, known);
        }
        if (known == JsonDocument.NONE) {
            throw new Unusable("a reference leads to nothing");
        }
        return known;
    }

    /** JSON Pointer in a URI fragment (RFC 6901 section 6). */
    private int resolve(String reference) throws Unusable {
        if (!reference.startsWith("#/")) {
            throw new Unusable("a reference leads out of the description, or is no JSON Pointer");
        }
        String pointer;
        try {
            // a plus is itself in a URI fragment
            pointer = URLDecoder.decode(reference.substring(2).replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new Unusable("a reference is malformed");
        }
        int node = JsonDocument.ROOT;
        for (String token : pointer.split("/", -1)) {
            node = step(node, token.replace("~1", "/").replace("~0", "~"));
        }
        return node;
    }

    private int step(int node, String token) {
        if (document.is(node, Kind.OBJECT)) {
            return document.member(node, Name.of(token));
        }
        if (!document.is(node, Kind.ARRAY) || !token.matches("0|[1-9][0-9]{0,5}")) {
            return JsonDocument.NONE;
        }
        int item = document.first(node);
        for (int left = Integer.parseInt(token); left > 0 && item != JsonDocument.NONE; left--) {
            item = document.next(node, item);
        }
        return item;
    }
}
