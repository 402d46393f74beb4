package dev.mcpgateway.connectors.model.translate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a request for OpenAI Responses. What the provider would have to remember is refused. */
final class ResponsesAsk {
    private final Node root;
    private final Losses losses;
    private final StateKey key;
    private final List<Block.Text> system = new ArrayList<>();
    private final Turns turns = new Turns();

    private ResponsesAsk(Node root, Losses losses, StateKey key) {
        this.root = root;
        this.losses = losses;
        this.key = key;
    }

    static Ask read(Node root, Losses losses, StateKey key) {
        return new ResponsesAsk(root, losses, key).read();
    }

    private Ask read() {
        OpenAiSettings.refuse(root, "previous_response_id", "conversation", "prompt", "context_management");
        OpenAiSettings.refuseIfTrue(root, "store", "background");
        root.ignore("model");
        refuseOtherAnswers();
        Node instructions = root.get("instructions");
        if (instructions != null) {
            system.add(new Block.Text(instructions, instructions.text(), null));
        }
        Node input = root.need("input");
        if (input.isText()) {
            turns.add(Turn.Role.USER, List.of(new Block.Text(input, input.text(), null)));
        } else {
            input.elements().forEach(this::item);
        }
        if (turns.isEmpty()) {
            throw input.unfit("has no message but instructions");
        }
        List<Tool> tools = root.elementsOf("tools").stream().map(this::tool).toList();
        Node choice = root.get("tool_choice");
        if (choice != null && choice.isObject() && choice.textOf("type").equals("allowed_tools")) {
            List<Node> names = choice.need("tools").elements().stream()
                    .map(ResponsesAsk::allowedName)
                    .toList();
            tools = OpenAiSettings.allowed(tools, names);
        }
        Node text = root.get("text");
        Node format = text == null ? null : text.get("format");
        Map<String, Node> extras = OpenAiSettings.extras(root);
        if (text != null && text.get("verbosity") != null) {
            extras.put("verbosity", text.need("verbosity"));
        }
        return new Ask(
                system,
                turns.toList(),
                tools,
                choice(choice),
                reasoning(),
                format == null ? null : OpenAiSettings.format(format, format),
                OpenAiSettings.positive(root.get("max_output_tokens")),
                OpenAiSettings.number(root.get("temperature")),
                OpenAiSettings.number(root.get("top_p")),
                null,
                List.of(),
                root.flag("stream"),
                true,
                extras);
    }

    private static Node allowedName(Node tool) {
        tool.ignore("type");
        return tool.need("name");
    }

    private void refuseOtherAnswers() {
        if (root.countOf("top_logprobs") > 0) {
            throw root.need("top_logprobs").unfit("cannot be translated");
        }
        Node most = root.get("max_tool_calls");
        if (most != null) {
            losses.lose(most, "unknown to the other protocol");
        }
        Node truncation = root.get("truncation");
        if (truncation != null && !truncation.text().equals("disabled")) {
            throw truncation.unfit("a prompt is never cut");
        }
        for (Node included : root.elementsOf("include")) {
            if (!included.text().equals("reasoning.encrypted_content")) {
                losses.lose(included, "unknown to the other protocol");
            }
        }
    }

    private Tool tool(Node tool) {
        if (!tool.need("type").text().equals("function")) {
            throw OpenAiSettings.notAFunction(tool);
        }
        return OpenAiSettings.tool(tool, tool, null);
    }

    private Choice choice(@Nullable Node choice) {
        Node parallel = root.get("parallel_tool_calls");
        boolean several = parallel == null || parallel.truth();
        if (choice == null) {
            return new Choice(Choice.Mode.AUTO, "", several, several ? null : parallel);
        }
        if (choice.isText()) {
            return OpenAiSettings.plainChoice(choice, several);
        }
        return switch (choice.textOf("type")) {
            case "function" -> new Choice(Choice.Mode.ONE, OpenAiSettings.name(choice), several, choice);
            case "allowed_tools" -> new Choice(OpenAiSettings.allowedMode(choice), "", several, choice);
            default -> throw choice.unfit("only function tools can be translated");
        };
    }

    private Reasoning reasoning() {
        Node reasoning = root.get("reasoning");
        if (reasoning == null) {
            return OpenAiSettings.reasoning(null, null);
        }
        return OpenAiSettings.reasoning(reasoning.get("effort"), reasoning.get("summary"));
    }

    private void item(Node item) {
        item.ignore("id", "status");
        String type = item.textOf("type");
        switch (type) {
            case "", "message" -> message(item);
            case "function_call" -> {
                Block call = new Block.Call(
                        item,
                        item.need("call_id").text(),
                        OpenAiSettings.name(item),
                        Arguments.ofText(item.need("arguments")),
                        null);
                turns.join(Turn.Role.ASSISTANT, List.of(call));
            }
            case "function_call_output" -> {
                Block result =
                        new Block.Result(item, item.need("call_id").text(), content(item.need("output")), false, null);
                turns.join(Turn.Role.USER, List.of(result));
            }
            case "reasoning" -> reasoning(item);
            default -> throw item.unfit("no item that can be translated");
        }
    }

    private void reasoning(Node item) {
        String token = item.textOf("encrypted_content");
        item.ignore("content");
        // the state holds the thoughts that it signs
        item.elementsOf("summary").forEach(part -> part.ignore("type", "text"));
        if (token.isEmpty()) {
            losses.drop(item, "readable thoughts are not sent back; dropped");
            return;
        }
        Seal seal = key.open(token, () -> new Seal("openai", Seal.Kind.NOTHING, "", token));
        turns.join(Turn.Role.ASSISTANT, List.of(new Block.Sealed(item, seal)));
    }

    private void message(Node message) {
        message.ignore("phase");
        List<Block> blocks = content(message.need("content"));
        switch (message.need("role").text()) {
            case "system", "developer" -> instructions(blocks);
            case "user" -> {
                if (turns.endsWithResult()) {
                    turns.join(Turn.Role.USER, blocks);
                } else {
                    turns.add(Turn.Role.USER, blocks);
                }
            }
            case "assistant" -> turns.join(Turn.Role.ASSISTANT, blocks);
            default -> throw message.need("role").unfit("no role that can be translated");
        }
    }

    private void instructions(List<Block> blocks) {
        if (!turns.isEmpty()) {
            turns.add(Turn.Role.SYSTEM, blocks);
            return;
        }
        for (Block block : blocks) {
            if (!(block instanceof Block.Text text)) {
                throw block.where().unfit("instructions are text");
            }
            system.add(text);
        }
    }

    private List<Block> content(Node content) {
        if (content.isText()) {
            return List.of(new Block.Text(content, content.text(), null));
        }
        List<Node> parts = content.elements();
        if (parts.isEmpty()) {
            losses.tell(content, "no content; dropped");
        }
        return parts.stream().map(this::part).toList();
    }

    private Block part(Node part) {
        String type = part.need("type").text();
        part.ignore("annotations", "logprobs");
        return switch (type) {
            case "input_text", "output_text" ->
                new Block.Text(part, part.need("text").text(), null);
            case "refusal" -> new Block.Text(part, part.need("refusal").text(), null);
            case "input_image" -> MediaUrl.image(part, part.need("image_url"), part.textOf("detail"), null);
            case "input_file" -> MediaUrl.document(part, part.need("file_data"), part.textOf("filename"), null);
            default -> throw part.unfit("no content that can be translated");
        };
    }
}
