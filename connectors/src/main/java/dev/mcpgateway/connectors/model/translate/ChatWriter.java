package dev.mcpgateway.connectors.model.translate;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a request for chat completions. */
final class ChatWriter {
    /** More than these the protocol refuses. */
    private static final int STOPS_MAX = 4;

    /** Longer ids of calls OpenAI refuses. */
    private static final int ID_CHARS_MAX = 40;

    private final Ask ask;
    private final Target target;
    private final Losses losses;
    private final JsonOut out = new JsonOut();

    private ChatWriter(Ask ask, Target target, Losses losses) {
        this.ask = ask;
        this.target = target;
        this.losses = losses;
    }

    static byte[] write(Ask ask, Target target, Losses losses) {
        return new ChatWriter(ask, target, losses).write();
    }

    private byte[] write() {
        out.open().text("model", target.model());
        out.openList("messages");
        if (!ask.system().isEmpty()) {
            message("system", ask.system());
        }
        ask.turns().forEach(this::turn);
        out.closeList();
        tools();
        sampling();
        reasoning();
        format();
        ask.extras().forEach((name, value) -> {
            if (name.equals("user_id")) {
                out.text("user", Extras.nameless(value, losses));
            } else {
                // what the two OpenAI protocols share has the same form in both
                out.raw(name, value.raw());
            }
        });
        if (ask.streamed()) {
            out.truth("stream", true);
            if (target.has(Feature.STREAM_USAGE)) {
                out.open("stream_options").truth("include_usage", true).close();
            }
        }
        return out.close().toBytes();
    }

    private void turn(Turn turn) {
        switch (turn.role()) {
            case SYSTEM -> message("system", turn.blocks());
            case USER -> user(turn);
            case ASSISTANT -> assistant(turn);
        }
    }

    private void user(Turn turn) {
        List<Block> rest = new ArrayList<>();
        for (Block block : turn.blocks()) {
            if (block instanceof Block.Result result) {
                rest.addAll(result(result));
            }
        }
        for (Block block : turn.blocks()) {
            if (!(block instanceof Block.Result)) {
                rest.add(block);
            }
        }
        if (!rest.isEmpty()) {
            message("user", rest);
        }
    }

    /** Writes what a tool message can hold and gives back what it cannot. */
    private List<Block> result(Block.Result result) {
        cache(result.cache());
        List<Block.Text> texts = new ArrayList<>();
        List<Block> media = new ArrayList<>();
        for (Block block : result.content()) {
            if (block instanceof Block.Text text) {
                texts.add(text);
            } else {
                losses.tell(block.where(), "tool messages hold text only; moved to the next user message");
                media.add(block);
            }
        }
        if (result.error()) {
            losses.tell(result.where(), "tool messages have no error flag; labelled in the text");
            texts.addFirst(new Block.Text(result.where(), "[the tool failed]", null));
        }
        out.open().text("role", "tool").text("tool_call_id", id(result.id()));
        if (texts.isEmpty()) {
            out.text("content", "");
        } else {
            content(texts);
        }
        out.close();
        return media;
    }

    /** Other servers take longer ones, in which some keep state of their own. */
    private String id(String id) {
        return target.owner().equals(Translation.ANY_CHAT) ? id : CallIds.within(ID_CHARS_MAX, id);
    }

    private void message(String role, List<? extends Block> blocks) {
        out.open().text("role", role);
        content(blocks);
        out.close();
    }

    private void content(List<? extends Block> blocks) {
        if (blocks.size() == 1 && blocks.getFirst() instanceof Block.Text text) {
            cache(text.cache());
            out.text("content", text.text());
            return;
        }
        out.openList("content");
        blocks.forEach(this::part);
        out.closeList();
    }

    private void part(Block block) {
        switch (block) {
            case Block.Text text -> {
                cache(text.cache());
                out.open().text("type", "text").text("text", text.text()).close();
            }
            case Block.Media media -> media(media);
            case Block.Call _, Block.Result _, Block.Sealed _ ->
                throw block.where().unfit("not in such a message");
        }
    }

    private void media(Block.Media media) {
        cache(media.cache());
        if (media.isImage()) {
            out.open().text("type", "image_url").open("image_url").text("url", MediaUrl.of(media));
            if (!media.detail().isEmpty()) {
                out.text("detail", media.detail());
            }
            out.close().close();
            return;
        }
        if (media.data().isEmpty()) {
            throw media.where().unfit("a document by URL cannot be given there, and the gateway fetches none");
        }
        out.open().text("type", "file").open("file");
        out.text("filename", media.name().isEmpty() ? "document.pdf" : media.name());
        out.text("file_data", MediaUrl.of(media)).close().close();
    }

    private void assistant(Turn turn) {
        List<Block.Text> texts = new ArrayList<>();
        List<Block.Call> calls = new ArrayList<>();
        for (Block block : turn.blocks()) {
            switch (block) {
                case Block.Text text -> texts.add(text);
                case Block.Call call -> calls.add(call);
                case Block.Sealed sealed ->
                    losses.tell(sealed.where(), "reasoning state of another provider; not sent");
                case Block.Media _, Block.Result _ -> throw block.where().unfit("not in such a message");
            }
        }
        if (texts.isEmpty() && calls.isEmpty()) {
            return;
        }
        out.open().text("role", "assistant");
        if (texts.isEmpty()) {
            out.nothing("content");
        } else {
            content(texts);
        }
        if (!calls.isEmpty()) {
            out.openList("tool_calls");
            for (Block.Call call : calls) {
                cache(call.cache());
                out.open().text("id", id(call.id())).text("type", "function").open("function");
                out.text("name", call.name()).text("arguments", call.arguments());
                out.close().close();
            }
            out.closeList();
        }
        out.close();
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
        out.openList("tools");
        for (Tool tool : ask.tools()) {
            cache(tool.cache());
            out.open().text("type", "function").open("function").text("name", tool.name());
            if (!tool.description().isEmpty()) {
                out.text("description", tool.description());
            }
            if (tool.schema() != null) {
                out.raw("parameters", tool.schema().object());
            }
            if (tool.strict() != null) {
                out.raw("strict", tool.strict().raw());
            }
            out.close().close();
        }
        out.closeList();
        choice(ask.choice());
    }

    private void choice(Choice choice) {
        if (choice.where() == null) {
            return;
        }
        switch (choice.mode()) {
            case AUTO -> out.text("tool_choice", "auto");
            case NONE -> out.text("tool_choice", "none");
            case ANY -> out.text("tool_choice", "required");
            case ONE -> {
                out.open("tool_choice").text("type", "function").open("function");
                out.text("name", choice.name()).close().close();
            }
        }
        if (!choice.parallel()) {
            out.truth("parallel_tool_calls", false);
        }
    }

    private void sampling() {
        Node most = ask.maxTokens();
        if (most != null) {
            out.raw(target.has(Feature.MAX_COMPLETION_TOKENS) ? "max_completion_tokens" : "max_tokens", most.raw());
        }
        if (ask.temperature() != null) {
            out.raw("temperature", ask.temperature().number());
        }
        if (ask.topP() != null) {
            out.raw("top_p", ask.topP().number());
        }
        if (ask.topK() != null) {
            losses.lose(ask.topK(), "unknown to the other protocol");
        }
        if (ask.stops().size() > STOPS_MAX) {
            throw ask.stops().get(STOPS_MAX).unfit("more than " + STOPS_MAX + " stop sequences");
        }
        if (!ask.stops().isEmpty()) {
            out.openList("stop");
            ask.stops().forEach(stop -> out.text(stop.text()));
            out.closeList();
        }
    }

    private void reasoning() {
        Reasoning reasoning = ask.reasoning();
        reasoning.loseWish(losses);
        Node where = reasoning.where();
        if (where == null) {
            return;
        }
        String effort = reasoning.nearestEffort(where, losses);
        if (effort.isEmpty()) {
            losses.tell(where, "left to the target's own default");
        } else if (!target.has(Feature.REASONING_EFFORT)
                || (effort.equals("none") && !target.has(Feature.REASONING_OFF))) {
            losses.lose(where, "the target cannot be told how much to think");
        } else {
            out.text("reasoning_effort", effort);
        }
    }

    private void format() {
        Format format = ask.format();
        if (format == null) {
            return;
        }
        if (format.schema() == null) {
            if (!target.has(Feature.JSON_OBJECT)) {
                throw format.where().unfit("a JSON object without a schema cannot be promised by the target");
            }
            out.open("response_format").text("type", "json_object").close();
            return;
        }
        out.open("response_format").text("type", "json_schema").open("json_schema");
        // the protocol wants a name and shows it to the model alone
        out.text("name", format.name().isEmpty() ? "answer" : format.name());
        if (format.description() != null) {
            out.text("description", format.description().text());
        }
        out.raw("schema", format.schema().object());
        if (format.strict() != null) {
            out.raw("strict", format.strict().raw());
        } else if (format.name().isEmpty()) {
            // messages promise the schema always
            out.truth("strict", true);
        }
        out.close().close();
    }
}
