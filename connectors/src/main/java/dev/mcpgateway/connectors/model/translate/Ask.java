package dev.mcpgateway.connectors.model.translate;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request in no protocol's words: what at least two protocols can express.
 *
 * @param extras settings that few targets know, by their name in chat completions; {@code user_id} is that of messages
 */
record Ask(
        List<Block.Text> system,
        List<Turn> turns,
        List<Tool> tools,
        Choice choice,
        Reasoning reasoning,
        @Nullable Format format,
        @Nullable Node maxTokens,
        @Nullable Node temperature,
        @Nullable Node topP,
        @Nullable Node topK,
        List<Node> stops,
        boolean streamed,
        boolean usageWanted,
        Map<String, Node> extras) {
    Ask {
        system = List.copyOf(system);
        turns = List.copyOf(turns);
        tools = List.copyOf(tools);
        stops = List.copyOf(stops);
        // keeps the order, so that one request always makes the same bytes
        extras = Collections.unmodifiableMap(new LinkedHashMap<>(extras));
    }

    /** All instructions for a target that has them in one place only; those that come later move there, told. */
    List<Block> instructions(Losses losses) {
        List<Block> all = new ArrayList<>(system);
        for (Turn turn : turns) {
            if (turn.role() == Turn.Role.SYSTEM) {
                losses.tell(turn.blocks().getFirst().where(), "late instructions; moved to the beginning");
                all.addAll(turn.blocks());
            }
        }
        return all;
    }

    /** The same for a target that knows texts alone there. */
    List<Block.Text> textInstructions(Losses losses) {
        List<Block.Text> texts = new ArrayList<>();
        for (Block block : instructions(losses)) {
            if (!(block instanceof Block.Text text)) {
                throw block.where().unfit("instructions are text");
            }
            texts.add(text);
        }
        return texts;
    }

    /** A conversation of empty messages, for a target that takes none such. */
    Unfit nothingSaid() {
        return turns.getFirst().blocks().getFirst().where().unfit("no message says anything that could be sent there");
    }

    /** The temperature as it is written, for a target that knows none above 1; null where none is asked for. */
    @Nullable
    String temperatureUpToOne(Losses losses) {
        if (temperature == null) {
            return null;
        }
        try {
            if (new BigDecimal(temperature.number()).compareTo(BigDecimal.ONE) <= 0) {
                return temperature.number();
            }
        } catch (NumberFormatException exponent) {
            throw temperature.unfit("no temperature");
        }
        losses.lose(temperature, "above what the target knows; set to 1");
        return "1";
    }
}
