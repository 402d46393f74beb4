package dev.mcpgateway.connectors.wire;

import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.Splice.Member;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * An upstream's answer as an agent of a given era gets it: the agent's id, the members that its era knows; every unknown
 * member keeps its bytes.
 */
public final class AgentMessage {
    private static final String RESOURCE_NOT_FOUND = "-32002";
    private static final byte[] NOT_AT_ALL = {'0'};
    private static final byte[] PRIVATE = "\"private\"".getBytes(StandardCharsets.UTF_8);
    private static final byte[] COMPLETE = "\"complete\"".getBytes(StandardCharsets.UTF_8);
    private static final byte[] OPEN_WRAP = "{\"result\":".getBytes(StandardCharsets.UTF_8);
    private static final byte[] CLOSE = {'}'};

    private AgentMessage() {}

    /**
     * Adds to {@code splice}, which may hold redactions already, what turns the upstream's result into the agent's.
     *
     * @param reply the upstream's response; has a {@code result} object
     * @param era what the agent speaks
     * @param agentId the agent's request id as written
     * @param serverInfo this gateway's {@code serverInfo} as JSON text, for agents of the modern era
     * @param schemaIsWrapped whether agents of the legacy era were shown this tool's output schema wrapped, so that
     *     structured content that is an object must be wrapped, too
     * @param isRead whether it is the result of {@code resources/read}, which tells agents of the modern era how long they
     *     may keep it: for themselves alone, since who may read is decided by caller, and not at all where an upstream of
     *     an earlier era says nothing
     */
    public static Splice result(
            Splice splice,
            Envelope reply,
            Era era,
            byte[] agentId,
            byte[] serverInfo,
            boolean schemaIsWrapped,
            boolean isRead) {
        splice.replace(reply.id(), agentId);
        if (era == Era.MODERN) {
            modernResult(splice, reply, serverInfo, isRead ? cacheHints(splice, reply) : List.of());
        } else {
            legacyResult(splice, reply, schemaIsWrapped);
        }
        return splice;
    }

    /**
     * Adds to {@code splice} what turns a result that asks for input into that of a modern agent.
     *
     * @param reply a response with {@code resultType: input_required}
     * @param requestState what the agent is to send back, as JSON text; takes the place of the upstream's own
     */
    public static Splice inputRequired(
            Splice splice, Envelope reply, byte[] agentId, byte[] serverInfo, byte[] requestState) {
        splice.replace(reply.id(), agentId);
        modernResult(splice, reply, serverInfo, List.of(new Member(McpNames.REQUEST_STATE, requestState)));
        return splice;
    }

    /**
     * Adds to {@code splice} what turns the upstream's JSON-RPC error into the agent's: the id; for agents of the modern
     * era a code that the 2026-07-28 specification lets servers emit; for others the code that a resource had that is not
     * there.
     */
    public static Splice error(Splice splice, Envelope reply, Era era, byte[] agentId) {
        JsonDocument document = reply.document();
        int id = document.member(JsonDocument.ROOT, McpNames.ID);
        if (id == JsonDocument.NONE) {
            splice.members(JsonDocument.ROOT, key -> false, List.of(new Member(McpNames.ID, agentId)));
        } else {
            splice.replace(id, agentId);
        }
        int code = document.member(reply.error(), McpNames.CODE);
        if (era == Era.MODERN && document.is(code, Kind.NUMBER)) {
            String emitted = emittedCode(document.raw(code));
            if (!emitted.equals(document.raw(code))) {
                splice.replace(code, emitted.getBytes(StandardCharsets.UTF_8));
            }
        } else if (isResourceNotFound(document, reply.error(), code)) {
            splice.replace(code, RESOURCE_NOT_FOUND.getBytes(StandardCharsets.UTF_8));
        }
        return splice;
    }

    /** 2026-07-28, Resources, Error Handling: invalid parameters, with the URI as data. */
    private static boolean isResourceNotFound(JsonDocument document, int error, int code) {
        return document.is(code, Kind.NUMBER)
                && document.raw(code).equals("-32602")
                && document.is(document.member(document.member(error, McpNames.DATA), McpNames.URI), Kind.STRING);
    }

    /** Codes of earlier revisions and reserved ones without a meaning must not be emitted (Overview, Error Codes). */
    private static String emittedCode(String code) {
        if (code.equals(RESOURCE_NOT_FOUND)) {
            return "-32602";
        }
        boolean reserved = code.length() == 6 && code.compareTo("-32020") >= 0 && code.compareTo("-32099") <= 0;
        // what the upstream says of headers and versions is about our request, not about the agent's
        return reserved && !code.equals("-32021") ? "-32603" : code;
    }

    /** Corrects what is there; gives what is to be added. */
    private static List<Member> cacheHints(Splice splice, Envelope reply) {
        JsonDocument document = reply.document();
        List<Member> missing = new ArrayList<>(2);
        int ttl = document.member(reply.result(), McpNames.TTL_MS);
        if (ttl == JsonDocument.NONE) {
            missing.add(new Member(McpNames.TTL_MS, NOT_AT_ALL));
        } else if (!document.is(ttl, Kind.NUMBER) || document.raw(ttl).startsWith("-")) {
            splice.replace(ttl, NOT_AT_ALL);
        }
        int scope = document.member(reply.result(), McpNames.CACHE_SCOPE);
        if (scope == JsonDocument.NONE) {
            missing.add(new Member(McpNames.CACHE_SCOPE, PRIVATE));
        } else {
            splice.replace(scope, PRIVATE);
        }
        return missing;
    }

    private static void modernResult(Splice splice, Envelope reply, byte[] serverInfo, List<Member> more) {
        JsonDocument document = reply.document();
        int result = reply.result();
        int meta = document.member(result, McpNames.META);
        Member server = new Member(McpNames.META_SERVER_INFO, serverInfo);
        List<Member> added = new ArrayList<>(more);
        if (document.member(result, McpNames.RESULT_TYPE) == JsonDocument.NONE) {
            added.add(new Member(McpNames.RESULT_TYPE, COMPLETE));
        }
        if (document.is(meta, Kind.OBJECT)) {
            splice.members(meta, key -> document.isNamed(key, McpNames.META_SERVER_INFO), List.of(server));
        } else {
            added.add(new Member(McpNames.META, UpstreamMessage.object(List.of(server))));
        }
        splice.members(
                result,
                key -> (key == meta && !document.is(meta, Kind.OBJECT))
                        || more.stream().anyMatch(member -> document.isNamed(key, member.name())),
                added);
    }

    private static void legacyResult(Splice splice, Envelope reply, boolean schemaIsWrapped) {
        JsonDocument document = reply.document();
        int result = reply.result();
        int meta = document.member(result, McpNames.META);
        if (document.is(meta, Kind.OBJECT)) {
            splice.members(meta, key -> document.isNamed(key, McpNames.META_SERVER_INFO), List.of());
        }
        int structured = document.member(result, McpNames.STRUCTURED_CONTENT);
        if (structured != JsonDocument.NONE && (schemaIsWrapped || !document.is(structured, Kind.OBJECT))) {
            // before 2026-07-28 structured content is an object; the wrap is that of the TypeScript SDK
            splice.replace(document.start(structured), document.start(structured), OPEN_WRAP);
            splice.replace(document.end(structured), document.end(structured), CLOSE);
        }
        splice.members(
                result,
                key -> document.isNamed(key, McpNames.RESULT_TYPE)
                        || document.isNamed(key, McpNames.TTL_MS)
                        || document.isNamed(key, McpNames.CACHE_SCOPE),
                List.of());
    }
}
