package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.Splice;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The most tokens of an answer, under the name that a server of Chat Completions honours. A server passes over names that it
 * does not know: it would answer without limit, for more than was set aside.
 */
final class OutputLimit {
    private static final Name NEWER = Name.of("max_completion_tokens");
    private static final Name OLDER = Name.of("max_tokens");

    /** What the agent is told. */
    static final List<String> TOLD = List.of("/max_completion_tokens (sent as max_tokens)");

    private static final int DIGITS_MAX = 18;

    private OutputLimit() {}

    /** Whether it stands under a name that the server does not know. */
    static boolean isMisnamed(ModelApi api, JsonDocument request, boolean knowsNewer) {
        return api == ModelApi.CHAT_COMPLETIONS && !knowsNewer && request.at(NEWER) != JsonDocument.NONE;
    }

    /** The request with the older name; of two numbers the smaller one holds. */
    static byte[] renamed(JsonDocument request) {
        Splice splice = new Splice(request);
        int newer = request.at(NEWER);
        int older = request.at(OLDER);
        byte[] limit = request.raw(newer).getBytes(StandardCharsets.UTF_8);
        if (older == JsonDocument.NONE) {
            splice.members(JsonDocument.ROOT, each -> each == newer, List.of(new Splice.Member(OLDER, limit)));
        } else {
            splice.members(JsonDocument.ROOT, each -> each == newer, List.of());
            if (request.is(older, Kind.NULL) || isLess(request, newer, older)) {
                splice.replace(older, limit);
            }
        }
        return splice.toBytes();
    }

    /** What is no plain number is the server's to refuse, under the name that it reads. */
    private static boolean isLess(JsonDocument request, int one, int other) {
        long first = number(request, one);
        long second = number(request, other);
        return first >= 0 && second >= 0 && first < second;
    }

    private static long number(JsonDocument request, int node) {
        String digits = request.is(node, Kind.NUMBER) ? request.raw(node) : "";
        boolean isPlain = !digits.isEmpty()
                && digits.length() <= DIGITS_MAX
                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return isPlain ? Long.parseLong(digits) : -1;
    }
}
