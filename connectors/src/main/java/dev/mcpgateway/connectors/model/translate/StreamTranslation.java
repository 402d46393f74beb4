package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.connectors.wire.EventStreamReader.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Translates one streamed reply, event by event. For one thread.
 *
 * <p>A stream without its terminal event is a failure, as is an event that is not as its protocol has it: the agent's stream
 * then ends in that protocol's own form of an error, without its terminal event. Events
 * after the end are passed over, and so are those of types that the protocol does not have.
 *
 * <p>Holds what waits for its turn and, for Responses, what its last event repeats: in all at most 32 Mi characters.
 */
public final class StreamTranslation {

    /** How far the stream is. */
    public enum State {
        /** Events are expected. */
        OPEN,
        /** The terminal event was there. */
        COMPLETE,
        /** It failed. */
        FAILED
    }

    private final Source source;
    private final Sink sink;
    private final Losses losses;
    private final Sequence sequence = new Sequence(this::pass);
    private final List<Event> written = new ArrayList<>();
    private State state = State.OPEN;
    private String failure = "";
    private boolean erred;
    private String model = "";
    private Optional<ModelUsage> usage = Optional.empty();
    private Optional<StopReason> stop = Optional.empty();

    StreamTranslation(Source source, Sink sink, Losses losses) {
        this.source = source;
        this.sink = sink;
        this.losses = losses;
    }

    /** The events that one event of the provider makes; may be none. The type {@code message} stands for no type. */
    public List<Event> next(Event event) {
        return step(pieces -> source.event(event.type(), event.data(), pieces));
    }

    /** The events that the end of the provider's stream makes: none after the terminal event. */
    public List<Event> end() {
        return step(source::end);
    }

    /** How far the stream is. */
    public State state() {
        return state;
    }

    /** Why it failed, without a word of the provider's; empty unless it did. */
    public String failure() {
        return failure;
    }

    /** Whether the provider itself said that it failed; otherwise its stream is none that can be passed on. */
    public boolean isProvidersFailure() {
        return erred;
    }

    /** The model that really replies; empty if that was not said yet. */
    public String model() {
        return model;
    }

    /** The tokens that were counted so far. */
    public Optional<ModelUsage> usage() {
        return usage;
    }

    /** Why the model stopped, when it has. */
    public Optional<StopReason> stop() {
        return stop;
    }

    /** What was dropped so far. */
    public List<Told> told() {
        return losses.told();
    }

    /** Reads what one step of the stream holds. */
    private interface Step {
        void read(List<Piece> pieces);
    }

    private List<Event> step(Step step) {
        if (state != State.OPEN) {
            return List.of();
        }
        List<Piece> pieces = new ArrayList<>();
        try {
            step.read(pieces);
            pieces.forEach(sequence::accept);
        } catch (Unfit unfit) {
            fail(Fault.BROKEN, unfit.reason());
        } catch (Failed failed) {
            erred = true;
            fail(failed.fault(), failed.fault().message());
        }
        List<Event> events = List.copyOf(written);
        written.clear();
        return events;
    }

    private void pass(Piece piece) {
        switch (piece) {
            case Piece.Begun begun -> model = begun.model();
            case Piece.Counted counted -> usage = Optional.of(counted.usage());
            case Piece.Stopped stopped -> stop = Optional.of(stopped.reason());
            case Piece.Finished _ -> state = State.COMPLETE;
            default -> {}
        }
        sink.accept(piece, written);
    }

    private void fail(Fault fault, String why) {
        state = State.FAILED;
        failure = why;
        sink.fail(fault, written);
    }
}
