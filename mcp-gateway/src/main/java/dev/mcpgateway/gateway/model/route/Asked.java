package dev.mcpgateway.gateway.model.route;

import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.policy.Residency;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** What a route may depend on: read from a request when it is asked for, and not before. Used by one thread. */
public final class Asked {
    private static final Name TYPE = Name.of("type");
    private static final Name ROLE = Name.of("role");
    private static final Name USER = Name.of("user");
    private static final Name DATA = Name.of("data");
    private static final Name INFERENCE_GEO = Name.of("inference_geo");
    private static final Name JSON_SCHEMA = Name.of("json_schema");
    private static final List<Name> TOOLS = List.of(Name.of("tools"), Name.of("functions"));
    private static final List<Name> PICTURES = List.of(Name.of("image_url"), Name.of("image"), Name.of("input_image"));
    private static final Name MODEL = Name.of("model");
    private static final Name CONTENTS = Name.of("contents");

    /** Gemini's pictures have no type of their own; Google takes both forms of every name. */
    private static final List<Name> MEDIA =
            List.of(Name.of("inlineData"), Name.of("inline_data"), Name.of("fileData"), Name.of("file_data"));

    private static final List<Name> MEDIA_TYPES = List.of(Name.of("mimeType"), Name.of("mime_type"));
    private static final List<Name> FILES = List.of(Name.of("fileUri"), Name.of("file_uri"));
    private static final String IMAGE = "image/";

    private static final List<Name> PREFIX = List.of(
            Name.of("system"),
            Name.of("instructions"),
            Name.of("systemInstruction"),
            Name.of("system_instruction"),
            Name.of("messages"),
            Name.of("input"),
            CONTENTS);
    private static final List<Name[]> OUTPUTS = List.of(
            path("max_completion_tokens"),
            path("max_tokens"),
            path("max_output_tokens"),
            path("generationConfig", "maxOutputTokens"));
    private static final List<Name[]> FORMATS = List.of(
            path("response_format", "type"),
            path("text", "format", "type"),
            path("output_config", "format", "type"),
            path("output_format", "type"));
    private static final List<Name[]> SCHEMAS =
            List.of(path("generationConfig", "responseSchema"), path("generationConfig", "responseJsonSchema"));

    /** As many bytes of each part tell conversations apart; the rest costs time only. */
    private static final int PREFIX_BYTES = 4096;

    /** What a picture costs, whatever its size; providers scale them down to about that. */
    private static final long PICTURE_TOKENS = 1_600;

    private static final int PICTURE_BYTES = 1024;

    private final ModelRequest request;
    private final JsonDocument body;
    private final Set<String> groups;
    private final String tenant;
    private final String subject;
    private final long callHash;
    private final Residency residency;
    private long inputTokens = -1;

    /**
     * What is asked, and by whom.
     *
     * @param tenant the caller's; empty for none
     * @param subject the caller's
     * @param callId the gateway's id of the call
     * @param residency where its data may go
     */
    public Asked(
            ModelRequest request,
            Set<String> groups,
            String tenant,
            String subject,
            String callId,
            Residency residency) {
        this.request = request;
        this.body = request.body();
        this.groups = Set.copyOf(groups);
        this.tenant = tenant;
        this.subject = subject;
        this.callHash = Hash.of(callId);
        this.residency = residency;
    }

    private static Name[] path(String... names) {
        return Arrays.stream(names).map(Name::of).toArray(Name[]::new);
    }

    /** A request that chooses the place itself may choose another than the target's. */
    boolean mayGoTo(Models.Target target) {
        return residency.isAnywhere()
                || (residency.allows(target.residency()) && body.at(INFERENCE_GEO) == JsonDocument.NONE);
    }

    boolean streamed() {
        return request.streamed();
    }

    ModelRequest request() {
        return request;
    }

    Set<String> groups() {
        return groups;
    }

    String subject() {
        return subject;
    }

    boolean isIn(Set<String> some) {
        return groups.stream().anyMatch(some::contains);
    }

    String tenant() {
        return tenant;
    }

    boolean hasTools() {
        return TOOLS.stream().map(body::at).anyMatch(node -> body.is(node, Kind.ARRAY) && body.size(node) > 0);
    }

    boolean wantsSchema() {
        return FORMATS.stream().anyMatch(path -> body.stringEquals(body.at(path), JSON_SCHEMA))
                || SCHEMAS.stream()
                        .map(body::at)
                        .anyMatch(schema -> schema != JsonDocument.NONE && !body.is(schema, Kind.NULL));
    }

    /** Whether the member at the top is this plain value. */
    boolean has(String parameter, String value) {
        int node = body.at(Name.of(parameter));
        return body.is(node, Kind.STRING)
                ? body.string(node).equals(value)
                : node != JsonDocument.NONE && body.raw(node).equals(value);
    }

    boolean hasPictures() {
        return hasPictures(JsonDocument.ROOT);
    }

    /** As deep as requests may be, and no deeper. */
    private boolean hasPictures(int node) {
        if (body.is(node, Kind.OBJECT)
                && (isPicture(body.member(node, TYPE))
                        || MEDIA.stream().anyMatch(media -> holdsPicture(body.member(node, media))))) {
            return true;
        }
        if (body.is(node, Kind.OBJECT) || body.is(node, Kind.ARRAY)) {
            for (int each = body.first(node); each != JsonDocument.NONE; each = body.next(node, each)) {
                if (hasPictures(each)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isPicture(int type) {
        return PICTURES.stream().anyMatch(each -> body.stringEquals(type, each));
    }

    /** A file whose kind is not said may be a picture. */
    private boolean holdsPicture(int media) {
        List<Integer> types = MEDIA_TYPES.stream()
                .map(name -> body.member(media, name))
                .filter(type -> type != JsonDocument.NONE)
                .toList();
        return types.isEmpty()
                ? FILES.stream().anyMatch(name -> body.is(body.member(media, name), Kind.STRING))
                : types.stream().anyMatch(this::isImage);
    }

    private boolean isImage(int type) {
        return body.is(type, Kind.STRING) && body.string(type).regionMatches(true, 0, IMAGE, 0, IMAGE.length());
    }

    /** About how many tokens the request has: more rather than fewer, and no model is asked. */
    public long inputTokens() {
        if (inputTokens < 0) {
            inputTokens = tokens(JsonDocument.ROOT, false);
        }
        return inputTokens;
    }

    /** Most tokens that the answer may have, as the request says; 0 where it says nothing. */
    long outputTokens() {
        return OUTPUTS.stream()
                .map(body::at)
                .filter(node -> body.is(node, Kind.NUMBER) && body.raw(node).matches("[0-9]{1,9}"))
                .mapToLong(node -> Long.parseLong(body.raw(node)))
                .max()
                .orElse(0);
    }

    private long tokens(int node, boolean isData) {
        if (body.is(node, Kind.OBJECT) || body.is(node, Kind.ARRAY)) {
            long sum = 1;
            boolean isObject = body.is(node, Kind.OBJECT);
            for (int each = body.first(node); each != JsonDocument.NONE; each = body.next(node, each)) {
                sum += tokens(each, isObject && body.isNamed(each, DATA)) + (isObject ? 1 : 0);
            }
            return sum;
        }
        return body.is(node, Kind.STRING) ? tokensOfText(node, isData) : 1;
    }

    /** Four letters of a Western language are a token, and less than a character of many others. */
    private long tokensOfText(int node, boolean isData) {
        byte[] bytes = body.bytes();
        int from = body.start(node) + 1;
        int to = body.end(node) - 1;
        boolean isMedia = to - from > PICTURE_BYTES && (isData || startsWithData(bytes, from));
        if (isMedia) {
            return PICTURE_TOKENS;
        }
        long others = 0;
        for (int at = from; at < to; at++) {
            others += bytes[at] < 0 ? 1 : 0;
        }
        return (to - from - others + 3) / 4 + (others + 1) / 2;
    }

    private static boolean startsWithData(byte[] bytes, int from) {
        return bytes[from] == 'd'
                && bytes[from + 1] == 'a'
                && bytes[from + 2] == 't'
                && bytes[from + 3] == 'a'
                && bytes[from + 4] == ':';
    }

    long callHash() {
        return callHash;
    }

    /** The same for all calls of a conversation: its instructions and its first turn stay what they are. */
    long conversationHash() {
        long hash = Hash.start();
        boolean any = false;
        for (Name part : PREFIX) {
            int node = body.at(part);
            if (node != JsonDocument.NONE) {
                any = true;
                hash = body.is(node, Kind.ARRAY) ? hashOfTurns(hash, node) : hashOf(hash, node);
            }
        }
        return any ? Hash.mix(hash) : callHash;
    }

    private long hashOfTurns(long start, int turns) {
        long hash = start;
        for (int each = body.first(turns); each != JsonDocument.NONE; each = body.next(turns, each)) {
            hash = hashOf(hash, each);
            if (isUsers(turns, each)) {
                return hash;
            }
        }
        return hash;
    }

    /** In Gemini's protocol who does not say who speaks is the user. */
    private boolean isUsers(int turns, int turn) {
        int role = body.member(turn, ROLE);
        return turns == body.at(CONTENTS) ? !body.stringEquals(role, MODEL) : body.stringEquals(role, USER);
    }

    private long hashOf(long hash, int node) {
        int from = body.start(node);
        return Hash.of(hash, body.bytes(), from, Math.min(body.end(node), from + PREFIX_BYTES));
    }
}
