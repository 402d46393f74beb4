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
 *
 * @param without the request without it
 * @param places where it stood, in words for the agent; empty if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // sent once, never compared
record ForeignState(byte[] without, List<String> places) {
    private static final byte[] TOKEN = Seal.PREFIX.getBytes(StandardCharsets.US_ASCII);
    private static final int PLACES_TOLD_MAX = 16;
    private static final Name MESSAGES = Name.of("messages");
    private static final Name CONTENT = Name.of("content");
    private static final Name INPUT = Name.of("input");
    private static final List<Name> STATES =
            List.of(Name.of("signature"), Name.of("data"), Name.of("encrypted_content"));

    ForeignState {
        places = List.copyOf(places);
    }

    static ForeignState in(ModelApi api, JsonDocument request) {
        // a whole request is walked through only where there may be something in it
        if (!contains(request.bytes())) {
            return new ForeignState(request.bytes(), List.of());
        }
        Splice splice = new Splice(request);
        List<String> places = new ArrayList<>();
        switch (api) {
            case MESSAGES -> {
                int messages = request.at(MESSAGES);
                int index = 0;
                for (int each = first(request, messages);
                        each != JsonDocument.NONE;
                        each = request.next(messages, each)) {
                    take(request, request.member(each, CONTENT), "/messages/" + index++ + "/content/", splice, places);
                }
            }
            case RESPONSES -> take(request, request.at(INPUT), "/input/", splice, places);
            default -> {
                // no other protocol has places for it
            }
        }
        return new ForeignState(splice.toBytes(), places);
    }

    private static int first(JsonDocument request, int list) {
        return request.is(list, Kind.ARRAY) ? request.first(list) : JsonDocument.NONE;
    }

    private static void take(JsonDocument request, int list, String place, Splice splice, List<String> places) {
        boolean found = false;
        int index = 0;
        for (int each = first(request, list); each != JsonDocument.NONE; each = request.next(list, each)) {
            if (isForeign(request, each)) {
                found = true;
                if (places.size() < PLACES_TOLD_MAX) {
                    places.add(place + index + " (reasoning state of another provider)");
                }
            }
            index++;
        }
        if (found) {
            splice.elements(list, each -> isForeign(request, each));
        }
    }

    private static boolean isForeign(JsonDocument request, int block) {
        return STATES.stream().anyMatch(name -> {
            int state = request.member(block, name);
            return request.is(state, Kind.STRING) && Translator.isStateOfAnother(request.string(state));
        });
    }

    private static boolean contains(byte[] bytes) {
        for (int i = 0; i <= bytes.length - TOKEN.length; i++) {
            if (bytes[i] == TOKEN[0] && Arrays.equals(bytes, i, i + TOKEN.length, TOKEN, 0, TOKEN.length)) {
                return true;
            }
        }
        return false;
    }
}
