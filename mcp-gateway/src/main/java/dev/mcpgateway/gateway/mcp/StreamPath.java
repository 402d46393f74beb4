package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.Agent;
import dev.mcpgateway.audit.McpExchange;
import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.mcp.UpstreamFault;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.call.Stage;
import dev.mcpgateway.gateway.http.Answers;
import dev.mcpgateway.gateway.http.EventStream;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.policy.Policy;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event streams on which agents hear of changes: the GET stream of a legacy session and {@code subscriptions/listen}
 * of 2026-07-28. A stream ends with the caller's token, with its session, and when the gateway stops.
 */
final class StreamPath {
    private static final Logger LOG = LoggerFactory.getLogger(StreamPath.class);
    /** Longer than any connection lives; a clock can add it. */
    private static final Duration UNBOUNDED = Duration.ofDays(365);
    /** Time for upstreams to agree to watch; what did not agree by then is not acknowledged. */
    private static final Duration AGREEMENT = Duration.ofSeconds(10);

    private final Sessions sessions;
    private final ViewTables tables;
    private final Supplier<Policy> policies;
    private final Announcements announcements;
    private final ResourceWatches watches;
    private final Places places;
    private final CallerStreams open;
    private final CallRecords calls;
    private final StreamRecords records;
    private final Answers answers;
    private final String serverInfo;
    private final InstantSource clock;

    StreamPath(
            Sessions sessions,
            ViewTables tables,
            Supplier<Policy> policies,
            Announcements announcements,
            ResourceWatches watches,
            Places places,
            CallerStreams open,
            CallRecords calls,
            StreamRecords records,
            Answers answers,
            String serverInfo,
            InstantSource clock) {
        this.sessions = sessions;
        this.tables = tables;
        this.policies = policies;
        this.announcements = announcements;
        this.watches = watches;
        this.places = places;
        this.open = open;
        this.calls = calls;
        this.records = records;
        this.answers = answers;
        this.serverInfo = serverInfo;
        this.clock = clock;
    }

    /**
     * Serves the stream of a legacy session until it is over. A session has one: another one replaces it, because after a
     * broken connection the agent knows sooner than we do. There are no event ids, so {@code Last-Event-ID} means nothing.
     */
    void get(Exchange exchange, Caller caller, View view, CallTrace trace) {
        String id = RequestReader.sessionId(exchange);
        if (id == null) {
            // a modern agent has no session and no use for GET; a legacy one gets its session first
            throw new Refused(Refusal.of(Reason.BAD_METHOD, "POST"));
        }
        Session session = sessions.find(id, caller, view);
        RequestReader.checkVersion(exchange, session);
        requireEvents(exchange);
        takePlace(caller);
        EventStream stream = answers.openStream(exchange, null);
        McpExchange mcp = StreamRecords.mcp(session);
        String end = "";
        try {
            records.opened(exchange, caller, Agent.NONE, mcp, trace, view, EnumSet.allOf(ListChange.class), 0);
            end = "refused";
            if (!session.ear().open(stream, caller.subject())) {
                throw new Refused(Reason.UNKNOWN_SESSION);
            }
            open.add(stream, caller);
            // also what has changed since the last stream, and what the token of this one makes different
            announcements.look(session.ear());
            trace.end(null);
            end = open.end(caller, name(stream.serve(left(caller))));
        } finally {
            open.remove(stream);
            session.ear().closed(stream);
            session.used(clock.instant());
            places.give(caller.key());
            if (!end.isEmpty()) {
                records.closed(exchange, caller, mcp, end);
            }
        }
    }

    /** Serves {@code subscriptions/listen} until it is over, or throws a refusal that is already recorded. */
    void listen(AgentRequest request, CallTrace trace) {
        Policy policy = policies.get();
        try {
            requireEvents(request.exchange());
            ListenFilter filter = ListenFilter.of(request.envelope());
            trace.enter(Stage.ADMIT);
            takePlace(request.caller());
            try {
                listen(request, filter, policy, trace);
            } finally {
                places.give(request.caller().key());
            }
        } catch (Refused refused) {
            throw refused.isRecorded() ? refused : calls.refused(request, refused.why(), null, policy.hash(), trace);
        }
    }

    private void listen(AgentRequest request, ListenFilter filter, Policy policy, CallTrace trace) {
        String id = request.envelope().document().raw(request.envelope().id());
        Set<ListChange> lists = honoured(request.view(), filter);
        Ear ear = Ear.ofRequest(request.view(), request.caller().subject(), lists, id);
        McpExchange mcp = CallRecords.mcp(request);
        byte[] complete = complete(id);
        EventStream stream = answers.openStream(request.exchange(), complete);
        String end = "";
        try {
            announcements.add(ear);
            trace.enter(Stage.FORWARD);
            List<String> watched = watched(request, filter, ear, policy, trace);
            trace.enter(Stage.RECORD);
            records.opened(
                    request.exchange(),
                    request.caller(),
                    CallRecords.agent(request.envelope()),
                    mcp,
                    trace,
                    request.view(),
                    lists,
                    watched.size());
            end = "refused";
            trace.enter(Stage.ANSWER);
            stream.send(acknowledgement(id, lists, watched));
            open.add(stream, request.caller());
            if (lists.isEmpty() && watched.isEmpty()) {
                // nothing will ever come
                stream.close(complete);
            }
            if (ear.open(stream, request.caller().subject())) {
                announcements.touched();
            }
            trace.end(null);
            end = open.end(request.caller(), name(stream.serve(left(request.caller()))));
        } finally {
            open.remove(stream);
            announcements.remove(ear);
            ear.closed(stream);
            ear.end();
            if (!end.isEmpty()) {
                records.closed(request.exchange(), request.caller(), mcp, end);
            }
        }
    }

    /** The lists that the view serves at all; the others cannot change. */
    private Set<ListChange> honoured(View view, ListenFilter filter) {
        Set<ListChange> lists = EnumSet.noneOf(ListChange.class);
        for (ListChange list : filter.lists()) {
            if (tables.of(view).served().serves(list)) {
                lists.add(list);
            }
        }
        return lists;
    }

    /** The resources that this caller may read and whose upstream tells of changes; all others look like unknown ones. */
    private List<String> watched(AgentRequest request, ListenFilter filter, Ear ear, Policy policy, CallTrace trace) {
        Instant now = clock.instant();
        List<ResourceRoute> routes = new ArrayList<>();
        for (String uri : filter.uris()) {
            ResourceRoute route = tables.of(request.view()).resources().find(uri);
            if (route != null
                    && ResourceAccess.isReadable(route, policy, request.caller().subject(), now)
                    && ear.subscribe(uri) == Ear.Place.TAKEN) {
                routes.add(route);
            }
        }
        if (routes.isEmpty()) {
            return List.of();
        }
        List<String> agreed = agreed(request, routes, ear);
        for (ResourceRoute route : routes) {
            if (agreed.contains(route.name().own())) {
                records.subscribed(request, route.name(), policy.hash(), trace);
            } else {
                ear.unsubscribe(route.name().own());
            }
        }
        return agreed;
    }

    /** Asks all upstreams at once, so that one that hangs does not use up the time of the others. */
    private List<String> agreed(AgentRequest request, List<ResourceRoute> routes, Ear ear) {
        List<Callable<Boolean>> asking = new ArrayList<>();
        for (ResourceRoute route : routes) {
            asking.add(() -> watch(request, route, ear));
        }
        List<String> agreed = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> answered = threads.invokeAll(asking, AGREEMENT.toMillis(), TimeUnit.MILLISECONDS);
            for (int i = 0; i < routes.size(); i++) {
                if (!answered.get(i).isCancelled() && answered.get(i).get()) {
                    agreed.add(routes.get(i).name().own());
                }
            }
        } catch (InterruptedException leaving) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException bug) {
            throw new IllegalStateException("a watch failed in a way that is no fault", bug.getCause());
        }
        return agreed;
    }

    private boolean watch(AgentRequest request, ResourceRoute route, Ear ear) {
        String uri = route.name().own();
        try {
            ear.watch(uri, watches.watch(route.name(), request, ear.listener(uri, announcements::touched)));
            return true;
        } catch (UpstreamFault | CredentialUnavailable | Refused fault) {
            LOG.debug("{} does not watch: {}", route.name().alias(), fault.getMessage());
            return false;
        }
    }

    private void takePlace(Caller caller) {
        if (!places.take(caller.key())) {
            throw new Refused(Reason.TOO_MANY_STREAMS);
        }
    }

    private Duration left(Caller caller) {
        Instant now = clock.instant();
        Instant latest = now.plus(UNBOUNDED);
        return Duration.between(now, caller.expiresAt().isBefore(latest) ? caller.expiresAt() : latest);
    }

    private static String name(EventStream.End end) {
        return end.name().toLowerCase(Locale.ROOT);
    }

    /** There is nothing but a stream to answer with. */
    private static void requireEvents(Exchange exchange) {
        for (String type : exchange.headers().getQualityCSV(HttpHeader.ACCEPT)) {
            int end = type.indexOf(';');
            String media = (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
            if (media.equals("text/event-stream") || media.equals("text/*") || media.equals("*/*")) {
                return;
            }
        }
        throw new Refused(Refusal.saying(Reason.NOT_ACCEPTABLE, "the answer is a text/event-stream"));
    }

    private static byte[] acknowledgement(String id, Set<ListChange> lists, List<String> uris) {
        ByteArrayOutputStream json = new ByteArrayOutputStream(256);
        text(
                json,
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":{\"_meta\":"
                        + "{\"io.modelcontextprotocol/subscriptionId\":" + id + "},\"notifications\":{");
        String comma = "";
        for (ListChange list : lists) {
            text(json, comma + '"' + list.filter() + "\":true");
            comma = ",";
        }
        if (!uris.isEmpty()) {
            text(json, comma + "\"resourceSubscriptions\":[");
            comma = "";
            for (String uri : uris) {
                text(json, comma);
                json.writeBytes(JsonText.quote(uri));
                comma = ",";
            }
            text(json, "]");
        }
        text(json, "}}}");
        return json.toByteArray();
    }

    private byte[] complete(String id) {
        return ("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{\"resultType\":\"complete\",\"_meta\":"
                        + "{\"io.modelcontextprotocol/subscriptionId\":" + id
                        + ",\"io.modelcontextprotocol/serverInfo\":" + serverInfo + "}}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
