package dev.mcpgateway.connectors.wire;

import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.Splice.Member;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An agent's request as an upstream of a given revision gets it: own id, the upstream's own tool name, per-request
 * metadata of that revision; arguments and every unknown member keep their bytes.
 */
public final class UpstreamMessage {
    private static final Set<String> MANAGED = Set.of(
            McpNames.META_PROTOCOL_VERSION.text(),
            McpNames.META_CLIENT_CAPABILITIES.text(),
            McpNames.PROGRESS_TOKEN.text(),
            McpNames.TRACEPARENT.text(),
            McpNames.TRACESTATE.text(),
            McpNames.BAGGAGE.text());

    /** Keys of {@code _meta} that look like credentials or identity never go upstream (T40). */
    private static final List<String> IDENTITY_LIKE = List.of(
            "authorization", "cookie", "token", "apikey", "api-key", "api_key", "secret", "password", "credential");

    private UpstreamMessage() {}

    /**
     * What the gateway decides about an outgoing request.
     *
     * @param id the upstream request id as JSON text
     * @param name the upstream's own name of the tool
     * @param progressToken the token under which progress comes back, as JSON text, if the agent asked for progress
     * @param traceparent W3C trace context to pass on
     * @param tracestate W3C trace state to pass on
     * @param clientInfo {@code clientInfo} object to send where the agent declared none, as JSON text
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Rewrite(
            byte[] id,
            String name,
            byte @Nullable [] progressToken,
            @Nullable String traceparent,
            @Nullable String tracestate,
            byte[] clientInfo) {}

    /**
     * Writes the request for an upstream.
     *
     * @param agent the agent's request; has {@code params.name}
     * @param revision what the upstream speaks
     */
    public static byte[] toolCall(Envelope agent, Revision revision, Rewrite rewrite) {
        JsonDocument document = agent.document();
        Splice splice = new Splice(document)
                .replace(agent.id(), rewrite.id())
                .replace(agent.param(McpNames.NAME), JsonText.quote(rewrite.name()));
        int meta = agent.meta();
        List<Member> added = metaMembers(agent, revision, rewrite);
        if (meta != JsonDocument.NONE) {
            splice.members(meta, key -> isDropped(document.name(key), revision), added);
        } else if (!added.isEmpty()) {
            // a _meta that is no object gives way, so that the member does not stand there twice
            splice.members(
                    agent.params(),
                    member -> document.isNamed(member, McpNames.META),
                    List.of(new Member(McpNames.META, object(added))));
        }
        return splice.toBytes();
    }

    private static List<Member> metaMembers(Envelope agent, Revision revision, Rewrite rewrite) {
        List<Member> members = new ArrayList<>(6);
        if (revision.era() == Era.MODERN) {
            members.add(new Member(McpNames.META_PROTOCOL_VERSION, JsonText.quote(revision.version())));
            members.add(new Member(McpNames.META_CLIENT_CAPABILITIES, new byte[] {'{', '}'}));
            if (agent.meta(McpNames.META_CLIENT_INFO) == JsonDocument.NONE) {
                members.add(new Member(McpNames.META_CLIENT_INFO, rewrite.clientInfo()));
            }
        }
        byte[] progressToken = rewrite.progressToken();
        if (progressToken != null) {
            members.add(new Member(McpNames.PROGRESS_TOKEN, progressToken));
        }
        addText(members, McpNames.TRACEPARENT, rewrite.traceparent());
        addText(members, McpNames.TRACESTATE, rewrite.tracestate());
        return members;
    }

    private static void addText(List<Member> members, Name name, @Nullable String text) {
        if (text != null) {
            members.add(new Member(name, JsonText.quote(text)));
        }
    }

    private static boolean isDropped(String key, Revision revision) {
        if (MANAGED.contains(key)) {
            return true;
        }
        if (key.startsWith("io.modelcontextprotocol/")) {
            // per-request protocol fields mean nothing before 2026-07-28
            return revision.era() == Era.LEGACY;
        }
        String lower = key.toLowerCase(Locale.ROOT);
        return IDENTITY_LIKE.stream().anyMatch(lower::contains);
    }

    /** A JSON object of these members. */
    static byte[] object(List<Member> members) {
        StringBuilder text = new StringBuilder("{");
        for (Member member : members) {
            if (text.length() > 1) {
                text.append(',');
            }
            text.append(new String(JsonText.quote(member.name().text()), StandardCharsets.UTF_8))
                    .append(':')
                    .append(new String(member.value(), StandardCharsets.UTF_8));
        }
        return text.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }
}
