package dev.mcpgateway.connectors.wire;

import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The arguments of a tool that are mirrored into {@code Mcp-Param-*} header fields (MCP 2026-07-28, Streamable HTTP,
 * "Custom Headers from Tool Parameters"), read once from its {@code inputSchema}.
 *
 * @param params the mirrored arguments in the order of the schema
 */
public record ParamHeaders(List<Param> params) {
    /** No argument is mirrored. */
    public static final ParamHeaders NONE = new ParamHeaders(List.of());

    /** Most mirrored arguments of one tool; more would only fill the head of each request. */
    public static final int PARAMS_MAX = 32;

    private static final Name X_MCP_HEADER = Name.of("x-mcp-header");
    private static final Set<String> SCHEMA_MAPS =
            Set.of("properties", "patternProperties", "$defs", "definitions", "dependentSchemas");
    private static final Set<String> PLAIN_DATA = Set.of("default", "const", "enum", "examples");
    private static final BigDecimal SAFE_INTEGER_MAX = BigDecimal.valueOf((1L << 53) - 1);

    /**
     * One mirrored argument.
     *
     * @param header the full field name, {@code Mcp-Param-…}
     * @param path member names that lead from {@code arguments} to the value
     */
    public record Param(String header, List<Name> path) {
        /** Copies the path. */
        public Param {
            path = List.copyOf(path);
        }
    }

    /** Copies the list. */
    public ParamHeaders {
        params = List.copyOf(params);
    }

    /** An annotation that makes its tool unusable over HTTP. The message names the rule. */
    public static final class Invalid extends Exception {
        private static final long serialVersionUID = 1L;

        Invalid(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * Reads the annotations of a schema.
     *
     * @param schema node of the {@code inputSchema}, or {@link JsonDocument#NONE}
     * @throws Invalid if one is misplaced, misnamed, doubled or on a type that has no header form
     */
    public static ParamHeaders of(JsonDocument document, int schema) throws Invalid {
        Reader reader = new Reader(document);
        reader.schema(schema, List.of(), true);
        return reader.found.isEmpty() ? NONE : new ParamHeaders(reader.found);
    }

    private static final class Reader {
        private final JsonDocument document;
        private final List<Param> found = new ArrayList<>();

        Reader(JsonDocument document) {
            this.document = document;
        }

        void schema(int node, List<Name> path, boolean reachable) throws Invalid {
            int annotation = document.member(node, X_MCP_HEADER);
            if (annotation != JsonDocument.NONE) {
                found.add(annotated(node, annotation, path, reachable));
            }
            if (!document.is(node, Kind.OBJECT)) {
                return;
            }
            for (int child = document.first(node); child != JsonDocument.NONE; child = document.next(node, child)) {
                String keyword = document.name(child);
                if (SCHEMA_MAPS.contains(keyword) && document.is(child, Kind.OBJECT)) {
                    schemas(child, path, reachable && keyword.equals("properties"));
                } else if (!PLAIN_DATA.contains(keyword)) {
                    unreachable(child);
                }
            }
        }

        private void schemas(int map, List<Name> path, boolean reachable) throws Invalid {
            for (int child = document.first(map); child != JsonDocument.NONE; child = document.next(map, child)) {
                List<Name> deeper = new ArrayList<>(path);
                deeper.add(Name.of(document.name(child)));
                schema(child, deeper, reachable);
            }
        }

        private void unreachable(int node) throws Invalid {
            if (document.is(node, Kind.OBJECT)) {
                schema(node, List.of(), false);
            } else if (document.is(node, Kind.ARRAY)) {
                for (int child = document.first(node); child != JsonDocument.NONE; child = document.next(node, child)) {
                    unreachable(child);
                }
            }
        }

        private Param annotated(int schema, int annotation, List<Name> path, boolean reachable) throws Invalid {
            if (!reachable || path.isEmpty()) {
                throw new Invalid("x-mcp-header on something else than a property reached by properties alone");
            }
            if (!document.is(annotation, Kind.STRING) || !isToken(document.string(annotation))) {
                throw new Invalid("x-mcp-header is not a header name");
            }
            if (!hasHeaderForm(document.member(schema, McpNames.TYPE))) {
                throw new Invalid("x-mcp-header on a type other than string, integer or boolean");
            }
            String header = "Mcp-Param-" + document.string(annotation);
            String lower = header.toLowerCase(Locale.ROOT);
            if (found.stream()
                    .anyMatch(other -> other.header().toLowerCase(Locale.ROOT).equals(lower))) {
                throw new Invalid("the same x-mcp-header twice");
            }
            if (found.size() == PARAMS_MAX) {
                throw new Invalid("more than " + PARAMS_MAX + " x-mcp-header annotations");
            }
            return new Param(header, path);
        }

        private boolean hasHeaderForm(int type) {
            if (document.is(type, Kind.STRING)) {
                return Set.of("string", "integer", "boolean").contains(document.string(type));
            }
            int others = 0;
            if (document.is(type, Kind.ARRAY)) {
                for (int one = document.first(type); one != JsonDocument.NONE; one = document.next(type, one)) {
                    others += document.is(one, Kind.STRING)
                                    && document.string(one).equals("null")
                            ? 0
                            : 1;
                }
            }
            return others == 1 && hasHeaderForm(firstOther(type));
        }

        private int firstOther(int type) {
            int one = document.first(type);
            while (document.is(one, Kind.STRING) && document.string(one).equals("null")) {
                one = document.next(type, one);
            }
            return one;
        }

        private static boolean isToken(String text) {
            return text.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");
        }
    }

    /**
     * The field value for an argument, encoded by {@link HeaderCodec}.
     *
     * @param arguments node of the call's {@code arguments}, or {@link JsonDocument#NONE}
     * @return empty when the argument is absent, {@code null}, or has no header form, so that no field is sent
     */
    public static Optional<String> value(JsonDocument document, int arguments, Param param) {
        int node = node(document, arguments, param);
        if (node == JsonDocument.NONE) {
            return Optional.empty();
        }
        return switch (document.kind(node)) {
            case STRING -> Optional.of(HeaderCodec.encode(document.string(node)));
            case TRUE -> Optional.of("true");
            case FALSE -> Optional.of("false");
            case NUMBER -> integer(document.raw(node));
            case NULL, OBJECT, ARRAY -> Optional.empty();
        };
    }

    /**
     * Whether what a request has in this field is its argument once more (S-18): as text after decoding, integers as
     * numbers ({@code 42.0} is {@code 42}). Without the argument there must be no field.
     *
     * @param fields all values of that field in the request
     */
    public static boolean isMirrored(JsonDocument document, int arguments, Param param, List<String> fields) {
        Optional<String> expected = value(document, arguments, param);
        if (expected.isEmpty() || fields.size() != 1) {
            return expected.isEmpty() && fields.isEmpty();
        }
        Optional<String> decoded = HeaderCodec.decode(fields.getFirst().strip());
        Optional<String> body = HeaderCodec.decode(expected.get());
        return decoded.isPresent()
                && (decoded.equals(body)
                        || (document.is(node(document, arguments, param), Kind.NUMBER)
                                && integer(decoded.get()).equals(body)));
    }

    private static int node(JsonDocument document, int arguments, Param param) {
        int node = arguments;
        for (Name name : param.path()) {
            node = document.member(node, name);
        }
        return node;
    }

    private static Optional<String> integer(String number) {
        try {
            BigDecimal value = new BigDecimal(number).stripTrailingZeros();
            // compared before it is written out: 1e1000000000 would fill the memory with digits
            boolean safe = value.scale() <= 0 && value.abs().compareTo(SAFE_INTEGER_MAX) <= 0;
            return safe ? Optional.of(value.toBigInteger().toString()) : Optional.empty();
        } catch (NumberFormatException exponentTooLarge) {
            return Optional.empty();
        }
    }
}
