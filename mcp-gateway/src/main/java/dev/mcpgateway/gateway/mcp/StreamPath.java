package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.Agent;
import dev.mcpgateway.audit.McpExchange;
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
import dev.mcpgateway.policy.Permit;
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
import java.util.function.Consumer;
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
    private final Subscribing subscribing;
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
            Subscribing subscribing,
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
        this.subscribing = subscribing;
        this.places = places;
        this.open = open;
        this.calls = calls;
        this.records = records;
        this.answers = answers;
        this.serverInfo = serverInfo;
        this.clock = clock;
    }

    /**
     * Opens the stream of a legacy session. A session has one: another one replaces it, because after a broken connection
     * the agent knows sooner than we do. There are no event ids, so {@code Last-Event-ID} means nothing.
     */
    void get(Exchange exchange, Caller caller, View view, CallTrace trace) {
        String id = RequestReader.sessionId(exchange);
        if (id == null) {
            // a modern agent has no session and no use for GET; a legacy one gets its session first
            throw new Refused(Refusal.saying(Reason.BAD_METHOD, "POST"));
        }
        Session session = sessions.find(id, caller, view);
        RequestReader.checkVersion(exchange, session);
        requireEvents(exchange);
        EventStream stream = answers.openStream(exchange, null);
        McpExchange mcp = StreamRecords.mcp(session);
        takePlace(caller);
        Consumer<String> over = end -> {
            open.remove(stream);
            session.ear().closed(stream);
            sessions.used(session);
            places.give(caller.key());
            closed(exchange, caller, mcp, end);
        };
        String end = "";
        boolean opened = false;
        try {
            records.opened(exchange, caller, Agent.NONE, mcp, trace, view, EnumSet.allOf(ListChange.class), 0);
            end = "refused";
            if (!session.ear().open(stream, caller.subject())) {
                throw new Refused(Reason.UNKNOWN_SESSION);
            }
            open.add(stream, caller);
            // also what has changed since the last stream, and what the token of this one makes different
            announcements.look(session.ear());
            opened = true;
        } finally {
            if (!opened) {
                over.accept(end);
            }
        }
        trace.end(null);
        serve(stream, left(caller), over);
    }

    private void closed(Exchange exchange, Caller caller, McpExchange mcp, String end) {
        if (!end.isEmpty()) {
            records.closed(exchange, caller, mcp, open.end(caller, end));
        }
    }

    /** On a thread of its own, so that a stream that waits keeps nothing of its request: neither stack nor message. */
    private static void serve(EventStream stream, Duration longest, Consumer<String> over) {
        Thread.ofVirtual().name("stream").start(() -> {
            String end = "failed";
            try {
                end = name(stream.serve(longest));
            } catch (RuntimeException bug) {
                LOG.error("a stream failed in a way that is no fault of its agent", bug);
            } finally {
                over.accept(end);
            }
        });
    }

    /** Opens the stream of {@code subscriptions/listen}, or throws a refusal that is already recorded. */
    void listen(AgentRequest request, CallTrace trace) {
        Policy policy = policies.get();
        try {
            requireEvents(request.exchange());
            ListenFilter filter = ListenFilter.of(request.envelope());
            listen(request, filter, policy, trace);
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
        Exchange exchange = request.exchange();
        Caller caller = request.caller();
        EventStream stream = answers.openStream(exchange, complete);
        Consumer<String> over = end -> {
            open.remove(stream);
            announcements.remove(ear);
            ear.closed(stream);
            ear.end();
            places.give(caller.key());
            closed(exchange, caller, mcp, end);
        };
        trace.enter(Stage.ADMIT);
        takePlace(caller);
        String end = "";
        boolean opened = false;
        try {
            announcements.add(ear);
            trace.enter(Stage.FORWARD);
            List<String> watched = watched(request, filter, ear, policy, trace);
            trace.enter(Stage.RECORD);
            records.opened(
                    exchange,
                    caller,
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
            if (ear.open(stream, caller.subject())) {
                announcements.touched();
            }
            opened = true;
        } finally {
            if (!opened) {
                over.accept(end);
            }
        }
        trace.end(null);
        serve(stream, left(caller), over);
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

    /** A resource of which the caller may hear. */
    private record Wanted(ResourceRoute route, Permit permit) {}

    /** The resources that this caller may read and whose upstream tells of changes; all others look like unknown ones. */
    private List<String> watched(AgentRequest request, ListenFilter filter, Ear ear, Policy policy, CallTrace trace) {
        Instant now = clock.instant();
        List<Wanted> wanted = new ArrayList<>();
        for (String uri : filter.uris()) {
            ResourceRoute route = tables.of(request.view()).resources().find(uri);
            if (route != null) {
                ResourceAccess.permit(route, policy, request.caller().subject(), now)
                        .filter(_ -> ear.subscribe(uri) == Ear.Place.TAKEN)
                        .ifPresent(permit -> wanted.add(new Wanted(route, permit)));
            }
        }
        return wanted.isEmpty() ? List.of() : agreed(request, wanted, ear, trace);
    }

    /** Asks all upstreams at once, so that one that hangs does not use up the time of the others. */
    private List<String> agreed(AgentRequest request, List<Wanted> wanted, Ear ear, CallTrace trace) {
        List<Callable<Boolean>> asking = new ArrayList<>();
        for (Wanted each : wanted) {
            asking.add(() -> isAgreed(request, each, ear, trace));
        }
        List<String> agreed = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> answered = threads.invokeAll(asking, AGREEMENT.toMillis(), TimeUnit.MILLISECONDS);
            for (int i = 0; i < wanted.size(); i++) {
                if (!answered.get(i).isCancelled() && answered.get(i).get()) {
                    agreed.add(wanted.get(i).route().name().own());
                }
            }
        } catch (InterruptedException leaving) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException bug) {
            throw new IllegalStateException("a watch failed in a way that is no fault", bug.getCause());
        }
        return agreed;
    }

    private boolean isAgreed(AgentRequest request, Wanted wanted, Ear ear, CallTrace trace) {
        try {
            subscribing.subscribe(request, wanted.route(), wanted.permit(), ear, trace);
            return true;
        } catch (Refused refused) {
            LOG.debug("{} is not watched: {}", wanted.route().name().alias(), refused.getMessage());
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
