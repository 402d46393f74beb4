package dev.mcpgateway.audit;

/**
 * Turns calls, refusals and events into the middle of their records, on the caller's thread.
 *
 * <p>The middle is everything between the writer's prefix ({@code v seq b bn ts}) and its suffix ({@code crc}); it
 * begins with a comma. The order of members is fixed and given to the byte in the package description.
 */
final class EventEncoding {
    private final RecordIds ids;
    private final RecordParts parts;
    private final ActorParts actors;

    EventEncoding(RecordIds ids, Pseudonyms pseudonyms) {
        this.ids = ids;
        this.parts = new RecordParts(pseudonyms);
        this.actors = new ActorParts(parts);
    }

    JsonBytes intent(CallOpened call, long time) {
        JsonBytes json = start(time, call.callId(), "intent", call.actor().tenant());
        json.member("ev", call.kind().intent());
        actors.whole(json, call.actor());
        parts.agent(json, call.agent());
        parts.source(json, call.source());
        parts.mcp(json, call.mcp());
        parts.trace(json, call.trace());
        parts.tool(json, call.tool());
        parts.model(json, call.model(), ModelOutcome.NONE);
        parts.policy(json, call.policy());
        parts.decision(json, call.decision());
        parts.payload(json, "args", call.arguments());
        json.member("dur_mode", call.durability().json());
        return end(json);
    }

    JsonBytes outcome(CallOpened call, long parent, CallOutcome outcome, long time) {
        JsonBytes json = start(time, call.callId(), "outcome", call.actor().tenant());
        json.member("ev", call.kind().outcome());
        actors.name(json, call.actor());
        parts.tool(json, call.tool());
        parts.model(json, call.model(), outcome.model());
        parts.screen(json, outcome.screen());
        parts.payload(json, "result", outcome.result());
        parts.outcome(json, outcome);
        json.member("parent", parent).member("dur_mode", call.durability().json());
        return end(json);
    }

    /** The end of a call whose outcome nobody knows any more. */
    JsonBytes unresolved(OpenCall call, long time) {
        JsonBytes json = start(time, call.callId(), "outcome", "");
        json.member("ev", call.event() + ".unresolved").member("parent", call.seq());
        return end(json);
    }

    JsonBytes refused(CallRefused refusal, long time) {
        JsonBytes json = start(time, refusal.callId(), "event", refusal.actor().tenant());
        json.member("ev", refusal.authenticated() ? refusal.kind().denied() : "auth.denied");
        actors.whole(json, refusal.actor());
        parts.agent(json, refusal.agent());
        parts.source(json, refusal.source());
        parts.mcp(json, refusal.mcp());
        parts.trace(json, refusal.trace());
        parts.tool(json, refusal.tool());
        parts.model(json, refusal.model(), ModelOutcome.NONE);
        parts.policy(json, refusal.policy());
        parts.decision(json, refusal.decision());
        parts.screen(json, refusal.screen());
        json.name("detail").open('{').member("stage", refusal.stage()).member("reason", refusal.reason());
        return end(json.close('}'));
    }

    /** One record for all refusals beyond the first ones of a window. */
    JsonBytes refusalSummary(FloodGate.Summary summary, long time) {
        JsonBytes json = start(time, "", "event", "").member("ev", "auth.denied");
        parts.source(json, new Source(summary.ip(), 0, ""));
        json.name("detail").open('{').member("reason", summary.reason()).member("count", summary.count());
        json.name("from").time(summary.fromMicros()).name("to").time(summary.toMicros());
        return end(json.close('}'));
    }

    JsonBytes event(AuditEvent event, long time) {
        String call = event instanceof AuditEvent.ContentChanged content ? content.call() : "";
        JsonBytes json = start(time, call, "event", event.actor().tenant());
        switch (event) {
            case AuditEvent.FeaturesListed listed -> listed(json, listed);
            case AuditEvent.SessionOpened opened -> opened(json, opened);
            case AuditEvent.SessionClosed closed -> closed(json, closed);
            case AuditEvent.StreamOpened opened -> opened(json, opened);
            case AuditEvent.StreamClosed closed -> closed(json, closed);
            case AuditEvent.PolicyChanged changed -> changed(json, changed);
            case AuditEvent.PolicyRejected rejected -> rejected(json, rejected);
            case AuditEvent.AdminAction action -> action(json, action);
            case AuditEvent.KillChanged kill -> kill(json, kill);
            case AuditEvent.ConsentChanged consent -> consent(json, consent);
            case AuditEvent.SignalRaised signal -> signal(json, signal);
            case AuditEvent.ContentChanged content -> content(json, content);
        }
        return end(json);
    }

    private void listed(JsonBytes json, AuditEvent.FeaturesListed event) {
        who(json, event.kind().event(), event);
        parts.agent(json, event.agent());
        parts.source(json, event.source());
        parts.mcp(json, event.mcp());
        parts.trace(json, event.trace());
        parts.policy(json, event.policy());
        json.name("detail").open('{').member("view", event.view()).member("catalog", event.catalogVersion());
        json.member(event.kind().json(), event.count())
                .member("names_sha256", event.namesSha256())
                .close('}');
    }

    private void opened(JsonBytes json, AuditEvent.SessionOpened event) {
        who(json, "session.opened", event);
        parts.agent(json, event.agent());
        parts.source(json, event.source());
        parts.mcp(json, event.mcp());
        parts.trace(json, event.trace());
    }

    private void closed(JsonBytes json, AuditEvent.SessionClosed event) {
        who(json, "session.closed", event);
        parts.source(json, event.source());
        parts.mcp(json, event.mcp());
        json.name("detail").open('{').member("reason", event.reason()).close('}');
    }

    private void opened(JsonBytes json, AuditEvent.StreamOpened event) {
        who(json, "stream.opened", event);
        parts.agent(json, event.agent());
        parts.source(json, event.source());
        parts.mcp(json, event.mcp());
        parts.trace(json, event.trace());
        json.name("detail").open('{').member("view", event.view());
        RecordParts.strings(json, "lists", event.lists());
        json.member("resources", event.resources()).close('}');
    }

    private void closed(JsonBytes json, AuditEvent.StreamClosed event) {
        who(json, "stream.closed", event);
        parts.source(json, event.source());
        parts.mcp(json, event.mcp());
        json.name("detail").open('{').member("reason", event.reason()).close('}');
    }

    private void changed(JsonBytes json, AuditEvent.PolicyChanged event) {
        who(json, "policy.changed", event);
        parts.source(json, event.source());
        json.name("detail").open('{').member("editor", event.editor());
        RecordParts.strings(json, "approvers", event.approvers());
        json.member("old_sha256", event.oldSha256()).member("new_sha256", event.newSha256());
        json.member("diff_sha256", event.diffSha256()).close('}');
    }

    private void rejected(JsonBytes json, AuditEvent.PolicyRejected event) {
        who(json, "policy.rejected", event);
        parts.source(json, event.source());
        json.name("detail").open('{').member("editor", event.editor()).member("sha256", event.sha256());
        RecordParts.strings(json, "problems", event.problems());
        json.close('}');
    }

    private void action(JsonBytes json, AuditEvent.AdminAction event) {
        who(json, "admin." + event.action(), event);
        parts.source(json, event.source());
        json.name("detail").open('{').member("administrator", event.administrator());
        json.member("target", event.target()).member("result", event.result());
        json.member("reason", event.reason()).close('}');
    }

    private void kill(JsonBytes json, AuditEvent.KillChanged event) {
        who(json, event.removed() ? "kill.removed" : "kill.set", event);
        parts.source(json, event.source());
        json.name("detail").open('{').member("administrator", event.administrator());
        json.member("kill", event.kill()).member("kind", event.kind());
        parts.actor(json, "whom", event.whom());
        json.member("target", event.target()).member("until", event.until());
        json.member("reason", event.reason()).close('}');
    }

    private void consent(JsonBytes json, AuditEvent.ConsentChanged event) {
        who(json, event.step().event(), event);
        parts.source(json, event.source());
        json.name("detail").open('{');
        parts.actor(json, "whom", event.whom());
        json.member("upstream", event.upstream()).member("server", event.server());
        RecordParts.strings(json, "scopes", event.scopes());
        json.member("administrator", event.administrator())
                .member("reason", event.reason())
                .close('}');
    }

    private void signal(JsonBytes json, AuditEvent.SignalRaised event) {
        who(json, "signal.raised", event);
        parts.source(json, event.source());
        json.name("detail").open('{').member("signal", event.signal()).member("about", event.about());
        json.member("value", event.value()).member("threshold", event.threshold());
        json.member("what", event.what()).close('}');
    }

    private void content(JsonBytes json, AuditEvent.ContentChanged event) {
        who(json, event.fate().event(), event);
        parts.source(json, event.source());
        json.name("detail").open('{').member("where", event.where()).member("sha256", event.sha256());
        json.member("key", event.keyId()).member("bytes", event.bytes());
        if (event.files() > 0) {
            json.member("files", event.files());
        }
        if (event.isCut()) {
            json.member("cut", true);
        }
        json.member("reason", event.reason()).close('}');
    }

    private void who(JsonBytes json, String name, AuditEvent event) {
        json.member("ev", name);
        actors.whole(json, event.actor());
    }

    /** Begins a record about the log itself; the caller adds members and ends with {@link #endDetail}. */
    JsonBytes about(String event, long time) {
        return start(time, "", "event", "").member("ev", event);
    }

    /** Closes the open {@code detail} and the record. */
    JsonBytes endDetail(JsonBytes json) {
        return end(json.close('}'));
    }

    private JsonBytes start(long time, String call, String phase, String tenant) {
        JsonBytes json = new JsonBytes().raw(",\"id\":");
        ids.next(json, time);
        return json.member("call", call)
                .member("phase", phase)
                .name("time")
                .time(time)
                .member("tenant", tenant);
    }

    private static JsonBytes end(JsonBytes json) {
        return json.cuts() == 0 ? json : json.member("cut", json.cuts());
    }
}
