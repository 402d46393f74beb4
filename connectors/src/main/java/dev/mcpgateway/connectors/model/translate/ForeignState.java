package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.Splice;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The reasoning state that a request holds of another provider than the one it is passed to, since the agent changed
 * between models: the one would refuse what the other wrote, and must not see it. It stands where translated answers have
 * put it; every other byte stays.
 */
final class ForeignState {
    private static final byte[] TOKEN = Seal.PREFIX.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EXTRA = "extra_content".getBytes(StandardCharsets.US_ASCII);
    private static final int PLACES_TOLD_MAX = 16;
    private static final Name MESSAGES = Name.of("messages");
    private static final Name CONTENT = Name.of("content");
    private static final Name INPUT = Name.of("input");
    private static final Name TOOL_CALLS = Name.of("tool_calls");
    private static final Name EXTRA_CONTENT = Name.of("extra_content");
    private static final Name THINKING_BLOCKS = Name.of("thinking_blocks");
    private static final Name THOUGHT_SIGNATURE = Name.of("thought_signature");
    private static final List<Name> STATES =
            List.of(Name.of("signature"), Name.of("data"), Name.of("encrypted_content"));

    private final JsonDocument request;
    private final Splice splice;
    private final List<String> places = new ArrayList<>();

    private ForeignState(JsonDocument request) {
        this.request = request;
        this.splice = new Splice(request);
    }

    /**
     * Looks for it.
     *
     * @param signatures whether signatures in the manner of Google's own chat endpoint are foreign, too
     */
    static ForeignState in(ModelApi api, JsonDocument request, boolean signatures) {
        ForeignState state = new ForeignState(request);
        // a request is walked through only where there may be something in it
        switch (api) {
            case MESSAGES -> {
                if (contains(request.bytes(), TOKEN)) {
                    state.messages();
                }
            }
            case RESPONSES -> {
                if (contains(request.bytes(), TOKEN)) {
                    state.blocks(request.at(INPUT), "/input/");
                }
            }
            case CHAT_COMPLETIONS -> {
                if (contains(request.bytes(), EXTRA)) {
                    state.chat(signatures);
                }
            }
            default -> {
                // no other protocol has places for it
            }
        }
        return state;
    }

    /** The request without it. */
    byte[] without() {
        return splice.toBytes();
    }

    /** Where it stood, in words for the agent; empty if there is none. */
    List<String> places() {
        return List.copyOf(places);
    }

    private void found(String place) {
        if (places.size() < PLACES_TOLD_MAX) {
            places.add(place + " (reasoning state of another provider)");
        }
    }

    private int first(int list) {
        return request.is(list, Kind.ARRAY) ? request.first(list) : JsonDocument.NONE;
    }

    private void messages() {
        int messages = request.at(MESSAGES);
        int index = 0;
        for (int each = first(messages); each != JsonDocument.NONE; each = request.next(messages, each)) {
            blocks(request.member(each, CONTENT), "/messages/" + index++ + "/content/");
        }
    }

    private void blocks(int list, String place) {
        boolean any = false;
        int index = 0;
        for (int each = first(list); each != JsonDocument.NONE; each = request.next(list, each)) {
            if (isForeign(each)) {
                any = true;
                found(place + index);
            }
            index++;
        }
        if (any) {
            splice.elements(list, this::isForeign);
        }
    }

    private boolean isForeign(int block) {
        return STATES.stream().anyMatch(name -> {
            int state = request.member(block, name);
            return request.is(state, Kind.STRING) && Translator.isStateOfAnother(request.string(state));
        });
    }

    private void chat(boolean signatures) {
        int messages = request.at(MESSAGES);
        int index = 0;
        for (int each = first(messages); each != JsonDocument.NONE; each = request.next(messages, each)) {
            String place = "/messages/" + index++;
            extra(each, place, signatures);
            int calls = request.member(each, TOOL_CALLS);
            int number = 0;
            for (int call = first(calls); call != JsonDocument.NONE; call = request.next(calls, call)) {
                extra(call, place + "/tool_calls/" + number++, signatures);
            }
        }
    }

    /** A member that nothing is left of goes with its name: servers refuse those that they do not know. */
    private void extra(int holder, String place, boolean signatures) {
        int extra = request.member(holder, EXTRA_CONTENT);
        if (!request.is(extra, Kind.OBJECT)) {
            return;
        }
        int foreign = 0;
        for (int each = request.first(extra); each != JsonDocument.NONE; each = request.next(extra, each)) {
            foreign += isForeign(each, signatures) ? 1 : 0;
        }
        if (foreign > 0) {
            found(place + "/extra_content");
            if (foreign == request.size(extra)) {
                splice.members(holder, each -> each == extra, List.of());
            } else {
                splice.members(extra, each -> isForeign(each, signatures), List.of());
            }
        }
    }

    private boolean isForeign(int owner, boolean signatures) {
        return request.member(owner, THINKING_BLOCKS) != JsonDocument.NONE
                || (signatures && request.member(owner, THOUGHT_SIGNATURE) != JsonDocument.NONE);
    }

    private static boolean contains(byte[] bytes, byte[] text) {
        for (int i = 0; i <= bytes.length - text.length; i++) {
            if (bytes[i] == text[0] && Arrays.equals(bytes, i, i + text.length, text, 0, text.length)) {
                return true;
            }
        }
        return false;
    }
}
