package dev.mcpgateway.gateway.model.content;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.model.ContentKeeper;
import dev.mcpgateway.gateway.model.EventFrame;
import dev.mcpgateway.gateway.model.ModelAsk;
import dev.mcpgateway.gateway.model.content.Content.AnswerForm;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** The content of one call while it comes. */
final class CallContent implements ContentKeeper.OnCall {
    private final SealedContent keeper;
    private final KeptTenant tenant;
    private final ModelAsk ask;
    private final String alias;
    private final long disk;
    private final byte[] request;
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    private AnswerForm form = AnswerForm.NONE;
    private boolean isCut;
    private boolean isRecorded;
    private boolean isOver;

    /** What was set aside for it is this one's to give back: the disk, and the memory of the request that is kept. */
    CallContent(SealedContent keeper, KeptTenant tenant, ModelAsk ask, String alias, long disk, int requestBytes) {
        this.keeper = keeper;
        this.tenant = tenant;
        this.ask = ask;
        this.alias = alias;
        this.disk = disk;
        byte[] whole = ask.request().body().bytes();
        this.isCut = requestBytes < whole.length;
        this.request = isCut ? Arrays.copyOf(whole, requestBytes) : whole;
    }

    @Override
    public void recorded() {
        isRecorded = true;
    }

    @Override
    public void whole(byte[] body) {
        form = AnswerForm.WHOLE;
        append(body);
    }

    @Override
    public void event(ModelEvent event) {
        form = AnswerForm.EVENTS;
        append(EventFrame.of(event.type(), event.data()));
    }

    /** What comes after a gap would read as if there were none. */
    private void append(byte[] bytes) {
        if (isCut) {
            return;
        }
        int room = tenant.settings().recordBytes() - request.length - answer.size();
        int fits = Math.min(bytes.length, Math.max(0, room));
        if (!keeper.memory().take(fits)) {
            fits = 0;
        }
        answer.write(bytes, 0, fits);
        isCut = fits < bytes.length;
        if (isCut && tenant.settings().isRequired()) {
            throw refused("the content is too long to be kept, or there is no memory for it");
        }
    }

    @Override
    public void complete() {
        Keeping keeping = handIn(true);
        if (!tenant.settings().isRequired()) {
            return;
        }
        try {
            if (!keeping.isKeptWithin(keeper.longestWait().toMillis())) {
                throw refused("the content could not be written");
            }
        } catch (InterruptedException gone) {
            Thread.currentThread().interrupt();
            throw new Refused(Reason.CANCELLED);
        }
    }

    static Refused refused(String why) {
        return new Refused(Refusal.of(Reason.CONTENT_NOT_KEPT, why));
    }

    private Keeping handIn(boolean isComplete) {
        isOver = true;
        try {
            Keeping keeping = new Keeping(
                    new Content(
                            ask.exchange().id(),
                            tenant.name(),
                            alias,
                            ask.request().api().operation(),
                            keeper.now(),
                            form,
                            isComplete,
                            isCut,
                            request,
                            answer.toByteArray()),
                    tenant,
                    (long) request.length + answer.size(),
                    disk);
            keeper.writer().write(keeping);
            return keeping;
        } finally {
            keeper.writer().over();
        }
    }

    @Override
    public void close() {
        if (isOver) {
            return;
        }
        if (isRecorded) {
            var _ = handIn(false);
        } else {
            isOver = true;
            tenant.give(disk);
            keeper.memory().give((long) request.length + answer.size());
            keeper.writer().over();
        }
    }
}
