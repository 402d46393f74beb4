package dev.mcpgateway.connectors.model.translate;

import java.util.Optional;
import java.util.regex.Pattern;

/** Writes the tools of a request for Converse, and which of them the model is to call. */
final class ConverseTools {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");

    /** What is offered where no tool may be, and AWS wants one. No agent has one of that name, so that a call of it is none of its own. */
    private static final String NONE = "gateway_no_tool";

    private final Ask ask;
    private final Target target;
    private final Losses losses;
    private final JsonOut out;

    ConverseTools(Ask ask, Target target, Losses losses, JsonOut out) {
        this.ask = ask;
        this.target = target;
        this.losses = losses;
        this.out = out;
    }

    /**
     * Writes them.
     *
     * @param called the first call, or result of one, in the conversation: such a one is taken together with tools only
     */
    void write(Optional<Block> called) {
        boolean isOff = ask.choice().mode() == Choice.Mode.NONE;
        if (!ask.tools().isEmpty() && !isOff) {
            tools();
        } else {
            called.ifPresent(this::none);
        }
        if (isOff) {
            ask.tools().forEach(tool -> losses.drop(tool.where(), "not to be called; dropped"));
        }
    }

    /** Whether a call is of the tool that stands where none is. */
    static boolean isNone(String name) {
        return name.equals(NONE);
    }

    /**
     * A conversation with calls goes on without tools. Those that were called are not offered: the agent does not offer them
     * any more, or a policy does not.
     */
    private void none(Block called) {
        losses.tell(called.where(), "calls are taken together with tools only; one that says it is none is offered");
        out.open("toolConfig").openList("tools").open().open("toolSpec").text("name", NONE);
        out.text("description", "There is no tool to call.");
        out.open("inputSchema").raw("json", Tool.ANY_OBJECT).close();
        out.close().close().closeList().close();
    }

    private void tools() {
        out.open("toolConfig").openList("tools");
        ask.tools().forEach(this::tool);
        out.closeList();
        choice();
        out.close();
    }

    private void tool(Tool tool) {
        if (!NAME.matcher(tool.name()).matches() || isNone(tool.name())) {
            throw tool.where().unfit("a name that the target does not allow");
        }
        out.open().open("toolSpec").text("name", tool.name());
        if (!tool.description().isBlank()) {
            out.text("description", tool.description());
        }
        out.open("inputSchema").raw("json", tool.objectSchema()).close();
        if (tool.strict() != null && tool.strict().truth()) {
            if (target.has(Feature.STRUCTURED_OUTPUT)) {
                out.truth("strict", true);
            } else {
                losses.lose(tool.strict(), "the target does not promise the schema");
            }
        }
        out.close().close();
        CachePoints.write(out, tool.cache(), target.has(Feature.TOOL_CACHE_POINTS), losses);
    }

    private void choice() {
        Choice choice = ask.choice();
        if (choice.where() == null) {
            return;
        }
        if (!choice.parallel()) {
            losses.lose(choice.where(), "the target cannot be kept from parallel calls");
        }
        out.open("toolChoice");
        switch (choice.mode()) {
            case AUTO, NONE -> out.open("auto");
            case ANY -> out.open("any");
            case ONE -> out.open("tool").text("name", choice.name());
        }
        out.close().close();
    }
}
