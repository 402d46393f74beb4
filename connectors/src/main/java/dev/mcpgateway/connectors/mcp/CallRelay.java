package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an upstream says during one call before it answers: to whoever calls, or to the gateway. */
final class CallRelay implements Sideline {
    private final ProgressRelay progress;
    private final ReplyListener listener;
    private final StatusBoard board;
    private final @Nullable Questions questions;
    private final Sideline others;

    /**
     * @param questions {@code null} stands for an era in which servers have no requests
     * @param others gets every notification that is not about this call
     */
    CallRelay(
            ProgressRelay progress,
            ReplyListener listener,
            StatusBoard board,
            @Nullable Questions questions,
            Sideline others) {
        this.progress = progress;
        this.listener = listener;
        this.board = board;
        this.questions = questions;
        this.others = others;
    }

    @Override
    public void message(Envelope message) {
        if (message.shape() == Shape.NOTIFICATION) {
            notification(message);
        } else if (message.shape() == Shape.REQUEST && questions != null) {
            questions.answer(List.of(message));
        } else {
            board.dropped();
        }
    }

    @Override
    public void requests(List<Envelope> requests) {
        if (questions != null) {
            questions.answer(requests);
        } else {
            requests.forEach(_ -> board.dropped());
        }
    }

    private void notification(Envelope message) {
        switch (message.method()) {
            case "notifications/progress" ->
                progress.translate(message).ifPresentOrElse(listener::notification, board::dropped);
            case "notifications/message" -> listener.notification(message);
            default -> others.message(message);
        }
    }
}
