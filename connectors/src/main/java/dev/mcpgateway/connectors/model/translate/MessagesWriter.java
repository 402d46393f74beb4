package dev.mcpgateway.connectors.model.translate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a request for Anthropic messages. */
final class MessagesWriter {
    private final Ask ask;
    private final Target target;
    private final Losses losses;
    private final JsonOut out = new JsonOut();
    private boolean isAnythingSaid;

    private MessagesWriter(Ask ask, Target target, Losses losses) {
        this.ask = ask;
        this.target = target;
        this.losses = losses;
    }

    static byte[] write(Node root, Ask ask, Target target, Losses losses) {
        return new MessagesWriter(ask, target, losses).write(root);
    }

    private byte[] write(Node root) {
        out.open().text("model", target.model());
        if (ask.maxTokens() == null) {
            losses.tell(root, "no limit of output tokens; the target's default is set");
            out.number("max_tokens", target.outputTokensDefault());
        } else {
            out.raw("max_tokens", ask.maxTokens().raw());
        }
        system();
        out.openList("messages");
        ask.turns().forEach(this::turn);
        out.closeList();
        if (!isAnythingSaid) {
            throw ask.nothingSaid();
        }
        tools();
        sampling();
        reasoning();
        extras();
        if (ask.streamed()) {
            out.truth("stream", true);
        }
        return out.close().toBytes();
    }

    private boolean isLate(Turn turn) {
        return turn.role() == Turn.Role.SYSTEM && !target.has(Feature.LATE_SYSTEM);
    }

    private void system() {
        List<Block> blocks = target.has(Feature.LATE_SYSTEM) ? new ArrayList<>(ask.system()) : ask.instructions(losses);
        blocks.removeIf(losses::dropsBlank);
        if (!blocks.isEmpty()) {
            out.openList("system");
            blocks.forEach(this::block);
            out.closeList();
        }
    }

    private void turn(Turn turn) {
        if (isLate(turn)) {
            return;
        }
        List<Block> blocks = new ArrayList<>();
        turn.blocks().stream().filter(Block.Result.class::isInstance).forEach(blocks::add);
        for (Block block : turn.blocks()) {
            if (!(block instanceof Block.Result) && !losses.dropsBlank(block) && !isForeign(block)) {
                blocks.add(block);
            }
        }
        if (blocks.isEmpty()) {
            losses.tell(turn.blocks().getFirst().where(), "an empty message; dropped");
            return;
        }
        isAnythingSaid = true;
        String role = switch (turn.role()) {
            case USER -> "user";
            case ASSISTANT -> "assistant";
            case SYSTEM -> "system";
        };
        out.open().text("role", role).openList("content");
        blocks.forEach(this::block);
        out.closeList().close();
    }

    private boolean isForeign(Block block) {
        if (!(block instanceof Block.Sealed(Node where, Seal seal))) {
            return false;
        }
        boolean own = seal.owner().equals(target.owner())
                && (seal.kind() == Seal.Kind.THINKING || seal.kind() == Seal.Kind.REDACTED);
        if (!own) {
            losses.tell(where, "reasoning state of another provider; not sent");
        }
        return !own;
    }

    private void block(Block block) {
        switch (block) {
            case Block.Text text -> {
                out.open().text("type", "text").text("text", text.text());
                cache(text.cache());
                out.close();
            }
            case Block.Media media -> media(media);
            case Block.Call call -> {
                out.open().text("type", "tool_use").text("id", CallIds.plain(call.id()));
                out.text("name", call.name());
                out.raw("input", call.arguments());
                cache(call.cache());
                out.close();
            }
            case Block.Result result -> result(result);
            case Block.Sealed sealed -> ChatSeals.writeThinking(out, sealed.seal());
        }
    }

    private void media(Block.Media media) {
        if (!media.detail().isEmpty() && !media.detail().equals("auto")) {
            losses.tell(media.where(), "detail of a picture; dropped");
        }
        out.open().text("type", media.isImage() ? "image" : "document").open("source");
        if (media.data().isEmpty()) {
            out.text("type", "url").text("url", media.url());
        } else {
            out.text("type", "base64").text("media_type", media.type()).text("data", media.data());
        }
        out.close();
        if (!media.name().isEmpty()) {
            out.text("title", media.name());
        }
        cache(media.cache());
        out.close();
    }

    private void result(Block.Result result) {
        out.open().text("type", "tool_result").text("tool_use_id", CallIds.plain(result.id()));
        out.openList("content");
        result.content().stream().filter(each -> !losses.dropsBlank(each)).forEach(this::block);
        out.closeList();
        if (result.error()) {
            out.truth("is_error", true);
        }
        cache(result.cache());
        out.close();
    }

    private void cache(@Nullable Node cache) {
        if (cache != null) {
            out.raw("cache_control", cache.object());
        }
    }

    private void tools() {
        if (ask.tools().isEmpty()) {
            return;
        }
        out.openList("tools");
        for (Tool tool : ask.tools()) {
            out.open().text("name", tool.name());
            if (!tool.description().isEmpty()) {
                out.text("description", tool.description());
            }
            out.raw("input_schema", tool.objectSchema());
            if (tool.strict() != null) {
                out.raw("strict", tool.strict().raw());
            }
            cache(tool.cache());
            out.close();
        }
        out.closeList();
        choice();
    }

    private void choice() {
        Choice choice = ask.choice();
        if (choice.where() == null) {
            return;
        }
        String type = switch (choice.mode()) {
            case AUTO -> "auto";
            case NONE -> "none";
            case ANY -> "any";
            case ONE -> "tool";
        };
        out.open("tool_choice").text("type", type);
        if (choice.mode() == Choice.Mode.ONE) {
            out.text("name", choice.name());
        }
        if (!choice.parallel() && choice.mode() != Choice.Mode.NONE) {
            out.truth("disable_parallel_tool_use", true);
        }
        out.close();
    }

    private void sampling() {
        String temperature = ask.temperatureUpToOne(losses);
        if (temperature != null) {
            out.raw("temperature", temperature);
        }
        if (ask.topP() != null) {
            out.raw("top_p", ask.topP().number());
        }
        if (ask.topK() != null) {
            out.raw("top_k", ask.topK().number());
        }
        if (!ask.stops().isEmpty()) {
            out.openList("stop_sequences");
            ask.stops().forEach(stop -> out.text(stop.text()));
            out.closeList();
        }
    }

    private void reasoning() {
        Reasoning reasoning = ask.reasoning();
        thinking(reasoning);
        String effort = effort(reasoning);
        Format format = ask.format();
        if (effort.isEmpty() && format == null) {
            return;
        }
        out.open("output_config");
        if (!effort.isEmpty()) {
            out.text("effort", effort);
        }
        if (format != null) {
            format(format);
        }
        out.close();
    }

    private void thinking(Reasoning reasoning) {
        if (reasoning.isOff()) {
            out.open("thinking").text("type", "disabled").close();
        } else if (!target.has(Feature.ADAPTIVE_THINKING)) {
            reasoning.loseWish(losses);
        } else if (reasoning.where() != null || reasoning.wish() != null) {
            out.open("thinking").text("type", "adaptive");
            if (reasoning.wish() != null) {
                out.text("display", "summarized");
            }
            out.close();
        }
    }

    private String effort(Reasoning reasoning) {
        Node where = reasoning.where();
        if (where == null || reasoning.isOff()) {
            return "";
        }
        if (!target.has(Feature.OUTPUT_EFFORT)) {
            losses.lose(where, "the target cannot be told how much to think");
            return "";
        }
        if (reasoning.effort().equals("minimal")) {
            losses.tell(where, "minimal effort; set to low");
            return "low";
        }
        return reasoning.effort();
    }

    private void format(Format format) {
        Node schema = format.strictSchema(losses);
        if (format.description() != null) {
            losses.tell(format.description(), "a schema's description; dropped");
        }
        out.open("format")
                .text("type", "json_schema")
                .raw("schema", schema.object())
                .close();
    }

    private void extras() {
        for (Map.Entry<String, Node> extra : ask.extras().entrySet()) {
            if (extra.getKey().equals("user")) {
                out.open("metadata")
                        .text("user_id", Extras.nameless(extra.getValue(), losses))
                        .close();
            } else {
                Extras.drop(extra, losses);
            }
        }
    }
}
