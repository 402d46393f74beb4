package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.connectors.wire.Splice.Member;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A request as its provider gets it. Two things change and every other byte stays: {@code model} becomes the provider's
 * name of it (Gemini's path names it), and a stream of Chat Completions asks for its usage, without which nobody could account for it.
 *
 * @param body the bytes to send
 * @param asksForUsage whether the usage was asked for on the agent's behalf, so that it must not see the chunk with it
 */
@SuppressWarnings("ArrayRecordComponent") // sent once, never compared
record RequestEdit(byte[] body, boolean asksForUsage) {
    private static final Name STREAM_OPTIONS = Name.of("stream_options");
    private static final Name INCLUDE_USAGE = Name.of("include_usage");
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OPTIONS = "{\"include_usage\":true}".getBytes(StandardCharsets.US_ASCII);

    static RequestEdit of(ModelRequest request, String target, boolean mayAskForUsage) {
        JsonDocument body = request.body();
        Splice splice = new Splice(body);
        if (request.api() != ModelApi.GENERATE_CONTENT && !request.model().equals(target)) {
            splice.replace(body.at(ModelRequest.MODEL), JsonText.quote(target));
        }
        boolean added = mayAskForUsage
                && request.streamed()
                && request.api() == ModelApi.CHAT_COMPLETIONS
                && asksForUsage(body, splice);
        return new RequestEdit(splice.toBytes(), added);
    }

    /** False where the agent asks itself, or wrote something of another type, which is the provider's to refuse. */
    private static boolean asksForUsage(JsonDocument body, Splice splice) {
        int options = body.at(STREAM_OPTIONS);
        if (options == JsonDocument.NONE) {
            splice.members(JsonDocument.ROOT, _ -> false, List.of(new Member(STREAM_OPTIONS, OPTIONS)));
            return true;
        }
        if (body.is(options, Kind.NULL)) {
            splice.replace(options, OPTIONS);
            return true;
        }
        int wanted = body.member(options, INCLUDE_USAGE);
        if (!body.is(options, Kind.OBJECT) || body.is(wanted, Kind.TRUE)) {
            return false;
        }
        if (wanted == JsonDocument.NONE) {
            splice.members(options, _ -> false, List.of(new Member(INCLUDE_USAGE, TRUE)));
        } else {
            splice.replace(wanted, TRUE);
        }
        return true;
    }
}
