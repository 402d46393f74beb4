package dev.mcpgateway.connectors.model.translate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes a request for Gemini {@code generateContent}. Whether it streams is said by the URL there. */
final class GeminiWriter {
    /** More than these the protocol refuses. */
    private static final int STOPS_MAX = 5;

    private static final Pattern TOOL_NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}");

    /** What Google documents for calls that another model made: without it Gemini 3 refuses the history. */
    private static final String NOT_SIGNED = "skip_thought_signature_validator";

    private static final Map<String, String> KNOWN_EXTRAS =
            Map.of("seed", "seed", "presence_penalty", "presencePenalty", "frequency_penalty", "frequencyPenalty");

    private static final Map<String, Integer> BUDGETS =
            Map.of("minimal", 512, "low", 1024, "medium", 8192, "high", 24_576);

    private final Ask ask;
    private final Target target;
    private final Losses losses;
    private final JsonOut out = new JsonOut();
    private final Map<String, String> toolById = new HashMap<>();
    private boolean isAnythingSaid;

    private GeminiWriter(Ask ask, Target target, Losses losses) {
        this.ask = ask;
        this.target = target;
        this.losses = losses;
    }

    static byte[] write(Ask ask, Target target, Losses losses) {
        return new GeminiWriter(ask, target, losses).write();
    }

    private byte[] write() {
        out.open();
        system();
        out.openList("contents");
        ask.turns().forEach(this::turn);
        out.closeList();
        if (!isAnythingSaid) {
            throw ask.nothingSaid();
        }
        tools();
        config();
        return out.close().toBytes();
    }

    private void system() {
        List<Block.Text> texts = ask.textInstructions(losses);
        texts.removeIf(this::isEmpty);
        if (texts.isEmpty()) {
            return;
        }
        out.open("systemInstruction").openList("parts");
        texts.forEach(each -> text(each, ""));
        out.closeList().close();
    }

    /** Empty texts are refused there, and so is what is left without a part. */
    private boolean isEmpty(Block block) {
        if (!(block instanceof Block.Text text) || !text.text().isEmpty()) {
            return false;
        }
        cache(text.cache());
        return true;
    }

    private void turn(Turn turn) {
        if (turn.role() == Turn.Role.SYSTEM) {
            return;
        }
        List<Block> blocks = new ArrayList<>(turn.blocks());
        blocks.removeIf(this::isEmpty);
        boolean isUsers = turn.role() == Turn.Role.USER;
        List<GeminiParts.Part> parts = GeminiParts.of(blocks, target, losses);
        if (parts.isEmpty()) {
            losses.tell(turn.blocks().getFirst().where(), "an empty message; dropped");
            return;
        }
        isAnythingSaid = true;
        out.open().text("role", isUsers ? "user" : "model").openList("parts");
        if (isUsers) {
            user(blocks);
        } else {
            assistant(parts);
        }
        out.closeList().close();
    }

    private void user(List<Block> blocks) {
        List<Block> rest = new ArrayList<>();
        for (Block block : blocks) {
            if (block instanceof Block.Result result) {
                rest.addAll(result(result));
            }
        }
        blocks.stream().filter(block -> !(block instanceof Block.Result)).forEach(rest::add);
        for (Block block : rest) {
            switch (block) {
                case Block.Text text -> text(text, "");
                case Block.Media media -> media(media);
                case Block.Call _, Block.Result _, Block.Sealed _ ->
                    throw block.where().unfit("not in such a message");
            }
        }
    }

    /** Writes what a function response can hold and gives back what it cannot. */
    private List<Block> result(Block.Result result) {
        cache(result.cache());
        String tool = toolById.get(result.id());
        if (tool == null) {
            throw result.where().unfit("the result of a call that is not in the conversation");
        }
        StringBuilder text = new StringBuilder();
        List<Block> media = new ArrayList<>();
        for (Block block : result.content()) {
            if (block instanceof Block.Text more) {
                text.append(text.isEmpty() ? "" : "\n").append(more.text());
            } else {
                losses.tell(block.where(), "function responses hold text only; moved behind them");
                media.add(block);
            }
        }
        out.open().open("functionResponse");
        if (!CallIds.isMade(result.id())) {
            out.text("id", result.id());
        }
        out.text("name", tool).open("response").text(result.error() ? "error" : "result", text.toString());
        out.close().close().close();
        return media;
    }

    private void assistant(List<GeminiParts.Part> parts) {
        boolean firstCall = true;
        for (GeminiParts.Part part : parts) {
            switch (part.block()) {
                case Block.Text text -> text(text, part.signature());
                case Block.Call call -> {
                    call(call, part.signature(), firstCall);
                    firstCall = false;
                }
                case Block.Media _, Block.Result _, Block.Sealed _ ->
                    throw part.block().where().unfit("not in such a message");
            }
        }
    }

    private void text(Block.Text text, String signature) {
        cache(text.cache());
        out.open().text("text", text.text());
        signature(signature);
        out.close();
    }

    private void signature(String signature) {
        if (!signature.isEmpty()) {
            out.text("thoughtSignature", signature);
        }
    }

    private void call(Block.Call call, String signature, boolean first) {
        cache(call.cache());
        toolById.put(call.id(), call.name());
        out.open().open("functionCall");
        if (!CallIds.isMade(call.id())) {
            out.text("id", call.id());
        }
        out.text("name", call.name()).raw("args", call.arguments()).close();
        if (signature.isEmpty() && first && target.has(Feature.THINKING_LEVEL)) {
            losses.tell(call.where(), "a call without the target's reasoning state; marked as such");
            signature(NOT_SIGNED);
        } else {
            signature(signature);
        }
        out.close();
    }

    private void media(Block.Media media) {
        cache(media.cache());
        if (!media.detail().isEmpty() && !media.detail().equals("auto")) {
            losses.tell(media.where(), "detail of a picture; dropped");
        }
        if (!media.name().isEmpty()) {
            losses.tell(media.where(), "name of a document; dropped");
        }
        if (!media.data().isEmpty()) {
            out.open().open("inlineData").text("mimeType", media.type()).text("data", media.data());
        } else if (target.has(Feature.MEDIA_URL)) {
            out.open().open("fileData").text("fileUri", media.url());
        } else {
            throw media.where().unfit("media by URL cannot be given there, and the gateway fetches none");
        }
        out.close().close();
    }

    private void cache(@Nullable Node cache) {
        if (cache != null) {
            losses.tell(cache, "the other protocol has no cache marks; dropped");
        }
    }

    private void tools() {
        if (ask.tools().isEmpty()) {
            return;
        }
        out.openList("tools").open().openList("functionDeclarations");
        for (Tool tool : ask.tools()) {
            tool(tool);
        }
        out.closeList().close().closeList();
        Choice choice = ask.choice();
        if (choice.where() == null) {
            return;
        }
        if (!choice.parallel()) {
            losses.lose(choice.where(), "the target cannot be kept from parallel calls");
        }
        String mode = switch (choice.mode()) {
            case AUTO -> "AUTO";
            case NONE -> "NONE";
            case ANY, ONE -> "ANY";
        };
        out.open("toolConfig").open("functionCallingConfig").text("mode", mode);
        if (choice.mode() == Choice.Mode.ONE) {
            out.openList("allowedFunctionNames").text(choice.name()).closeList();
        }
        out.close().close();
    }

    private void tool(Tool tool) {
        cache(tool.cache());
        if (!TOOL_NAME.matcher(tool.name()).matches()) {
            throw tool.where().unfit("a name that the target does not allow");
        }
        if (tool.strict() != null && tool.strict().truth()) {
            losses.lose(tool.strict(), "the target does not promise the schema");
        }
        out.open().text("name", tool.name());
        if (!tool.description().isEmpty()) {
            out.text("description", tool.description());
        }
        if (tool.schema() != null) {
            out.raw("parametersJsonSchema", tool.schema().object());
        }
        out.close();
    }

    private void config() {
        out.open("generationConfig");
        number("maxOutputTokens", ask.maxTokens());
        number("temperature", ask.temperature());
        number("topP", ask.topP());
        number("topK", ask.topK());
        if (ask.stops().size() > STOPS_MAX) {
            throw ask.stops().get(STOPS_MAX).unfit("more than " + STOPS_MAX + " stop sequences");
        }
        if (!ask.stops().isEmpty()) {
            out.openList("stopSequences");
            ask.stops().forEach(stop -> out.text(stop.text()));
            out.closeList();
        }
        for (Map.Entry<String, Node> extra : ask.extras().entrySet()) {
            String name = KNOWN_EXTRAS.get(extra.getKey());
            if (name == null) {
                Extras.drop(extra, losses);
            } else {
                out.raw(name, extra.getValue().number());
            }
        }
        format();
        Reasoning reasoning = ask.reasoning();
        if (reasoning.where() != null) {
            thinking(reasoning, reasoning.where());
        } else if (reasoning.shown()) {
            out.open("thinkingConfig").truth("includeThoughts", true).close();
        }
        out.close();
    }

    private void number(String name, @Nullable Node number) {
        if (number != null) {
            out.raw(name, number.number());
        }
    }

    private void format() {
        Format format = ask.format();
        if (format == null) {
            return;
        }
        out.text("responseMimeType", "application/json");
        if (format.schema() != null) {
            out.raw("responseJsonSchema", format.schema().object());
        }
        if (format.description() != null) {
            losses.tell(format.description(), "a schema's description; dropped");
        }
    }

    private void thinking(Reasoning reasoning, Node where) {
        out.open("thinkingConfig");
        if (reasoning.isOff()) {
            out.number("thinkingBudget", 0);
        } else {
            if (reasoning.budget() != null) {
                out.number("thinkingBudget", reasoning.budget().count());
            } else if (!reasoning.effort().isEmpty()) {
                effort(reasoning.effort(), where);
            } else if (!target.has(Feature.THINKING_LEVEL)) {
                // as much as the model finds right
                out.number("thinkingBudget", -1);
            }
            out.truth("includeThoughts", reasoning.shown());
        }
        out.close();
    }

    private void effort(String asked, Node where) {
        String effort = asked;
        if (asked.equals("xhigh") || asked.equals("max")) {
            losses.tell(where, "more effort than the target knows; set to high");
            effort = "high";
        }
        if (target.has(Feature.THINKING_LEVEL)) {
            out.text("thinkingLevel", effort.toUpperCase(Locale.ROOT));
        } else {
            losses.tell(where, "an effort; set to a budget of thinking");
            out.number("thinkingBudget", BUDGETS.getOrDefault(effort, 1024));
        }
    }
}
