package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.mcp.UpstreamFault;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.call.Stage;
import dev.mcpgateway.gateway.http.Answers;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.Visibility;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a legacy agent sets in its session: {@code logging/setLevel}, {@code resources/subscribe} and its opposite. */
final class SessionPath {
    private static final Name LEVEL = Name.of("level");

    private final ViewTables tables;
    private final Supplier<Policy> policies;
    private final Announcements announcements;
    private final ResourceWatches watches;
    private final CallRecords calls;
    private final StreamRecords records;
    private final Answers answers;
    private final InstantSource clock;

    SessionPath(
            ViewTables tables,
            Supplier<Policy> policies,
            Announcements announcements,
            ResourceWatches watches,
            CallRecords calls,
            StreamRecords records,
            Answers answers,
            InstantSource clock) {
        this.tables = tables;
        this.policies = policies;
        this.announcements = announcements;
        this.watches = watches;
        this.calls = calls;
        this.records = records;
        this.answers = answers;
        this.clock = clock;
    }

    /** Sets the level of log messages that the agent wants from now on. */
    @Nullable
    String setLevel(AgentRequest request) {
        JsonDocument document = request.envelope().document();
        int level = request.envelope().param(LEVEL);
        session(request)
                .logLevel(LogLevel.of(document.is(level, Kind.STRING) ? document.string(level) : "")
                        .orElseThrow(() -> new Refused(Refusal.saying(
                                Reason.BAD_PARAMS,
                                "params.level must be one of debug, info, notice, warning, error, critical, alert,"
                                        + " emergency"))));
        return done(request);
    }

    /**
     * Has the agent told of changes of a resource that it may read. The refusals are those of {@code resources/read}: a
     * hidden resource answers as unknown.
     */
    @Nullable
    String subscribe(AgentRequest request, CallTrace trace) {
        Policy policy = policies.get();
        ResourceRoute route = null;
        try {
            trace.enter(Stage.LOCATE);
            String uri = uri(request);
            route = locate(request, uri, policy);
            trace.enter(Stage.ADMIT);
            Ear ear = session(request).ear();
            switch (ear.subscribe(uri)) {
                case KNOWN -> {}
                case NONE -> throw new Refused(Reason.TOO_MANY_SUBSCRIPTIONS);
                case TAKEN -> watch(request, route, ear, policy, trace);
            }
            trace.enter(Stage.ANSWER);
            return done(request);
        } catch (Refused refused) {
            throw refused.isRecorded()
                    ? refused
                    : calls.refused(request, refused.why(), route == null ? null : route.name(), policy.hash(), trace);
        }
    }

    private ResourceRoute locate(AgentRequest request, String uri, Policy policy) {
        ResourceRoute route = tables.of(request.view()).resources().find(uri);
        return switch (ResourceAccess.of(route, policy, request.caller().subject(), clock.instant())) {
            case Visibility.Visible _ when route != null -> route;
            case Visibility.NeedsScope(var scopes) -> throw new Refused(Refusal.needsScope(scopes));
            case Visibility.Visible _, Visibility.Hidden _ ->
                throw new Refused(notFound(request, route == null ? Reason.UNKNOWN_RESOURCE : Reason.RESOURCE_HIDDEN));
        };
    }

    /** As {@code resources/read} says it: the agent cannot tell one reason from the other, the audit log can. */
    private static Refusal notFound(AgentRequest request, Reason reason) {
        Envelope envelope = request.envelope();
        String uri = envelope.document().raw(envelope.param(McpNames.URI));
        return Refusal.of(reason).withData("{\"uri\":" + uri + "}");
    }

    private void watch(AgentRequest request, ResourceRoute route, Ear ear, Policy policy, CallTrace trace) {
        String uri = route.name().own();
        boolean watched = false;
        try {
            trace.enter(Stage.RECORD);
            records.subscribed(request, route.name(), policy.hash(), trace);
            trace.enter(Stage.FORWARD);
            ear.watch(uri, watches.watch(route.name(), request, ear.listener(uri, announcements::touched)));
            watched = true;
        } catch (UpstreamFault fault) {
            if (Thread.currentThread().isInterrupted()) {
                throw new Refused(Refusal.of(Reason.CANCELLED));
            }
            throw new Refused(Refusal.of(Reason.NOT_WATCHED, String.valueOf(fault.getMessage())));
        } catch (CredentialUnavailable failure) {
            throw new Refused(Refusal.of(Reason.CREDENTIAL_UNAVAILABLE, String.valueOf(failure.getMessage())));
        } finally {
            if (!watched) {
                ear.unsubscribe(uri);
            }
        }
    }

    /** Ends a subscription; one that never was is over, too. */
    @Nullable
    String unsubscribe(AgentRequest request) {
        session(request).ear().unsubscribe(uri(request));
        return done(request);
    }

    private static String uri(AgentRequest request) {
        JsonDocument document = request.envelope().document();
        int uri = request.envelope().param(McpNames.URI);
        if (!document.is(uri, Kind.STRING)) {
            throw new Refused(Refusal.saying(Reason.BAD_PARAMS, "params.uri must be a string"));
        }
        return document.string(uri);
    }

    private static Session session(AgentRequest request) {
        Session session = request.session();
        if (session == null) {
            throw new IllegalStateException("only a legacy agent has a session");
        }
        return session;
    }

    private @Nullable String done(AgentRequest request) {
        answers.json(
                request.exchange(),
                200,
                ("{\"jsonrpc\":\"2.0\",\"id\":" + new String(request.id(), StandardCharsets.UTF_8) + ",\"result\":{}}")
                        .getBytes(StandardCharsets.UTF_8));
        return null;
    }
}
