package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.AuditEvent.ToolsListed;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.PolicyRef;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.call.Stage;
import dev.mcpgateway.gateway.http.Answers;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.Visible;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code tools/list}: the tools that this caller may call, decided by the same function that guards the call, so that
 * what is listed and what may be called cannot come apart. Works on prepared definitions only.
 */
final class ToolListPath {
    private final Supplier<Policy> policies;
    private final ToolTables tables;
    private final CallRecords records;
    private final AuditLog log;
    private final Answers answers;
    private final CursorSeal cursors;
    private final String serverInfo;
    private final InstantSource clock;
    private final int pageSize;
    private final Duration ttl;

    ToolListPath(
            Supplier<Policy> policies,
            ToolTables tables,
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

    /** A page: where it begins among the visible tools, and the cursor of the next one. */
    private record Page(List<ExposedTool> tools, String nextCursor) {}

    /**
     * Handles one request to its answer, or throws a refusal that is already recorded.
     *
     * @return {@code null}: a list has no error type
     */
    @Nullable
    String handle(AgentRequest request, CallTrace trace) {
        Policy policy = policies.get();
        try {
            trace.enter(Stage.GATHER);
            ToolTable table = gather(request);
            trace.enter(Stage.FILTER);
            Visible<ExposedTool> visible =
                    policy.visible(request.caller().subject(), table.tools(), ExposedTool::name, clock.instant());
            trace.enter(Stage.SHAPE);
            Page page = shape(request, table, visible);
            trace.enter(Stage.RECORD);
            record(request, policy, table, visible, trace);
            trace.enter(Stage.ANSWER);
            answers.json(request.exchange(), 200, body(request, page));
            return null;
        } catch (Refused refused) {
            throw refused.isRecorded() ? refused : records.refused(request, refused.why(), null, policy.hash(), trace);
        }
    }

    private ToolTable gather(AgentRequest request) {
        ToolTable table = tables.of(request.view());
        if (table.version() == 0) {
            throw new Refused(Reason.CATALOG_NOT_READY);
        }
        return table;
    }

    private Page shape(AgentRequest request, ToolTable table, Visible<ExposedTool> visible) {
        int from = from(request, table);
        List<ExposedTool> all = visible.items();
        if (from > all.size()) {
            throw new Refused(Reason.BAD_CURSOR);
        }
        int to = Math.min(all.size(), from + pageSize);
        String next = to < all.size()
                ? cursors.seal(request.caller().key(), request.view().name(), table.version(), to)
                : "";
        return new Page(all.subList(from, to), next);
    }

    private int from(AgentRequest request, ToolTable table) {
        int cursor = request.envelope().param(McpNames.CURSOR);
        if (cursor == JsonDocument.NONE) {
            return 0;
        }
        return cursors.open(
                        request.envelope().document().string(cursor),
                        request.caller().key(),
                        request.view().name(),
                        table.version())
                .orElseThrow(() -> new Refused(Reason.BAD_CURSOR));
    }

    private void record(
            AgentRequest request, Policy policy, ToolTable table, Visible<ExposedTool> visible, CallTrace trace) {
        try {
            log.appendAsync(new ToolsListed(
                    CallRecords.actor(request.caller()),
                    CallRecords.agent(request.envelope()),
                    CallRecords.source(request.exchange()),
                    CallRecords.mcp(request),
                    CallRecords.trace(trace),
                    new PolicyRef(policy.hash(), List.of()),
                    request.view().name(),
                    Long.toString(table.version()),
                    visible.items().size(),
                    digest(visible.items())));
        } catch (AuditUnavailable failure) {
            throw CallRecords.unavailable(failure);
        }
    }

    private static String digest(List<ExposedTool> tools) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (ExposedTool tool : tools) {
                digest.update(tool.exposedName().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) '\n');
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private byte[] body(AgentRequest request, Page page) {
        boolean legacy = request.isLegacy();
        ByteArrayOutputStream body =
                new ByteArrayOutputStream(256 + page.tools().size() * 512);
        text(body, "{\"jsonrpc\":\"2.0\",\"id\":");
        body.writeBytes(request.id());
        text(body, legacy ? ",\"result\":{\"tools\":[" : ",\"result\":{\"resultType\":\"complete\",\"tools\":[");
        boolean first = true;
        for (ExposedTool tool : page.tools()) {
            if (!first) {
                body.write(',');
            }
            first = false;
            body.writeBytes(legacy ? tool.legacyJson() : tool.modernJson());
        }
        text(body, "]");
        if (!page.nextCursor().isEmpty()) {
            text(body, ",\"nextCursor\":\"" + page.nextCursor() + "\"");
        }
        if (!legacy) {
            // filtered by identity, so never shared between callers
            text(body, ",\"ttlMs\":" + ttl.toMillis() + ",\"cacheScope\":\"private\"");
            text(body, ",\"_meta\":{\"io.modelcontextprotocol/serverInfo\":" + serverInfo + "}");
        }
        text(body, "}}");
        return body.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
