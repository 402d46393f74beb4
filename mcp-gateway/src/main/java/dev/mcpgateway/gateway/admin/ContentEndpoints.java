package dev.mcpgateway.gateway.admin;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.AuditEvent.AdminAction;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.model.content.SealedContent;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /content/erase}: operators delete what was kept of a tenant's calls. It is in the audit log before it is done. */
public final class ContentEndpoints {
    private static final Logger LOG = LoggerFactory.getLogger(ContentEndpoints.class);
    private static final Set<String> MEMBERS = Set.of("tenant", "before", "call", "reason");
    private static final int TENANT_CHARS_MAX = 64;
    private static final String CALL = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    private final SealedContent content;
    private final AdminTokens tokens;
    private final AuditLog audit;
    private final BoundedBody bodies;

    /** Endpoints over what is kept. */
    public ContentEndpoints(SealedContent content, AdminTokens tokens, AuditLog audit, LongSupplier nanoClock) {
        this.content = content;
        this.tokens = tokens;
        this.audit = audit;
        this.bodies = Order.bodies(nanoClock);
    }

    /** The rows of the port's table. */
    public List<Route> routes() {
        return List.of(new Route("/content/erase", Set.of("POST"), Access.AUTHENTICATED, true, this::erase));
    }

    private void erase(Exchange exchange) {
        String operator = tokens.operator(exchange, AdminTokens.OPERATOR);
        Order order = Order.read(exchange, bodies, MEMBERS);
        String tenant = order.text("tenant");
        if (tenant.isEmpty()
                || tenant.length() > TENANT_CHARS_MAX
                || tenant.chars().anyMatch(Character::isISOControl)) {
            throw Order.bad("tenant must have 1 to " + TENANT_CHARS_MAX + " characters and no control characters");
        }
        String call = order.text("call");
        if (!call.isEmpty() && !call.matches(CALL)) {
            throw Order.bad("call must be the id of a call, as the audit log has it");
        }
        LocalDate before = before(order.text("before"));
        String reason = order.reason();
        String what = (call.isEmpty() ? "all" : call) + (before.equals(LocalDate.MAX) ? "" : " before " + before);
        try {
            audit.append(action(exchange, "content.erase", operator, tenant, what, reason));
        } catch (AuditUnavailable failure) {
            throw new Refused(Refusal.of(Reason.AUDIT_UNAVAILABLE, String.valueOf(failure.getMessage())));
        }
        SealedContent.Erased erased;
        try {
            erased = content.erase(tenant, before, call);
        } catch (IOException failure) {
            LOG.error("content of tenant {} is not erased", tenant, failure);
            notErased(exchange, operator, tenant, reason);
            throw new Refused(Refusal.saying(Reason.NOT_DONE, "not all of it is deleted: look at the folder"));
        }
        String done = erased.files() + " files, " + erased.bytes() + " bytes";
        LOG.atWarn()
                .addKeyValue("tenant", tenant)
                .addKeyValue("operator", operator)
                .log("kept content erased: {}", done);
        boolean recorded = true;
        try {
            audit.append(action(exchange, "content.erased", operator, tenant, done, reason));
        } catch (AuditUnavailable failure) {
            recorded = false;
            LOG.error("content is erased, and how much is not in the audit log: {}", failure.getMessage());
        }
        AdminEndpoints.json(
                exchange,
                200,
                "{\"files\":" + erased.files() + ",\"bytes\":" + erased.bytes() + ",\"recorded\":" + recorded + "}\n");
    }

    private void notErased(Exchange exchange, String operator, String tenant, String reason) {
        try {
            audit.append(action(exchange, "content.erased", operator, tenant, "not all", reason));
        } catch (AuditUnavailable failure) {
            LOG.error("nor is that in the audit log: {}", failure.getMessage());
        }
    }

    private static LocalDate before(String text) {
        try {
            return text.isEmpty() ? LocalDate.MAX : LocalDate.parse(text);
        } catch (DateTimeException noDate) {
            throw Order.bad("before must be a day, such as 2026-11-21");
        }
    }

    private static AdminAction action(
            Exchange exchange, String action, String operator, String tenant, String result, String reason) {
        return new AdminAction(
                new Actor("", "", "", List.of(), "", tenant),
                new Source(exchange.remoteAddress(), exchange.remotePort(), ""),
                action,
                operator,
                tenant,
                result,
                reason);
    }
}
