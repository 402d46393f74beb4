package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.model.Guardrails;
import dev.mcpgateway.policy.screen.Place;
import dev.mcpgateway.policy.screen.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches the events of one stream. Where findings may change what the agent gets, events wait until their texts are
 * decided, in their order; an event without a text passes at once when none waits before it. Where findings are only
 * recorded, nothing waits. What is held is bounded; a stream that needs more is ended.
 */
final class StreamGuard implements Guardrails.OnStream {
    /** Texts that are open at the same time: parallel calls and choices, of which models have a few. */
    private static final int LANES_MAX = 256;

    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    private final ModelApi api;
    private final WholeScreen screen;
    private final Seen seen;
    private final JsonLimits limits;
    private final int heldBytesMax;
    private final boolean holds;
    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private final ArrayDeque<HeldEvent> waiting = new ArrayDeque<>();
    private long heldBytes;

    StreamGuard(ModelApi api, WholeScreen screen, Seen seen, JsonLimits limits, int heldBytesMax) {
        this.api = api;
        this.screen = screen;
        this.seen = seen;
        this.limits = limits;
        this.heldBytesMax = heldBytesMax;
        this.holds = screen.guard().mayChange();
    }

    @Override
    public List<ModelEvent> next(ModelEvent event) {
        HeldEvent held = Arrays.equals(event.data(), DONE) ? HeldEvent.plain(event) : read(event);
        if (event.mark() != ModelEvent.Mark.OPEN) {
            end("");
        }
        if (!holds) {
            return List.of(event);
        }
        waiting.add(held);
        heldBytes += held.bytes();
        List<ModelEvent> decided = new ArrayList<>();
        while (!waiting.isEmpty() && waiting.getFirst().isDecided()) {
            HeldEvent first = waiting.removeFirst();
            heldBytes -= first.bytes();
            decided.add(first.released());
        }
        requireWithin(heldBytes);
        return decided;
    }

    private HeldEvent read(ModelEvent event) {
        JsonDocument document = parsed(event);
        EventText texts = EventText.of(api, document);
        Splice edits = new Splice(document);
        HeldEvent held = HeldEvent.of(event, edits);
        for (EventText.Delta delta : texts.deltas()) {
            add(delta, document.string(delta.node()), held);
        }
        texts.ends().forEach(this::end);
        // what repeats a text as a whole comes after its parts
        if (!texts.rest().isEmpty()) {
            screen.screen(document, texts.rest(), edits);
        }
        return held;
    }

    private JsonDocument parsed(ModelEvent event) {
        try {
            return StrictJson.parse(event.data(), limits);
        } catch (JsonRefused malformed) {
            throw new Refused(Refusal.of(Reason.UPSTREAM_MALFORMED, "an event that cannot be screened"));
        }
    }

    private void add(EventText.Delta delta, String part, HeldEvent held) {
        Lane lane = lanes.get(delta.lane());
        if (lane == null) {
            if (lanes.size() == LANES_MAX) {
                throw withheld("more than " + LANES_MAX + " texts at once");
            }
            lane = delta.isArguments()
                    ? Lane.ofArguments(delta.lane())
                    : Lane.ofText(delta.lane(), screen.guard().parted(Place.MODEL_OUTPUT, delta.lane()));
            lanes.put(delta.lane(), lane);
        }
        held.holds(lane, delta.node(), part, lane.length());
        if (!lane.add(part)) {
            throw withheld("");
        }
        requireWithin(lane.kept());
    }

    private void requireWithin(long held) {
        if (held > heldBytesMax) {
            throw withheld("more than " + heldBytesMax + " bytes would have to be held back");
        }
    }

    private static Refused withheld(String detail) {
        return new Refused(Refusal.of(Reason.SCREENED, detail));
    }

    private void end(String prefix) {
        for (Iterator<Lane> open = lanes.values().iterator(); open.hasNext(); ) {
            Lane lane = open.next();
            if (lane.name().startsWith(prefix)) {
                boolean passes = lane.end(screen);
                if (passes) {
                    open.remove();
                    note(lane);
                } else {
                    throw withheld("");
                }
            }
        }
    }

    private void note(Lane lane) {
        Verdict verdict = lane.verdict();
        if (verdict != null) {
            seen.add(verdict, 0);
        }
    }

    /** Adds what was found in texts that have no end yet; to be called when no event comes any more. */
    void ended() {
        lanes.values().forEach(this::note);
        lanes.clear();
    }
}
