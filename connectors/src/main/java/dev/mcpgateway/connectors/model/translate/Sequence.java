package dev.mcpgateway.connectors.model.translate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Puts the pieces of a reply in an order that every protocol has: one call after the other. Chat completions may interleave
 * parallel calls, so the first one passes as it comes and the others, with all that follows, wait for its end.
 *
 * <p>Also checks what no sink could repair: arguments that are no JSON object, unless the output limit or a filter cut them. Holds at
 * most {@link #HELD_CHARS_MAX} characters and {@link #CALLS_MAX} calls.
 */
final class Sequence {
    static final int HELD_CHARS_MAX = 4 * 1024 * 1024;
    static final int CALLS_MAX = 128;

    /** Nothing waits. */
    private static final int NONE = -1;

    private final Consumer<Piece> out;
    private final Map<Integer, List<Piece>> held = new LinkedHashMap<>();
    private final List<Piece> behind = new ArrayList<>();
    private final Set<Integer> ended = new HashSet<>();
    private final StringBuilder arguments = new StringBuilder();
    private int open = NONE;
    private int calls;
    private int heldChars;
    private boolean invalid;

    Sequence(Consumer<Piece> out) {
        this.out = out;
    }

    void accept(Piece piece) {
        switch (piece) {
            case Piece.CallBegun(int key, String id, String name) -> {
                if (++calls > CALLS_MAX) {
                    throw new Unfit("", "more than " + CALLS_MAX + " calls in one reply");
                }
                hold(id.length() + name.length());
                if (open == NONE) {
                    open = key;
                    out.accept(piece);
                } else {
                    held.computeIfAbsent(key, _ -> new ArrayList<>()).add(piece);
                }
            }
            case Piece.CallArguments(int key, String json) -> {
                hold(json.length());
                if (open == key) {
                    pass(json, piece);
                } else {
                    held.computeIfAbsent(key, _ -> new ArrayList<>()).add(piece);
                }
            }
            case Piece.CallEnded(int key) -> {
                ended.add(key);
                closeAllEnded();
            }
            case Piece.Stopped(StopReason reason, String sequence) -> out.accept(stopped(reason, sequence));
            case Piece.Begun _, Piece.Counted _, Piece.Finished _ -> out.accept(piece);
            case Piece.Text(String text) -> later(piece, text.length());
            case Piece.Refusal(String text) -> later(piece, text.length());
            case Piece.Thought(String text) -> later(piece, text.length());
            case Piece.Sealed(Seal seal) ->
                later(piece, seal.state().length() + seal.text().length());
        }
    }

    private void later(Piece piece, int chars) {
        if (open == NONE) {
            out.accept(piece);
        } else {
            hold(chars);
            behind.add(piece);
        }
    }

    private void hold(int chars) {
        // an empty piece takes room too
        heldChars += chars + 16;
        if (heldChars > HELD_CHARS_MAX) {
            throw new Unfit("", "calls longer than " + HELD_CHARS_MAX + " characters in one reply");
        }
    }

    private void pass(String json, Piece piece) {
        arguments.append(json);
        if (!json.isEmpty()) {
            out.accept(piece);
        }
    }

    private void closeAllEnded() {
        while (open != NONE && ended.contains(open)) {
            if (arguments.isEmpty()) {
                pass("{}", new Piece.CallArguments(open, "{}"));
            }
            invalid |= !Arguments.isObject(arguments.toString());
            out.accept(new Piece.CallEnded(open));
            arguments.setLength(0);
            open = NONE;
            if (held.isEmpty()) {
                behind.forEach(out);
                behind.clear();
            } else {
                int next = held.keySet().iterator().next();
                open = next;
                for (Piece piece : List.copyOf(held.remove(next))) {
                    if (piece instanceof Piece.CallArguments(int _, String json)) {
                        pass(json, piece);
                    } else {
                        out.accept(piece);
                    }
                }
            }
        }
    }

    private Piece stopped(StopReason reason, String sequence) {
        boolean cut = reason == StopReason.LENGTH || reason == StopReason.CONTEXT || reason == StopReason.REFUSAL;
        if (invalid && !cut) {
            throw new Unfit("", "a call whose arguments are no JSON object");
        }
        boolean wants = calls > 0;
        return switch (reason) {
            // an agent that is not told would never run the calls it was given
            case END, STOP_SEQUENCE, PAUSE, TOOL_CALLS ->
                wants
                        ? new Piece.Stopped(StopReason.TOOL_CALLS, "")
                        : new Piece.Stopped(reason == StopReason.TOOL_CALLS ? StopReason.END : reason, sequence);
            case LENGTH, CONTEXT, REFUSAL -> new Piece.Stopped(reason, "");
        };
    }
}
