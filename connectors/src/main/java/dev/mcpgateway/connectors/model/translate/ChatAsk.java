package dev.mcpgateway.connectors.model.translate;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a request for chat completions. */
final class ChatAsk {
    private final Node root;
    private final Losses losses;
    private final List<Block.Text> system = new ArrayList<>();
    private final Turns turns = new Turns();

    private ChatAsk(Node root, Losses losses) {
        this.root = root;
        this.losses = losses;
    }

    static Ask read(Node root, Losses losses) {
        return new ChatAsk(root, losses).read();
    }

    private Ask read() {
        refuseOtherAnswers();
        root.ignore("model", "max_tokens");
        root.need("messages").elements().forEach(this::message);
        if (turns.isEmpty()) {
            throw root.need("messages").unfit("has no message but instructions");
        }
        List<Tool> tools = root.elementsOf("tools").stream().map(this::tool).toList();
        Node choice = root.get("tool_choice");
        if (choice != null && choice.isObject() && choice.textOf("type").equals("allowed_tools")) {
            List<Node> names = choice.need("allowed_tools").need("tools").elements().stream()
                    .map(ChatAsk::allowedName)
                    .toList();
            tools = OpenAiSettings.allowed(tools, names);
        }
        Node options = root.get("stream_options");
        Node most = root.get("max_completion_tokens");
        Node format = root.get("response_format");
        return new Ask(
                system,
                turns.toList(),
                tools,
                choice(choice),
                OpenAiSettings.reasoning(root.get("reasoning_effort"), null),
                format == null ? null : OpenAiSettings.format(format, format.get("json_schema")),
                OpenAiSettings.positive(most == null ? root.get("max_tokens") : most),
                OpenAiSettings.number(root.get("temperature")),
                OpenAiSettings.number(root.get("top_p")),
                OpenAiSettings.number(root.get("top_k")),
                stops(),
                root.flag("stream"),
                options != null && options.flag("include_usage"),
                OpenAiSettings.extras(root));
    }

    private static Node allowedName(Node tool) {
        tool.ignore("type");
        return tool.need("function").need("name");
    }

    private void refuseOtherAnswers() {
        OpenAiSettings.refuse(root, "audio", "web_search_options", "functions", "function_call");
        OpenAiSettings.refuseIfTrue(root, "store", "logprobs");
        Node answers = root.get("n");
        if (answers != null && answers.count() != 1) {
            throw answers.unfit("more than one answer cannot be translated");
        }
        if (root.countOf("top_logprobs") > 0) {
            throw root.need("top_logprobs").unfit("cannot be translated");
        }
        for (Node modality : root.elementsOf("modalities")) {
            if (!modality.text().equals("text")) {
                throw modality.unfit("cannot be translated");
            }
        }
        Node prediction = root.get("prediction");
        if (prediction != null) {
            losses.drop(prediction, "only speeds up; dropped");
        }
    }

    private List<Node> stops() {
        Node stop = root.get("stop");
        if (stop == null) {
            return List.of();
        }
        List<Node> stops = stop.isText() ? List.of(stop) : stop.elements();
        stops.forEach(Node::text);
        return stops;
    }

    private Tool tool(Node tool) {
        if (!tool.textOf("type").equals("function")) {
            throw OpenAiSettings.notAFunction(tool);
        }
        Node function = tool.need("function");
        return OpenAiSettings.tool(tool, function, cache(tool));
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
            case "function" ->
                new Choice(Choice.Mode.ONE, OpenAiSettings.name(choice.need("function")), several, choice);
            case "allowed_tools" ->
                new Choice(OpenAiSettings.allowedMode(choice.need("allowed_tools")), "", several, choice);
            default -> throw choice.unfit("only function tools can be translated");
        };
    }

    private void message(Node message) {
        switch (message.need("role").text()) {
            case "system", "developer" -> instructions(message);
            case "user" -> {
                List<Block> blocks = content(message);
                if (turns.endsWithResult()) {
                    turns.join(Turn.Role.USER, blocks);
                } else {
                    turns.add(Turn.Role.USER, blocks);
                }
            }
            case "assistant" -> turns.add(Turn.Role.ASSISTANT, assistant(message));
            case "tool" -> toolResult(message);
            default -> throw message.need("role").unfit("no role that can be translated");
        }
    }

    private void instructions(Node message) {
        List<Block> blocks = content(message);
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

    private void toolResult(Node message) {
        List<Block> content = new ArrayList<>();
        for (Block block : contentOf(message)) {
            content.add(block instanceof Block.Text text ? new Block.Text(text.where(), text.text(), null) : block);
        }
        Block result =
                new Block.Result(message, message.need("tool_call_id").text(), content, false, lastCache(message));
        if (turns.endsWithResult()) {
            turns.join(Turn.Role.USER, List.of(result));
        } else {
            turns.add(Turn.Role.USER, List.of(result));
        }
    }

    /** Tool messages are one block in the other protocols: the mark moves from its last part to the whole. */
    private static @Nullable Node lastCache(Node message) {
        Node cache = cache(message);
        Node content = message.get("content");
        if (cache == null && content != null && content.isList()) {
            for (Node part : content.elements()) {
                Node mark = cache(part);
                cache = mark == null ? cache : mark;
            }
        }
        return cache;
    }

    private List<Block> assistant(Node message) {
        OpenAiSettings.refuse(message, "function_call", "audio");
        List<Block> blocks = new ArrayList<>(ChatSeals.ofMessage(message));
        Node reasoning = message.get("reasoning_content");
        if (reasoning != null && blocks.isEmpty()) {
            losses.tell(reasoning, "readable thoughts are not sent back; dropped");
        }
        if (message.get("content") != null) {
            blocks.addAll(contentOf(message));
        }
        Node refusal = message.get("refusal");
        if (refusal != null && !refusal.text().isEmpty()) {
            blocks.add(new Block.Text(refusal, refusal.text(), null));
        }
        for (Node call : message.elementsOf("tool_calls")) {
            blocks.addAll(ChatSeals.ofCall(call));
            blocks.add(call(call));
        }
        return blocks;
    }

    private Block.Call call(Node call) {
        if (!call.textOf("type").equals("function")) {
            throw call.unfit("only function tools can be translated");
        }
        // streams number their calls, and some clients send them back as they came
        call.ignore("index");
        Node function = call.need("function");
        return new Block.Call(
                call,
                call.need("id").text(),
                OpenAiSettings.name(function),
                Arguments.ofText(function.need("arguments")),
                cache(call));
    }

    private List<Block> content(Node message) {
        Node name = message.get("name");
        if (name != null) {
            losses.tell(name, "the other protocol's messages have no names; dropped");
        }
        return contentOf(message);
    }

    private List<Block> contentOf(Node message) {
        Node content = message.need("content");
        if (content.isList() && content.elements().isEmpty()) {
            losses.tell(content, "no content; dropped");
        }
        if (content.isText()) {
            return List.of(new Block.Text(content, content.text(), cache(message)));
        }
        return content.elements().stream().map(this::part).toList();
    }

    private Block part(Node part) {
        String type = part.need("type").text();
        return switch (type) {
            case "text", "refusal" -> new Block.Text(part, part.need(type).text(), cache(part));
            case "image_url" -> {
                Node image = part.need("image_url");
                yield MediaUrl.image(part, image.need("url"), image.textOf("detail"), cache(part));
            }
            case "file" -> {
                Node file = part.need("file");
                yield MediaUrl.document(part, file.need("file_data"), file.textOf("filename"), cache(part));
            }
            default -> throw part.unfit("no content that can be translated");
        };
    }

    private static @Nullable Node cache(Node node) {
        Node cache = node.get("cache_control");
        if (cache != null) {
            cache.object();
        }
        return cache;
    }
}
