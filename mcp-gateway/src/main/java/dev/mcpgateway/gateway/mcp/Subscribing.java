package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.AuditTicket;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.CallOutcome;
import dev.mcpgateway.audit.CallStatus;
import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.mcp.UpstreamFault;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.policy.Permit;
import org.jspecify.annotations.Nullable;

/**
 * Has an agent hear of changes of one resource. Permitted and recorded before the upstream is asked, as any call is; what
 * the upstream said is the outcome.
 */
final class Subscribing {
    private final ResourceWatches watches;
    private final Announcements announcements;
    private final CallRecords records;

    Subscribing(ResourceWatches watches, Announcements announcements, CallRecords records) {
        this.watches = watches;
        this.announcements = announcements;
        this.records = records;
    }

    /**
     * Completes a subscription for which the ear has taken a place; without an agreement the place is given back.
     *
     * @throws Refused if the upstream does not agree or the record cannot be made; already recorded
     */
    void subscribe(AgentRequest request, ResourceRoute route, Permit permit, Ear ear, CallTrace trace) {
        boolean agreed = false;
        try (AuditTicket ticket = records.subscribing(request, route, permit, trace)) {
            long since = trace.now();
            Refusal refusal = watch(request, permit, ticket, ear);
            finish(ticket, refusal, (trace.now() - since) / 1000);
            if (refusal != null) {
                throw new Refused(refusal).alreadyRecorded();
            }
            agreed = true;
        } finally {
            if (!agreed) {
                ear.unsubscribe(route.name().own());
            }
        }
    }

    /** Why there is no watch; {@code null} if there is one. */
    private @Nullable Refusal watch(AgentRequest request, Permit permit, AuditTicket ticket, Ear ear) {
        String uri = permit.feature().own();
        try {
            Runnable listener = ear.listener(uri, announcements::touched);
            ear.watch(uri, watches.watch(permit, ticket, request, listener));
            return null;
        } catch (UpstreamFault fault) {
            if (Thread.currentThread().isInterrupted()) {
                return Refusal.of(Reason.CANCELLED);
            }
            return Refusal.of(Reason.NOT_WATCHED, String.valueOf(fault.getMessage()));
        } catch (CredentialUnavailable failure) {
            return Refusal.of(Reason.CREDENTIAL_UNAVAILABLE, String.valueOf(failure.getMessage()));
        } catch (Refused refused) {
            return refused.why();
        }
    }

    private static void finish(AuditTicket ticket, @Nullable Refusal refusal, long micros) {
        try {
            ticket.finish(
                    refusal == null
                            ? CallOutcome.without(CallStatus.OK, "", micros)
                            : CallOutcome.without(
                                    CallPath.status(refusal.reason()),
                                    refusal.reason().code(),
                                    micros));
        } catch (AuditUnavailable failure) {
            throw CallRecords.unavailable(failure);
        }
    }
}
