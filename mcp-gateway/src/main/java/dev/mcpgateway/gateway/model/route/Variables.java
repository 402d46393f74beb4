package dev.mcpgateway.gateway.model.route;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.gateway.config.RouteVariable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * What an expression of a route sees of a call, each part read when it is asked for. Texts of a request may be as long as the
 * request, and patterns take time for each character: a longer one than names ever are is no value, so that the expression
 * is undecided.
 */
final class Variables implements Function<String, Object> {
    private static final int CHARS_MAX = 256;
    private static final int NUMBER_CHARS_MAX = 32;

    private static final Name NAME = Name.of("name");
    private static final Name TYPE = Name.of("type");
    private static final List<Name> TOOLS = List.of(Name.of("tools"), Name.of("functions"));
    private static final List<Name> WRAPPERS = List.of(Name.of("function"), Name.of("custom"));

    /** Google takes both forms of every name. */
    private static final List<Name> DECLARATIONS =
            List.of(Name.of("functionDeclarations"), Name.of("function_declarations"));

    private static final List<Name[]> TEMPERATURES =
            List.of(path("temperature"), path("generationConfig", "temperature"));
    private static final List<Name[]> CHOICES = List.of(
            path("tool_choice"),
            path("toolConfig", "functionCallingConfig", "mode"),
            path("toolConfig", "function_calling_config", "mode"),
            path("tool_config", "functionCallingConfig", "mode"),
            path("tool_config", "function_calling_config", "mode"));
    private static final List<Name[]> EFFORTS = List.of(
            path("reasoning_effort"),
            path("reasoning", "effort"),
            path("output_config", "effort"),
            path("thinking", "type"),
            path("generationConfig", "thinkingConfig", "thinkingLevel"),
            path("generationConfig", "thinkingConfig", "thinking_level"));

    private final String alias;
    private final Asked asked;
    private final JsonDocument body;

    Variables(String alias, Asked asked) {
        this.alias = alias;
        this.asked = asked;
        this.body = asked.request().body();
    }

    private static Name[] path(String... names) {
        Name[] path = new Name[names.length];
        for (int each = 0; each < names.length; each++) {
            path[each] = Name.of(names[each]);
        }
        return path;
    }

    /**
     * The value of a variable.
     *
     * @throws IllegalArgumentException if the request has none that can be looked at
     */
    @Override
    public Object apply(String name) {
        return switch (RouteVariable.valueOf(name.toUpperCase(Locale.ROOT))) {
            case PROTOCOL -> asked.request().api().name().toLowerCase(Locale.ROOT);
            case ALIAS -> alias;
            case STREAM -> asked.streamed();
            case INPUT_TOKENS -> asked.inputTokens();
            case MAX_OUTPUT_TOKENS -> asked.outputTokens();
            case TEMPERATURE -> temperature();
            case TOOLS -> tools();
            case TOOL_CHOICE -> choice();
            case IMAGES -> asked.hasPictures();
            case SCHEMA -> asked.wantsSchema();
            case REASONING -> text(first(EFFORTS));
            case GROUPS -> List.copyOf(asked.groups());
            case TENANT -> asked.tenant();
            case SUBJECT -> asked.subject();
        };
    }

    private int first(List<Name[]> paths) {
        return paths.stream()
                .map(body::at)
                .filter(node -> node != JsonDocument.NONE && !body.is(node, Kind.NULL))
                .findFirst()
                .orElse(JsonDocument.NONE);
    }

    private String text(int node) {
        if (!body.is(node, Kind.STRING)) {
            return "";
        }
        if (body.length(node) > CHARS_MAX) {
            throw new IllegalArgumentException("a text of more than " + CHARS_MAX + " bytes");
        }
        return body.string(node);
    }

    private double temperature() {
        int node = first(TEMPERATURES);
        if (!body.is(node, Kind.NUMBER)) {
            return 1;
        }
        if (body.length(node) > NUMBER_CHARS_MAX) {
            throw new IllegalArgumentException("a number of more than " + NUMBER_CHARS_MAX + " digits");
        }
        return Double.parseDouble(body.raw(node));
    }

    private String choice() {
        int node = first(CHOICES);
        return text(body.is(node, Kind.OBJECT) ? body.member(node, TYPE) : node);
    }

    private List<String> tools() {
        List<String> names = new ArrayList<>();
        for (Name member : TOOLS) {
            int tools = body.at(member);
            if (body.is(tools, Kind.ARRAY)) {
                for (int tool = body.first(tools); tool != JsonDocument.NONE; tool = body.next(tools, tool)) {
                    tool(tool, names);
                }
            }
        }
        return names;
    }

    private void tool(int tool, List<String> names) {
        if (!body.is(tool, Kind.OBJECT)) {
            return;
        }
        List<Integer> declarations = DECLARATIONS.stream()
                .map(name -> body.member(tool, name))
                .filter(declared -> body.is(declared, Kind.ARRAY))
                .toList();
        if (!declarations.isEmpty()) {
            for (int declared : declarations) {
                for (int each = body.first(declared); each != JsonDocument.NONE; each = body.next(declared, each)) {
                    names.add(text(named(each)));
                }
            }
            return;
        }
        int named = named(tool);
        for (Name wrapper : WRAPPERS) {
            int inner = body.member(tool, wrapper);
            named = named == JsonDocument.NONE && body.is(inner, Kind.OBJECT) ? named(inner) : named;
        }
        names.add(text(named == JsonDocument.NONE ? body.member(tool, TYPE) : named));
    }

    private int named(int object) {
        return body.is(object, Kind.OBJECT) ? body.member(object, NAME) : JsonDocument.NONE;
    }
}
