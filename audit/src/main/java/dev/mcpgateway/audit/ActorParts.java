package dev.mcpgateway.audit;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The encoded members of callers seen lately. A caller makes many calls with one token, and its pseudonyms are half of
 * the cost of an intent.
 */
final class ActorParts {
    /** Callers kept; a power of two. Two callers that meet in one place push each other out, no more. */
    private static final int ENTRIES = 1_024;

    private final AtomicReferenceArray<@Nullable Entry> entries = new AtomicReferenceArray<>(ENTRIES);
    private final RecordParts parts;

    ActorParts(RecordParts parts) {
        this.parts = parts;
    }

    private record Entry(Actor actor, JsonBytes whole, JsonBytes name) {}

    /** Adds the whole actor, as an intent or a refusal names it. */
    void whole(JsonBytes json, Actor actor) {
        json.append(entry(actor).whole());
    }

    /** Adds the pseudonym alone, as an outcome names it. */
    void name(JsonBytes json, Actor actor) {
        json.append(entry(actor).name());
    }

    private Entry entry(Actor actor) {
        int hash = actor.hashCode();
        int place = (hash ^ hash >>> 16) & (ENTRIES - 1);
        Entry known = entries.get(place);
        if (known != null && known.actor().equals(actor)) {
            return known;
        }
        JsonBytes whole = new JsonBytes();
        parts.actor(whole, actor);
        JsonBytes name = new JsonBytes();
        parts.actorName(name, actor);
        Entry made = new Entry(actor, whole, name);
        entries.set(place, made);
        return made;
    }
}
