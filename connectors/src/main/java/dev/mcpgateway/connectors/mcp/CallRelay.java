package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What an upstream says on the stream of one call before it answers: to the agent, to us, or to nobody. */
final class CallRelay implements Sideline {
    /** Requests of a legacy server answered during one call; a server has no reason for more. */
    private static final int REQUESTS_MAX = 16;

    private final ProgressRelay progress;
    private final ReplyListener listener;
    private final StatusBoard board;
    private final Runnable toolsChanged;
    private final @Nullable Consumer<Envelope> answerer;
    private int requests;

    /** An answerer of {@code null} stands for an era in which servers have no requests. */
    CallRelay(
            ProgressRelay progress,
            ReplyListener listener,
            StatusBoard board,
            Runnable toolsChanged,
            @Nullable Consumer<Envelope> answerer) {
        this.progress = progress;
        this.listener = listener;
        this.board = board;
        this.toolsChanged = toolsChanged;
        this.answerer = answerer;
    }

    @Override
    public void message(Envelope message) {
        if (message.shape() == Shape.NOTIFICATION) {
            notification(message);
        } else if (message.shape() == Shape.REQUEST && answerer != null && requests < REQUESTS_MAX) {
            requests++;
            answerer.accept(message);
        } else {
            board.dropped();
        }
    }

    private void notification(Envelope message) {
        switch (message.method()) {
            case "notifications/progress" ->
                progress.translate(message).ifPresentOrElse(listener::notification, board::dropped);
            case "notifications/message" -> listener.notification(message);
            case "notifications/tools/list_changed" -> toolsChanged.run();
            default -> board.dropped();
        }
    }
}
