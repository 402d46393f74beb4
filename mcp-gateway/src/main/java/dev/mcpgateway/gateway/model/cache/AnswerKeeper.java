package dev.mcpgateway.gateway.model.cache;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.gateway.model.ModelCache;
import dev.mcpgateway.gateway.model.cache.Flights.Landing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Takes the answer of the call that others wait for. As soon as it is seen that the answer will not be kept, the others
 * are told, so that they need not wait for its end.
 */
final class AnswerKeeper implements ModelCache.Keeper {
    /** What an event takes beside its bytes. */
    private static final int EVENT_OVERHEAD = 64;

    private final ModelApi api;
    private final int bytesMax;
    private final Room room;
    private final Consumer<byte[]> store;
    private final Consumer<Landing> landing;
    private final List<ModelEvent> events = new ArrayList<>();
    private long taken;
    private boolean landed;

    /** For one call: {@code store} takes what is kept, {@code landing} is told once what came of it. */
    AnswerKeeper(ModelApi api, int bytesMax, Room room, Consumer<byte[]> store, Consumer<Landing> landing) {
        this.api = api;
        this.bytesMax = bytesMax;
        this.room = room;
        this.store = store;
        this.landing = landing;
    }

    @Override
    public void whole(ModelReply.Whole answer) {
        if (landed) {
            return;
        }
        boolean kept = answer.body().length <= bytesMax
                && Keepable.isEnd(api, answer.facts())
                && !Keepable.mayCallTool(answer.body());
        if (kept) {
            store.accept(AnswerForm.whole(answer.body(), answer.facts()));
        }
        land(kept ? Landing.KEPT : Landing.NOT_KEPT);
    }

    @Override
    public void event(ModelEvent event) {
        if (landed) {
            return;
        }
        long bytes = event.data().length + (long) event.type().length() + EVENT_OVERHEAD;
        boolean fits = taken + bytes <= bytesMax && room.take(bytes);
        taken += fits ? bytes : 0;
        if (!fits || event.mark() == ModelEvent.Mark.ERROR || Keepable.mayCallTool(event.data())) {
            land(Landing.NOT_KEPT);
        } else {
            events.add(event);
        }
    }

    @Override
    public void completed(ModelFacts facts) {
        if (landed) {
            return;
        }
        boolean kept = !events.isEmpty() && Keepable.isEnd(api, facts);
        if (kept) {
            store.accept(AnswerForm.stream(events, facts));
        }
        land(kept ? Landing.KEPT : Landing.NOT_KEPT);
    }

    @Override
    public void notKept() {
        if (!landed) {
            land(Landing.NOT_KEPT);
        }
    }

    @Override
    public void close() {
        if (!landed) {
            land(Landing.FAILED);
        }
    }

    private void land(Landing how) {
        landed = true;
        events.clear();
        room.give(taken);
        taken = 0;
        landing.accept(how);
    }
}
