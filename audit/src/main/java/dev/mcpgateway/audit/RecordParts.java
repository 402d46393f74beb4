package dev.mcpgateway.audit;

import java.util.List;

/** The members that several kinds of records share, each written only when it says something. */
final class RecordParts {
    /** Most entries of a list in a record; the rest is counted beside it. */
    static final int LIST_ENTRIES_MAX = 64;

    private static final int MAC_BYTES = 32;

    /** Pseudonymous session ids are shortened: 16 bytes tell sessions apart. */
    private static final int SESSION_BYTES = 16;

    private final Pseudonyms pseudonyms;

    RecordParts(Pseudonyms pseudonyms) {
        this.pseudonyms = pseudonyms;
    }

    /** The whole actor; cut strings are counted in {@code json}. */
    void actor(JsonBytes json, Actor actor) {
        actor(json, "actor", actor);
    }

    /** The same under another name. */
    void actor(JsonBytes json, String name, Actor actor) {
        if (actor.isNobody()) {
            return;
        }
        json.name(name).open('{');
        subject(json, actor);
        json.member("iss", actor.issuer()).member("client_id", actor.clientId());
        strings(json, "scopes", actor.scopes());
        if (!actor.tokenId().isEmpty()) {
            json.name("jti_h").hex(pseudonyms.tokenId(actor.issuer(), actor.tokenId()), MAC_BYTES);
        }
        json.member("key", actor.keyId()).close('}');
    }

    /** Only the pseudonym: enough to find a call's outcome by its subject. */
    void actorName(JsonBytes json, Actor actor) {
        if (!actor.subject().isEmpty()) {
            json.name("actor").open('{');
            subject(json, actor);
            json.close('}');
        }
    }

    private void subject(JsonBytes json, Actor actor) {
        if (!actor.subject().isEmpty()) {
            json.name("sub_p").hex(pseudonyms.subject(actor.issuer(), actor.subject()), MAC_BYTES);
        }
    }

    void agent(JsonBytes json, Agent agent) {
        if (!agent.equals(Agent.NONE)) {
            json.name("agent").open('{');
            json.member("id", agent.name()).member("version", agent.version()).member("session", agent.session());
            json.close('}');
        }
    }

    void source(JsonBytes json, Source source) {
        if (!source.equals(Source.NONE)) {
            json.name("src").open('{').member("ip", source.ip());
            if (source.port() != 0) {
                json.member("port", source.port());
            }
            json.member("ua", source.userAgent()).close('}');
        }
    }

    void mcp(JsonBytes json, McpExchange mcp) {
        if (!mcp.equals(McpExchange.NONE)) {
            json.name("mcp").open('{');
            json.member("protocol", mcp.protocol())
                    .member("method", mcp.method())
                    .member("req_id", mcp.requestId());
            if (!mcp.session().isEmpty()) {
                json.name("session").hex(pseudonyms.session(mcp.session()), SESSION_BYTES);
            }
            json.member("transport", mcp.transport()).close('}');
        }
    }

    void trace(JsonBytes json, TraceRef trace) {
        if (!trace.traceparent().isEmpty()) {
            json.name("trace")
                    .open('{')
                    .member("traceparent", trace.traceparent())
                    .close('}');
        }
    }

    void tool(JsonBytes json, ToolRef tool) {
        if (!tool.equals(ToolRef.NONE)) {
            json.name("tool").open('{');
            json.member("server", tool.server()).member("name", tool.name());
            json.member("def_sha256", tool.definitionSha256()).close('}');
        }
    }

    void model(JsonBytes json, ModelRef model, ModelOutcome outcome) {
        if (model.equals(ModelRef.NONE)) {
            return;
        }
        json.name("model").open('{');
        json.member("alias", model.alias()).member("provider", model.provider());
        json.member("name", model.name()).member("operation", model.operation());
        if (model.streamed()) {
            json.member("stream", true);
        }
        json.member("served", outcome.served()).member("finish", outcome.finishReason());
        json.member("cache", outcome.cache());
        TokenCounts usage = outcome.usage();
        if (!usage.equals(TokenCounts.UNKNOWN)) {
            json.name("usage").open('{');
            json.member("input", usage.input()).member("cache_read", usage.cacheRead());
            json.member("cache_write", usage.cacheWrite()).member("cache_write_1h", usage.cacheWriteHour());
            json.member("output", usage.output()).member("reasoning", usage.reasoning());
            medium(json, "audio", usage.audio());
            medium(json, "image", usage.image());
            json.close('}');
        }
        if (!outcome.uses().isEmpty()) {
            json.name("uses").open('{');
            outcome.uses().forEach(json::member);
            json.close('}');
        }
        json.member("terms", outcome.terms());
        if (outcome.costNanoUsd() >= 0) {
            json.member("cost_nano_usd", outcome.costNanoUsd()).member("cost_estimated", outcome.costEstimated());
        }
        routing(json, outcome.routing());
        json.close('}');
    }

    private static void medium(JsonBytes json, String name, TokenCounts.Medium medium) {
        if (!medium.equals(TokenCounts.Medium.NONE)) {
            json.name(name).open('{');
            json.member("input", medium.input()).member("cache_read", medium.cacheRead());
            json.member("output", medium.output()).close('}');
        }
    }

    private static void routing(JsonBytes json, ModelRouting routing) {
        if (routing.equals(ModelRouting.NONE)) {
            return;
        }
        if (!routing.provider().isEmpty()) {
            json.name("by").open('{');
            json.member("provider", routing.provider())
                    .member("name", routing.name())
                    .close('}');
        }
        json.member("attempts", routing.attempts());
        if (routing.mismatch()) {
            json.member("mismatch", true);
        }
        if (!routing.steps().isEmpty()) {
            json.name("routing").open('[');
            for (ModelRouting.Step step : written(routing.steps())) {
                json.comma().open('{').member("kind", step.kind()).member("from", step.from());
                json.member("to", step.to()).member("reason", step.reason());
                json.member("attempt", step.attempt()).close('}');
            }
            json.close(']');
            more(json, "routing_more", routing.steps().size());
        }
    }

    void policy(JsonBytes json, PolicyRef policy) {
        if (policy.equals(PolicyRef.NONE)) {
            return;
        }
        json.name("policy").open('{').member("sha256", policy.sha256());
        if (!policy.ruleIds().isEmpty()) {
            json.name("rules").open('[');
            for (String id : written(policy.ruleIds())) {
                json.comma().open('{').member("id", id).close('}');
            }
            json.close(']');
            more(json, "rules_more", policy.ruleIds().size());
        }
        json.close('}');
    }

    void decision(JsonBytes json, Decision decision) {
        if (decision.effect() != Decision.Effect.NONE) {
            json.name("decision").open('{');
            json.member("effect", decision.effect().json()).member("reason_code", decision.reasonCode());
            strings(json, "would_refuse", decision.wouldRefuse());
            json.close('}');
        }
    }

    void payload(JsonBytes json, String name, PayloadSize size) {
        if (size.bytes() >= 0) {
            json.name(name)
                    .open('{')
                    .member("bytes", size.bytes())
                    .member("level", "metadata")
                    .close('}');
        }
    }

    void screen(JsonBytes json, ScreenRecord screen) {
        if (screen.equals(ScreenRecord.NONE)) {
            return;
        }
        json.name("screen").open('{').name("packs").open('[');
        for (ScreenRecord.Pack pack : written(screen.packs())) {
            pack(json, pack);
        }
        json.close(']');
        more(json, "packs_more", screen.packs().size());
        json.member("mode", screen.mode()).member("verdict", screen.verdict());
        json.member("action", screen.action()).member("would_action", screen.wouldAction());
        if (!screen.findings().isEmpty()) {
            json.name("findings").open('[');
            for (ScreenRecord.Finding finding : written(screen.findings())) {
                finding(json, finding);
            }
            json.close(']');
            more(json, "more", screen.findings().size());
        }
        coverage(json, screen.coverage());
        json.close('}');
    }

    private static void pack(JsonBytes json, ScreenRecord.Pack pack) {
        json.comma().open('{').member("name", pack.name()).member("version", pack.version());
        json.member("sha256", pack.sha256()).close('}');
    }

    private void finding(JsonBytes json, ScreenRecord.Finding finding) {
        json.comma().open('{').member("rule", finding.rule()).member("rev", finding.revision());
        json.member("place", finding.place()).member("pointer", finding.pointer());
        json.member("start", finding.start()).member("len", finding.length());
        if (!finding.span().isEmpty()) {
            json.name("span_mac").hex(pseudonyms.span(finding.span()), MAC_BYTES);
        }
        json.close('}');
    }

    private static void coverage(JsonBytes json, ScreenRecord.Coverage coverage) {
        json.name("coverage").open('{');
        json.member("segments", coverage.segments()).member("bytes", coverage.bytes());
        json.member("unscanned", coverage.unscanned()).member("incomplete", coverage.incomplete());
        json.close('}');
    }

    void outcome(JsonBytes json, CallOutcome outcome) {
        json.name("outcome").open('{').member("status", outcome.status().json());
        json.member("error", outcome.errorCode());
        if (outcome.upstreamStatus() != 0) {
            json.member("upstream_status", outcome.upstreamStatus());
        }
        json.member("dur_us", outcome.durationMicros());
        json.member("bytes_in", outcome.bytesIn()).member("bytes_out", outcome.bytesOut());
        strings(json, "notes", outcome.notes());
        json.close('}');
    }

    /** A list of strings, and {@code <name>_more} when it is longer than {@link #LIST_ENTRIES_MAX}. */
    static void strings(JsonBytes json, String name, List<String> values) {
        if (!values.isEmpty()) {
            json.name(name).open('[');
            for (String value : written(values)) {
                json.comma().string(value);
            }
            json.close(']');
            more(json, name + "_more", values.size());
        }
    }

    private static <T> List<T> written(List<T> entries) {
        return entries.size() <= LIST_ENTRIES_MAX ? entries : entries.subList(0, LIST_ENTRIES_MAX);
    }

    private static void more(JsonBytes json, String name, int entries) {
        if (entries > LIST_ENTRIES_MAX) {
            json.member(name, entries - LIST_ENTRIES_MAX);
        }
    }
}
