package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.openapi.Parameter.Form;
import dev.mcpgateway.connectors.openapi.Parameter.Place;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the parameters of operations. */
final class ParameterReader {
    /** Most parameters of one operation. */
    private static final int PARAMETERS_MAX = 200;

    private final Description description;
    private final JsonDocument document;
    private final Set<String> credentials;
    private final Problems problems;

    /**
     * A reader.
     *
     * @param credentials {@link #key}s of what carries credentials, which agents do not set
     */
    ParameterReader(Description description, Set<String> credentials, Problems problems) {
        this.description = description;
        this.document = description.document();
        this.credentials = credentials;
        this.problems = problems;
    }

    /**
     * A parameter as written.
     *
     * @param schema node of its schema
     */
    record Written(Place place, String name, Form form, boolean required, int schema, String comment) {}

    /**
     * A parameter that is offered.
     *
     * @param schema node of its schema
     * @param comment what its description says
     */
    record Offered(Parameter parameter, int schema, String comment) {}

    /**
     * The parameters of an operation, those of its path included.
     *
     * @param where the operation, for problems
     * @throws Unusable if one that is required cannot be offered
     */
    List<Offered> read(int pathItem, int operation, boolean hasBody, String where) throws Unusable {
        Map<String, Written> written = new LinkedHashMap<>();
        for (int list :
                new int[] {document.member(pathItem, Keys.PARAMETERS), document.member(operation, Keys.PARAMETERS)}) {
            if (list != JsonDocument.NONE && !document.is(list, Kind.ARRAY)) {
                throw new Unusable("its parameters are no list");
            }
            for (int each = list == JsonDocument.NONE ? list : document.first(list);
                    each != JsonDocument.NONE;
                    each = document.next(list, each)) {
                read(each, where).ifPresent(one -> written.put(key(one.place(), one.name()), one));
            }
        }
        if (written.size() > PARAMETERS_MAX) {
            throw new Unusable("it has more than " + PARAMETERS_MAX + " parameters");
        }
        return named(List.copyOf(written.values()), hasBody);
    }

    /** What tells parameters apart, and credentials from them: place and name, header fields in lower case. */
    static String key(Place place, String name) {
        return place.word() + " " + (place == Place.HEADER ? name.toLowerCase(Locale.ROOT) : name);
    }

    private Optional<Written> read(int reference, String where) throws Unusable {
        int node = description.dereferenced(reference);
        String name = description.text(node, Keys.NAME);
        if (name.isEmpty()) {
            throw new Unusable("a parameter has no name");
        }
        Place place = place(node);
        boolean required = place == Place.PATH || description.isTrue(node, Keys.REQUIRED);
        if (isWithheld(place, name)) {
            return Optional.empty();
        }
        try {
            return Optional.of(read(node, place, name, required));
        } catch (Unusable unusable) {
            if (required) {
                throw new Unusable("its parameter " + name + " cannot be offered: " + unusable.why());
            }
            problems.add(where + " is offered without its parameter " + name + ": " + unusable.why());
            return Optional.empty();
        }
    }

    private Place place(int node) throws Unusable {
        String in = description.text(node, Keys.IN);
        for (Place place : Place.values()) {
            if (place.word().equals(in)) {
                return place;
            }
        }
        throw new Unusable("a parameter is in no known part of a request");
    }

    private boolean isWithheld(Place place, String name) {
        boolean byName = switch (place) {
            case HEADER -> Withheld.header(name);
            case COOKIE -> Withheld.cookie(name) || credentials.contains(key(Place.HEADER, "Cookie"));
            case PATH, QUERY -> false;
        };
        return byName || credentials.contains(key(place, name));
    }

    private Written read(int node, Place place, String name, boolean required) throws Unusable {
        boolean token = place == Place.HEADER || place == Place.COOKIE;
        if (token && !HttpHeader.isToken(name)) {
            throw new Unusable("its name cannot stand in a header field");
        }
        String comment = Operations.cut(description.text(node, Keys.DESCRIPTION), Operations.COMMENT_CHARS_MAX);
        int content = document.member(node, Keys.CONTENT);
        if (document.is(content, Kind.OBJECT)) {
            int json = document.member(content, MediaTypes.JSON);
            int schema = document.member(json, Keys.SCHEMA);
            if (schema == JsonDocument.NONE) {
                throw new Unusable("its content is no JSON");
            }
            return new Written(place, name, Form.JSON, required, schema, comment);
        }
        int schema = document.member(node, Keys.SCHEMA);
        if (schema == JsonDocument.NONE) {
            throw new Unusable("it has no schema");
        }
        return new Written(place, name, form(node, place, schema), required, schema, comment);
    }

    private Form form(int node, Place place, int schema) throws Unusable {
        String written = description.text(node, Keys.STYLE);
        boolean query = place == Place.QUERY;
        String style = !written.isEmpty() ? written : query || place == Place.COOKIE ? "form" : "simple";
        int flag = document.member(node, Keys.EXPLODE);
        boolean explode = flag == JsonDocument.NONE ? style.equals("form") : document.is(flag, Kind.TRUE);
        boolean object = "object".equals(description.text(description.dereferenced(schema), Keys.TYPE));
        String combined = style + " in " + place.word();
        return switch (combined) {
            case "simple in path", "simple in header" -> explode ? Form.COMMAS_EXPLODED : Form.COMMAS;
            case "form in query" -> {
                if (explode && object) {
                    throw new Unusable("an exploded object would let agents choose names of query parameters");
                }
                yield explode ? Form.REPEATED : Form.COMMAS;
            }
            case "form in cookie" -> Form.COMMAS;
            case "spaceDelimited in query" -> explode ? Form.REPEATED : Form.BLANKS;
            case "pipeDelimited in query" -> explode ? Form.REPEATED : Form.PIPES;
            case "deepObject in query" -> Form.BRACKETS;
            default -> throw new Unusable("the style " + combined + " is not supported");
        };
    }

    /** A name of its own for each, with its part of the request behind it where two have the same. */
    private static List<Offered> named(List<Written> written, boolean hasBody) throws Unusable {
        Map<String, Integer> uses = new HashMap<>();
        written.forEach(each -> uses.merge(ToolNames.cleaned(each.name()), 1, Integer::sum));
        if (hasBody) {
            uses.merge(BodyForm.PROPERTY.text(), 1, Integer::sum);
        }
        Map<String, Offered> named = new LinkedHashMap<>();
        for (Written each : written) {
            String plain = ToolNames.cleaned(each.name());
            String name = uses.getOrDefault(plain, 0) == 1
                    ? plain
                    : ToolNames.cleaned(plain + "_" + each.place().word());
            Parameter parameter = new Parameter(each.place(), each.name(), Name.of(name), each.form(), each.required());
            boolean taken = hasBody && name.equals(BodyForm.PROPERTY.text());
            if (taken || named.put(name, new Offered(parameter, each.schema(), each.comment())) != null) {
                throw new Unusable("two of its parameters have the same name");
            }
        }
        return List.copyOf(named.values());
    }
}
