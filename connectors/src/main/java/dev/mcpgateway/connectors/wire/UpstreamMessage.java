package dev.mcpgateway.connectors.wire;

import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.Splice.Member;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An agent's request as an upstream of a given revision gets it: own id, the upstream's own name or URI, per-request
 * metadata of that revision; arguments and every unknown member keep their bytes.
 */
public final class UpstreamMessage {
    private static final Name REF_PROMPT = Name.of("ref/prompt");
    private static final Name REF_RESOURCE = Name.of("ref/resource");

    private static final Set<String> MANAGED = Set.of(
            McpNames.META_PROTOCOL_VERSION.text(),
            McpNames.META_CLIENT_CAPABILITIES.text(),
            McpNames.META_LOG_LEVEL.text(),
            McpNames.PROGRESS_TOKEN.text(),
            McpNames.TRACEPARENT.text(),
            McpNames.TRACESTATE.text(),
            McpNames.BAGGAGE.text());

    /** Keys of {@code _meta} that look like credentials or identity never go upstream (T40). */
    private static final List<String> IDENTITY_LIKE = List.of(
            "authorization",
            "cookie",
            "token",
            "apikey",
            "secret",
            "password",
            "credential",
            "bearer",
            "jwt",
            "assertion",
            "dpop",
            "forwarded",
            "remoteuser",
            "userid",
            "username",
            "email",
            "principal",
            "identity",
            "subject",
            "impersonat",
            "onbehalf",
            "actas",
            "sessionid");

    private UpstreamMessage() {}

    /**
     * What the gateway decides about an outgoing request.
     *
     * @param id the upstream request id as JSON text
     * @param target the upstream's own name or URI of what is meant
     * @param progressToken the token under which progress comes back, as JSON text, if the agent asked for progress
     * @param traceparent W3C trace context to pass on
     * @param tracestate W3C trace state to pass on
     * @param clientInfo {@code clientInfo} object to send where the agent declared none, as JSON text
     * @param capabilities what is declared, to modern upstreams
     * @param requestState the upstream's own state as JSON text
     * @param inputResponses the answers to what the upstream asked as JSON text
     * @param logLevel the least level of log messages that are wanted, of modern upstreams
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Rewrite(
            byte[] id,
            String target,
            byte @Nullable [] progressToken,
            @Nullable String traceparent,
            @Nullable String tracestate,
            byte[] clientInfo,
            ClientCapabilities capabilities,
            byte @Nullable [] requestState,
            byte @Nullable [] inputResponses,
            @Nullable String logLevel) {}

    /**
     * Where an agent's request names what it is about: {@code params.name}, {@code params.uri}, or the one within
     * {@code params.ref}. {@link JsonDocument#NONE} when it does not, or the method is none that goes upstream.
     */
    public static int target(Envelope request) {
        JsonDocument document = request.document();
        int target = switch (request.method()) {
            case "tools/call", "prompts/get" -> request.param(McpNames.NAME);
            case "resources/read" -> request.param(McpNames.URI);
            case "completion/complete" -> {
                int ref = request.param(McpNames.REF);
                boolean prompt = document.stringEquals(document.member(ref, McpNames.TYPE), REF_PROMPT);
                boolean resource = document.stringEquals(document.member(ref, McpNames.TYPE), REF_RESOURCE);
                yield prompt
                        ? document.member(ref, McpNames.NAME)
                        : resource ? document.member(ref, McpNames.URI) : JsonDocument.NONE;
            }
            default -> JsonDocument.NONE;
        };
        return document.is(target, Kind.STRING) ? target : JsonDocument.NONE;
    }

    /**
     * Writes the request for an upstream.
     *
     * @param agent the agent's request; has a {@link #target}
     * @param revision what the upstream speaks
     */
    public static byte[] request(Envelope agent, Revision revision, Rewrite rewrite) {
        JsonDocument document = agent.document();
        Splice splice = new Splice(document)
                .replace(agent.id(), rewrite.id())
                .replace(target(agent), JsonText.quote(rewrite.target()));
        int meta = agent.meta();
        List<Member> inMeta = metaMembers(agent, revision, rewrite);
        List<Member> inParams = roundTripMembers(revision, rewrite);
        boolean metaGivesWay = meta == JsonDocument.NONE && !inMeta.isEmpty();
        if (meta != JsonDocument.NONE) {
            splice.members(meta, key -> isDropped(document.name(key), revision), inMeta);
        } else if (metaGivesWay) {
            inParams.add(new Member(McpNames.META, object(inMeta)));
        }
        // a _meta that is no object gives way, so that the member does not stand there twice
        splice.members(
                agent.params(),
                member -> isRoundTrip(document, member) || (metaGivesWay && document.isNamed(member, McpNames.META)),
                inParams);
        return splice.toBytes();
    }

    /** What the agent sent of these was for this gateway, and stands for what the upstream gets. */
    private static boolean isRoundTrip(JsonDocument document, int member) {
        return document.isNamed(member, McpNames.REQUEST_STATE) || document.isNamed(member, McpNames.INPUT_RESPONSES);
    }

    private static List<Member> roundTripMembers(Revision revision, Rewrite rewrite) {
        List<Member> members = new ArrayList<>(3);
        byte[] responses = rewrite.inputResponses();
        if (responses != null && revision.era() == Era.MODERN) {
            members.add(new Member(McpNames.INPUT_RESPONSES, responses));
        }
        byte[] state = rewrite.requestState();
        if (state != null && revision.era() == Era.MODERN) {
            members.add(new Member(McpNames.REQUEST_STATE, state));
        }
        return members;
    }

    private static List<Member> metaMembers(Envelope agent, Revision revision, Rewrite rewrite) {
        List<Member> members = new ArrayList<>(6);
        if (revision.era() == Era.MODERN) {
            members.add(new Member(McpNames.META_PROTOCOL_VERSION, JsonText.quote(revision.version())));
            members.add(new Member(
                    McpNames.META_CLIENT_CAPABILITIES, rewrite.capabilities().bytes()));
            if (agent.meta(McpNames.META_CLIENT_INFO) == JsonDocument.NONE) {
                members.add(new Member(McpNames.META_CLIENT_INFO, rewrite.clientInfo()));
            }
            addText(members, McpNames.META_LOG_LEVEL, rewrite.logLevel());
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
        // per-request protocol fields mean nothing before 2026-07-28
        boolean foreign = key.startsWith("io.modelcontextprotocol/") && revision.era() == Era.LEGACY;
        return foreign || looksLikeIdentity(key);
    }

    /** However it is spelt: wide letters, capitals and separators make no other word of it. */
    private static boolean looksLikeIdentity(String key) {
        String letters = Normalizer.normalize(key, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}]", "");
        return IDENTITY_LIKE.stream().anyMatch(letters::contains);
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
