package dev.mcpgateway.connectors.model.translate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What chat completions and Responses have in common beside the conversation. */
final class OpenAiSettings {
    private static final Set<String> EFFORTS = Set.of("none", "minimal", "low", "medium", "high", "xhigh", "max");

    /** Settings of which chat completions know more than most targets do. */
    private static final List<String> EXTRAS = List.of(
            "seed",
            "presence_penalty",
            "frequency_penalty",
            "logit_bias",
            "user",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_retention",
            "prompt_cache_options",
            "service_tier",
            "metadata",
            "verbosity",
            "moderation");

    private OpenAiSettings() {}

    static Map<String, Node> extras(Node root) {
        Map<String, Node> extras = new LinkedHashMap<>();
        for (String name : EXTRAS) {
            Node value = root.get(name);
            if (value != null && !(name.endsWith("_penalty") && value.number().equals("0"))) {
                extras.put(name, value);
            }
        }
        return extras;
    }

    /** Asks for what no other protocol does at all are refused, so that nobody waits for it. */
    static void refuse(Node root, String... names) {
        for (String name : names) {
            Node value = root.get(name);
            if (value != null) {
                throw value.unfit("cannot be translated");
            }
        }
    }

    static void refuseIfTrue(Node root, String... names) {
        for (String name : names) {
            Node value = root.get(name);
            if (value != null && value.truth()) {
                throw value.unfit("cannot be translated");
            }
        }
    }

    static @Nullable Node positive(@Nullable Node count) {
        if (count != null && count.count() == 0) {
            throw count.unfit("not positive");
        }
        return count;
    }

    static @Nullable Node number(@Nullable Node value) {
        if (value != null) {
            value.number();
        }
        return value;
    }

    static Reasoning reasoning(@Nullable Node effort, @Nullable Node wish) {
        if (effort == null) {
            return new Reasoning(null, null, "", wish != null, wish, null);
        }
        if (!EFFORTS.contains(effort.text())) {
            throw effort.unfit("no known effort");
        }
        return new Reasoning(null, null, effort.text(), wish != null, wish, effort);
    }

    /** The format from its type and the object that describes it, which are one in Responses. */
    static @Nullable Format format(Node type, @Nullable Node schema) {
        return switch (type.textOf("type")) {
            case "text" -> null;
            case "json_object" -> new Format(type, null, "", null, null);
            case "json_schema" -> {
                if (schema == null) {
                    throw type.unfit("needs json_schema");
                }
                Node form = schema.need("schema");
                form.object();
                yield new Format(type, form, schema.textOf("name"), schema.get("description"), schema.get("strict"));
            }
            default -> throw type.unfit("no known format");
        };
    }

    /** A tool that one protocol alone has. Its type is said where that is a word, so that its user knows what to turn off. */
    static Unfit notAFunction(Node tool) {
        String type = tool.textOf("type");
        return tool.unfit(
                "only function tools can be translated" + (type.matches("[a-z0-9_]{1,40}") ? ", not " + type : ""));
    }

    /** A function from the object that describes it. */
    static Tool tool(Node where, Node function, @Nullable Node cache) {
        Node schema = function.get("parameters");
        if (schema != null) {
            schema.object();
        }
        Node strict = function.get("strict");
        if (strict != null) {
            strict.truth();
        }
        return new Tool(where, name(function), function.textOf("description"), schema, strict, cache);
    }

    static String name(Node function) {
        String name = function.need("name").text();
        if (name.isEmpty()) {
            throw function.need("name").unfit("empty");
        }
        return name;
    }

    static Choice plainChoice(Node choice, boolean parallel) {
        return switch (choice.text()) {
            case "none" -> new Choice(Choice.Mode.NONE, "", parallel, choice);
            case "auto" -> new Choice(Choice.Mode.AUTO, "", parallel, choice);
            case "required" -> new Choice(Choice.Mode.ANY, "", parallel, choice);
            default -> throw choice.unfit("no known choice");
        };
    }

    static Choice.Mode allowedMode(Node allowed) {
        return switch (allowed.textOf("mode")) {
            case "auto" -> Choice.Mode.AUTO;
            case "required" -> Choice.Mode.ANY;
            default -> throw allowed.unfit("needs a mode, auto or required");
        };
    }

    /** Only the tools whose names are listed; a name that no tool has is a mistake of the agent's. */
    static List<Tool> allowed(List<Tool> tools, List<Node> names) {
        Set<String> known = tools.stream().map(Tool::name).collect(Collectors.toSet());
        Set<String> wanted = new HashSet<>();
        for (Node name : names) {
            String text = name.text();
            wanted.add(text);
            if (!known.contains(text)) {
                throw name.unfit("names no tool");
            }
        }
        List<Tool> kept = new ArrayList<>(tools);
        kept.removeIf(tool -> !wanted.contains(tool.name()));
        return kept;
    }
}
