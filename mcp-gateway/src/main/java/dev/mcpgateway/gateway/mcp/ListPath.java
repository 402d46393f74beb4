package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.AuditEvent.FeaturesListed;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.ListKind;
import dev.mcpgateway.audit.PolicyRef;
import dev.mcpgateway.connectors.mcp.FeatureList;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.call.Stage;
import dev.mcpgateway.gateway.http.Answers;
import dev.mcpgateway.gateway.records.Parties;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.Subject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code tools/list}, {@code prompts/list}, {@code resources/list} and {@code resources/templates/list}: what this caller
 * may use, decided by the same function that guards the use, so that what is listed and what may be used cannot come
 * apart. Works on prepared definitions only.
 */
final class ListPath {
    private static final byte[] COMMA = {','};

    /** What stands before the first entry: its envelope, the id, the member. */
    private static final int HEAD_PARTS = 3;

    private final Supplier<Policy> policies;
    private final ViewTables tables;
    private final CallRecords records;
    private final AuditLog log;
    private final Answers answers;
    private final CursorSeal cursors;
    private final String serverInfo;
    private final InstantSource clock;
    private final int pageSize;
    private final Duration ttl;
    private final SeenLists seenLists = new SeenLists();

    ListPath(
            Supplier<Policy> policies,
            ViewTables tables,
            CallRecords records,
            AuditLog log,
            Answers answers,
            CursorSeal cursors,
            String serverInfo,
            InstantSource clock,
            int pageSize,
            Duration ttl) {
        this.policies = policies;
        this.tables = tables;
        this.records = records;
        this.log = log;
        this.answers = answers;
        this.cursors = cursors;
        this.serverInfo = serverInfo;
        this.clock = clock;
        this.pageSize = pageSize;
        this.ttl = ttl;
    }

    /** What is listed to whom. */
    private record Listing(FeatureList list, SeenLists.Seen seen) {
        ViewTable table() {
            return seen.table();
        }

        List<? extends Listed> visible() {
            return seen.entries();
        }
    }

    /** A page of it, and the cursor of the next one. */
    private record Page(List<? extends Listed> entries, String nextCursor) {}

    /**
     * Handles one request to its answer, or throws a refusal that is already recorded.
     *
     * @return {@code null}: a list has no error type
     */
    @Nullable
    String handle(FeatureList list, AgentRequest request, CallTrace trace) {
        Policy policy = policies.get();
        try {
            trace.enter(Stage.GATHER);
            ViewTable table = gather(request);
            trace.enter(Stage.FILTER);
            Listing listing = new Listing(
                    list, seenLists.of(request.caller(), request.view().name(), list, table, policy, clock.instant()));
            trace.enter(Stage.SHAPE);
            Page page = shape(request, listing);
            trace.enter(Stage.RECORD);
            record(request, policy, listing, trace);
            trace.enter(Stage.ANSWER);
            answers.json(request.exchange(), 200, body(request, listing, page));
            return null;
        } catch (Refused refused) {
            throw refused.isRecorded() ? refused : records.refused(request, refused.why(), null, policy.hash(), trace);
        }
    }

    private ViewTable gather(AgentRequest request) {
        ViewTable table = tables.of(request.view());
        if (table.version() == 0) {
            throw new Refused(Reason.CATALOG_NOT_READY);
        }
        return table;
    }

    /** The entries of a list that a caller may use. */
    static List<? extends Listed> visible(
            FeatureList list, ViewTable table, Policy policy, Subject subject, Instant now) {
        return switch (list) {
            case TOOLS ->
                policy.visible(subject, table.tools().tools(), ExposedTool::name, now)
                        .items();
            case PROMPTS ->
                policy.visible(subject, table.prompts().prompts(), ExposedPrompt::name, now)
                        .items();
            case RESOURCES -> table.resources().visible(policy, subject, now);
            case RESOURCE_TEMPLATES ->
                policy.visibleTemplates(subject, table.resources().templates(), ExposedTemplate::name, now)
                        .items();
        };
    }

    private Page shape(AgentRequest request, Listing listing) {
        int from = from(request, listing);
        List<? extends Listed> all = listing.visible();
        if (from > all.size()) {
            throw new Refused(Reason.BAD_CURSOR);
        }
        int to = Math.min(all.size(), from + pageSize);
        String next = to < all.size()
                ? cursors.seal(
                        request.caller().key(),
                        request.view().name(),
                        listing.list().method(),
                        listing.table().version(),
                        to)
                : "";
        return new Page(all.subList(from, to), next);
    }

    private int from(AgentRequest request, Listing listing) {
        int cursor = request.envelope().param(McpNames.CURSOR);
        if (cursor == JsonDocument.NONE) {
            return 0;
        }
        return cursors.open(
                        request.envelope().document().string(cursor),
                        request.caller().key(),
                        request.view().name(),
                        listing.list().method(),
                        listing.table().version())
                .orElseThrow(() -> new Refused(Reason.BAD_CURSOR));
    }

    private void record(AgentRequest request, Policy policy, Listing listing, CallTrace trace) {
        try {
            log.appendAsync(new FeaturesListed(
                    kind(listing.list()),
                    Parties.actor(request.caller()),
                    CallRecords.agent(request.envelope()),
                    Parties.source(request.exchange()),
                    CallRecords.mcp(request),
                    CallRecords.trace(trace),
                    new PolicyRef(policy.hash(), List.of()),
                    request.view().name(),
                    Long.toString(listing.table().version()),
                    listing.visible().size(),
                    listing.seen().namesSha256()));
        } catch (AuditUnavailable failure) {
            throw CallRecords.unavailable(failure);
        }
    }

    private static ListKind kind(FeatureList list) {
        return switch (list) {
            case TOOLS -> ListKind.TOOLS;
            case PROMPTS -> ListKind.PROMPTS;
            case RESOURCES -> ListKind.RESOURCES;
            case RESOURCE_TEMPLATES -> ListKind.RESOURCE_TEMPLATES;
        };
    }

    private byte[] body(AgentRequest request, Listing listing, Page page) {
        boolean legacy = request.isLegacy();
        List<byte[]> parts = new ArrayList<>(2 * page.entries().size() + 3);
        parts.add(utf8("{\"jsonrpc\":\"2.0\",\"id\":"));
        parts.add(request.id());
        parts.add(utf8((legacy ? ",\"result\":{\"" : ",\"result\":{\"resultType\":\"complete\",\"")
                + listing.list().member().text() + "\":["));
        for (Listed entry : page.entries()) {
            if (parts.size() > HEAD_PARTS) {
                parts.add(COMMA);
            }
            parts.add(legacy ? entry.legacyJson() : entry.modernJson());
        }
        parts.add(utf8("]" + (page.nextCursor().isEmpty() ? "" : ",\"nextCursor\":\"" + page.nextCursor() + "\"")
                + (legacy ? "" : modernMembers(listing))
                + "}}"));
        return joined(parts);
    }

    /** Filtered by identity, so never shared between callers. */
    private String modernMembers(Listing listing) {
        long ttlMillis = listing.table().served().ttlMillis(listing.list(), ttl.toMillis());
        return ",\"ttlMs\":" + ttlMillis + ",\"cacheScope\":\"private\""
                + ",\"_meta\":{\"io.modelcontextprotocol/serverInfo\":" + serverInfo + "}";
    }

    /** In one array of the right size: a long list has some hundred kilobytes, and each copy of it costs. */
    private static byte[] joined(List<byte[]> parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
