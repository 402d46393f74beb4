package dev.mcpgateway.gateway.http;

import dev.mcpgateway.gateway.call.CallIds;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one Jetty handler of a port: RECEIVE, then the endpoint of the route; nothing that throws passes it by. */
final class FrontDoor extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(FrontDoor.class);

    private final EdgeGuard guard;
    private final Answers answers;
    private final ConnectionDeadlines deadlines;
    private final RefusalListener refusals;
    private final EdgeForm form;
    private final CallIds ids;
    private final LongSupplier nanoClock;

    FrontDoor(
            EdgeGuard guard,
            Answers answers,
            ConnectionDeadlines deadlines,
            RefusalListener refusals,
            EdgeForm form,
            CallIds ids,
            LongSupplier nanoClock) {
        this.guard = guard;
        this.answers = answers;
        this.deadlines = deadlines;
        this.refusals = refusals;
        this.form = form;
        this.ids = ids;
        this.nanoClock = nanoClock;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        // a call may be silent for as long as its own limit allows; bodies and answers have deadlines of their own
        request.addIdleTimeoutListener(_ -> false);
        Connection connection = request.getConnectionMetaData().getConnection();
        Callback end = new UnreadBody(request, response, deadlines, deadlines.handling(connection, callback));
        Exchange exchange = new Exchange(request, response, end, ids.next(), nanoClock.getAsLong(), new HeldBody());
        try {
            guard.receive(exchange).endpoint().handle(exchange);
        } catch (Refused refused) {
            refuse(exchange, refused.why());
        } catch (Exception | StackOverflowError bug) {
            LOG.atError().addKeyValue("callId", exchange.id()).setCause(bug).log("unexpected failure");
            refuse(exchange, Refusal.of(Reason.INTERNAL, bug.getClass().getName()));
        } finally {
            exchange.heldBody().close();
        }
        return true;
    }

    private void refuse(Exchange exchange, Refusal refusal) {
        if (exchange.response().isCommitted()) {
            exchange.callback().failed(new IllegalStateException("failed while answering"));
        } else {
            Refusal told = refusals.refused(exchange, refusal);
            byte[] body = form.body(exchange, told);
            if (body.length > 0) {
                answers.refuse(exchange, told, body);
            } else {
                answers.refuse(exchange, told, null, false, false);
            }
        }
    }
}
