package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A reply put together from its pieces, at most {@link #CHARS_MAX} characters of it. */
final class Folded {
    static final int CHARS_MAX = 16 * 1024 * 1024;

    /** One part of the answer, in order. */
    sealed interface Part {
        /** Adjacent text. */
        record Text(String text) implements Part {}

        /** Adjacent text that refuses. */
        record Refusal(String text) implements Part {}

        /** Reasoning up to its seal. */
        record Thought(String text) implements Part {}

        /** Opaque state. */
        record Sealed(Seal seal) implements Part {}

        /** A call. */
        record Call(String id, String name, String arguments) implements Part {}
    }

    private final List<Part> parts = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private Class<? extends Piece> adjacent = Piece.Begun.class;
    private String callId = "";
    private String callName = "";
    private int chars;
    private String id = "";
    private String model = "";
    private Optional<ModelUsage> usage = Optional.empty();
    private StopReason stop = StopReason.END;
    private String stopSequence = "";

    void accept(Piece piece) {
        switch (piece) {
            case Piece.Begun begun -> {
                id = begun.id();
                model = begun.model();
            }
            case Piece.Text more -> append(piece, more.text());
            case Piece.Refusal more -> append(piece, more.text());
            case Piece.Thought more -> append(piece, more.text());
            case Piece.Sealed sealed -> {
                append(piece, "");
                count(sealed.seal().state().length() + sealed.seal().text().length());
                parts.add(new Part.Sealed(sealed.seal()));
            }
            case Piece.CallBegun call -> {
                append(piece, "");
                callId = call.id();
                callName = call.name();
            }
            case Piece.CallArguments more -> {
                count(more.json().length());
                text.append(more.json());
            }
            case Piece.CallEnded _ -> {
                parts.add(new Part.Call(callId, callName, text.toString()));
                text.setLength(0);
            }
            case Piece.Counted counted -> usage = Optional.of(counted.usage());
            case Piece.Stopped stopped -> {
                append(piece, "");
                stop = stopped.reason();
                stopSequence = stopped.sequence();
            }
            case Piece.Finished _ -> append(piece, "");
        }
    }

    private void append(Piece piece, String more) {
        if (piece.getClass() != adjacent) {
            String whole = text.toString();
            text.setLength(0);
            if (adjacent == Piece.Text.class && !whole.isEmpty()) {
                parts.add(new Part.Text(whole));
            } else if (adjacent == Piece.Refusal.class && !whole.isEmpty()) {
                parts.add(new Part.Refusal(whole));
            } else if (adjacent == Piece.Thought.class && !whole.isEmpty()) {
                parts.add(new Part.Thought(whole));
            }
            adjacent = piece.getClass();
        }
        count(more.length());
        text.append(more);
    }

    private void count(int more) {
        chars += more + 16;
        if (chars > CHARS_MAX) {
            throw new Unfit("", "a reply longer than " + CHARS_MAX + " characters");
        }
    }

    /** The parts so far that are complete. */
    List<Part> parts() {
        return List.copyOf(parts);
    }

    String id() {
        return id;
    }

    String model() {
        return model;
    }

    Optional<ModelUsage> usage() {
        return usage;
    }

    StopReason stop() {
        return stop;
    }

    String stopSequence() {
        return stopSequence;
    }
}
