package dev.mcpgateway.connectors.model.translate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a request for Anthropic messages. */
final class MessagesAsk {
    private static final Set<String> EFFORTS = Set.of("low", "medium", "high", "xhigh", "max");

    private final Node root;
    private final Losses losses;
    private final StateKey key;

    private MessagesAsk(Node root, Losses losses, StateKey key) {
        this.root = root;
        this.losses = losses;
        this.key = key;
    }

    static Ask read(Node root, Losses losses, StateKey key) {
        return new MessagesAsk(root, losses, key).read();
    }

    private Ask read() {
        OpenAiSettings.refuse(root, "container", "mcp_servers");
        root.ignore("model");
        Node cache = root.get("cache_control");
        if (cache != null) {
            losses.drop(cache, "the other protocol has no cache marks; dropped");
        }
        List<Turn> turns = new ArrayList<>();
        for (Node message : root.need("messages").elements()) {
            Turn turn = turn(message);
            if (turn.blocks().isEmpty()) {
                losses.tell(message, "an empty message; dropped");
            } else {
                turns.add(turn);
            }
        }
        if (turns.isEmpty()) {
            throw root.need("messages").unfit("has no content");
        }
        if (turns.getLast().role() == Turn.Role.ASSISTANT) {
            losses.lose(root.need("messages"), "the beginning of an answer cannot be given there; sent as history");
        }
        List<Node> stops = root.elementsOf("stop_sequences");
        stops.forEach(Node::text);
        Node config = root.get("output_config");
        return new Ask(
                system(),
                turns,
                root.elementsOf("tools").stream().map(this::tool).toList(),
                choice(),
                reasoning(config),
                format(config),
                OpenAiSettings.positive(root.need("max_tokens")),
                OpenAiSettings.number(root.get("temperature")),
                OpenAiSettings.number(root.get("top_p")),
                OpenAiSettings.number(root.get("top_k")),
                stops,
                root.flag("stream"),
                false,
                extras());
    }

    private Map<String, Node> extras() {
        Map<String, Node> extras = new LinkedHashMap<>();
        Node metadata = root.get("metadata");
        if (metadata != null) {
            if (metadata.get("user_id") != null) {
                extras.put("user_id", metadata.need("user_id"));
            }
        }
        Node tier = root.get("service_tier");
        if (tier != null && !tier.text().equals("auto")) {
            // the names are not those of the other protocols
            losses.tell(tier, "unknown to the other protocol; dropped");
        }
        return extras;
    }

    private List<Block.Text> system() {
        Node system = root.get("system");
        List<Block.Text> texts = new ArrayList<>();
        for (Block block : system == null ? List.<Block>of() : content(system)) {
            if (!(block instanceof Block.Text text)) {
                throw block.where().unfit("instructions are text");
            }
            texts.add(text);
        }
        return texts;
    }

    private Turn turn(Node message) {
        Turn.Role role = switch (message.need("role").text()) {
            case "user" -> Turn.Role.USER;
            case "assistant" -> Turn.Role.ASSISTANT;
            case "system" -> Turn.Role.SYSTEM;
            default -> throw message.need("role").unfit("no such role");
        };
        List<Block> blocks = content(message.need("content"));
        for (Block block : blocks) {
            boolean assistants = block instanceof Block.Call || block instanceof Block.Sealed;
            boolean users = block instanceof Block.Result || block instanceof Block.Media;
            if ((assistants && role != Turn.Role.ASSISTANT) || (users && role != Turn.Role.USER)) {
                throw block.where().unfit("not in a message of this role");
            }
        }
        return new Turn(role, blocks);
    }

    private List<Block> content(Node content) {
        if (content.isText()) {
            return content.text().isEmpty() ? List.of() : List.of(new Block.Text(content, content.text(), null));
        }
        return content.elements().stream().map(this::block).toList();
    }

    private Block block(Node block) {
        return switch (block.need("type").text()) {
            case "text" -> {
                if (!block.elementsOf("citations").isEmpty()) {
                    losses.drop(block.need("citations"), "citations; dropped");
                }
                yield new Block.Text(block, block.need("text").text(), cache(block));
            }
            case "image", "document" -> media(block);
            case "tool_use" -> {
                block.ignore("caller");
                yield new Block.Call(
                        block,
                        CallIds.unwrapped(block.need("id").text()),
                        block.need("name").text(),
                        block.need("input").object(),
                        cache(block));
            }
            case "tool_result" -> result(block);
            case "thinking" ->
                new Block.Sealed(block, seal(block.textOf("signature"), Seal.Kind.THINKING, block.textOf("thinking")));
            case "redacted_thinking" -> new Block.Sealed(block, seal(block.textOf("data"), Seal.Kind.REDACTED, ""));
            default -> throw block.unfit("no content that can be translated");
        };
    }

    /** Only tokens of the gateway's own can be another provider's; everything else is Anthropic's, which gets none. */
    private Seal seal(String state, Seal.Kind kind, String text) {
        return key.open(state, () -> new Seal("anthropic", kind, text, state));
    }

    private Block result(Node block) {
        Node content = block.get("content");
        List<Block> parts = content == null ? List.of() : content(content);
        for (Block part : parts) {
            if (!(part instanceof Block.Text || part instanceof Block.Media)) {
                throw part.where().unfit("no result that can be translated");
            }
        }
        String id = CallIds.unwrapped(block.need("tool_use_id").text());
        return new Block.Result(block, id, parts, block.flag("is_error"), cache(block));
    }

    private Block media(Node block) {
        boolean image = block.need("type").text().equals("image");
        Node source = block.need("source");
        return switch (source.need("type").text()) {
            case "base64" -> {
                String type = source.need("media_type").text();
                boolean fits = image ? type.startsWith("image/") : type.equals("application/pdf");
                if (!fits || !type.matches("[a-z]+/[a-z0-9.+-]{1,60}")) {
                    throw source.need("media_type").unfit("no type that can be translated");
                }
                String data = source.need("data").text();
                yield new Block.Media(block, type, data, "", block.textOf("title"), "", cache(block));
            }
            case "url" -> {
                String type = image ? "image/*" : "application/pdf";
                String url = source.need("url").text();
                yield new Block.Media(block, type, "", url, block.textOf("title"), "", cache(block));
            }
            case "text" -> new Block.Text(block, source.need("data").text(), cache(block));
            default -> throw source.unfit("no source that can be translated");
        };
    }

    private Tool tool(Node tool) {
        String type = tool.textOf("type");
        if (!type.isEmpty() && !type.equals("custom")) {
            throw tool.unfit("only the agent's own tools can be translated");
        }
        tool.ignore("eager_input_streaming");
        Node schema = tool.need("input_schema");
        schema.object();
        Node strict = tool.get("strict");
        if (strict != null) {
            strict.truth();
        }
        return new Tool(tool, OpenAiSettings.name(tool), tool.textOf("description"), schema, strict, cache(tool));
    }

    private Choice choice() {
        Node choice = root.get("tool_choice");
        if (choice == null) {
            return new Choice(Choice.Mode.AUTO, "", true, null);
        }
        boolean parallel = !choice.flag("disable_parallel_tool_use");
        return switch (choice.need("type").text()) {
            case "auto" -> new Choice(Choice.Mode.AUTO, "", parallel, choice);
            case "none" -> new Choice(Choice.Mode.NONE, "", parallel, choice);
            case "any" -> new Choice(Choice.Mode.ANY, "", parallel, choice);
            case "tool" -> new Choice(Choice.Mode.ONE, OpenAiSettings.name(choice), parallel, choice);
            default -> throw choice.unfit("no known choice");
        };
    }

    private Reasoning reasoning(@Nullable Node config) {
        Node effort = config == null ? null : config.get("effort");
        if (effort != null && !EFFORTS.contains(effort.text())) {
            throw effort.unfit("no known effort");
        }
        String words = effort == null ? "" : effort.text();
        Node thinking = root.get("thinking");
        if (thinking == null) {
            return new Reasoning(null, null, words, false, null, effort);
        }
        Node display = thinking.get("display");
        boolean shown = display == null || !display.text().equals("omitted");
        Node wish = shown ? display : null;
        return switch (thinking.need("type").text()) {
            case "disabled" -> new Reasoning(Reasoning.Mode.OFF, null, words, false, null, thinking);
            case "adaptive" -> new Reasoning(Reasoning.Mode.ADAPTIVE, null, words, shown, wish, thinking);
            case "enabled" -> {
                Node budget = thinking.need("budget_tokens");
                budget.count();
                yield new Reasoning(Reasoning.Mode.BUDGET, budget, words, shown, wish, thinking);
            }
            default -> throw thinking.unfit("no known thinking");
        };
    }

    private @Nullable Format format(@Nullable Node config) {
        Node format = config == null ? null : config.get("format");
        if (config != null) {}
        if (format == null) {
            return null;
        }
        if (!format.textOf("type").equals("json_schema")) {
            throw format.unfit("no known format");
        }
        Node schema = format.need("schema");
        schema.object();
        return new Format(format, schema, "", null, null);
    }

    private static @Nullable Node cache(Node block) {
        Node cache = block.get("cache_control");
        if (cache != null) {
            cache.object();
        }
        return cache;
    }
}
