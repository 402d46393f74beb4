package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.mcp.UpstreamStatus.Health;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.function.BiFunction;

/** An upstream that answers as told and keeps what it was asked. */
final class ScriptedUpstream implements McpUpstream {
    private static final UpstreamReply GOOD =
            new UpstreamReply.Answered(Bench.message("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}"));

    /** How one call goes. */
    interface Step extends BiFunction<UpstreamCall, ReplyListener, UpstreamReply> {}

    private final Deque<Step> steps = new ArrayDeque<>();
    private final List<UpstreamCall> calls = Collections.synchronizedList(new ArrayList<>());
    private volatile Health health = Health.UP;

    static UpstreamReply good() {
        return GOOD;
    }

    /** The next calls end so, one after the other; those after them are answered. */
    ScriptedUpstream then(UpstreamReply... replies) {
        for (UpstreamReply reply : replies) {
            then((_, _) -> reply);
        }
        return this;
    }

    ScriptedUpstream then(Step step) {
        synchronized (steps) {
            steps.add(step);
        }
        return this;
    }

    void health(Health known) {
        health = known;
    }

    List<UpstreamCall> calls() {
        return List.copyOf(calls);
    }

    @Override
    public String alias() {
        return "fake";
    }

    @Override
    public UpstreamReply call(UpstreamCall call, ReplyListener listener) {
        calls.add(call);
        Step step;
        synchronized (steps) {
            step = steps.poll();
        }
        return step == null ? GOOD : step.apply(call, listener);
    }

    @Override
    public UpstreamStatus status() {
        return new UpstreamStatus(health, null, health == Health.DOWN ? "no connection" : "", Instant.EPOCH, 3, 4);
    }

    @Override
    public Offer offer() throws UpstreamFault {
        throw new UpstreamFault("asked for its lists");
    }

    @Override
    public ResourceWatch watch(String uri, String principal, SessionCredential credential, Runnable updated)
            throws UpstreamFault {
        throw new UpstreamFault("asked to watch " + uri);
    }

    @Override
    public void onOfferChanged(Runnable listener) {
        listener.run();
    }

    @Override
    public void close() {
        calls.clear();
    }
}
