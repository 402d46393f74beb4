package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.screen.Passage;
import dev.mcpgateway.policy.screen.Place;
import dev.mcpgateway.policy.screen.ScreenedResult;
import dev.mcpgateway.policy.screen.Segment;
import dev.mcpgateway.policy.screen.TextGuard;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Screens texts that are there as a whole: those of a request, of an answer, of one event, of a call's arguments. */
final class WholeScreen {
    private final Permit permit;
    private final TextGuard guard;
    private final Seen seen;
    private final Reason reason;
    private final int depthMax;

    /**
     * A screen of one direction of a call.
     *
     * @param reason why a call ends when something must not go on
     * @param depthMax levels of JSON within a string; what is deeper counts as plain text
     */
    WholeScreen(Permit permit, TextGuard guard, Seen seen, Reason reason, int depthMax) {
        this.permit = permit;
        this.guard = guard;
        this.seen = seen;
        this.reason = reason;
        this.depthMax = depthMax;
    }

    TextGuard guard() {
        return guard;
    }

    /**
     * Adds what must be replaced in {@code document} to {@code edits}.
     *
     * @throws Refused if it must not go on
     */
    void screen(JsonDocument document, Texts texts, Splice edits) {
        List<Passage> passages = new ArrayList<>(texts.passages());
        for (Texts.Nested nested : texts.nested()) {
            String text = document.string(nested.node());
            if (text.isEmpty()) {
                continue;
            }
            String after = arguments(text, nested.place(), nested.isTrusted(), nested.pointer());
            if (!after.equals(text)) {
                edits.replace(nested.node(), JsonText.quote(after));
            }
        }
        if (!passages.isEmpty() || texts.unscanned() > 0) {
            screened(document.bytes(), passages, texts.unscanned())
                    .edits()
                    .forEach(edit -> edits.replace(edit.start(), edit.end(), edit.replacement()));
        }
    }

    /**
     * The arguments of a call of a tool, as JSON or as what else they are.
     *
     * @throws Refused if they must not go on
     */
    String arguments(String text, String pointer) {
        return arguments(text, Place.ARGUMENT, false, pointer);
    }

    private String arguments(String text, Place place, boolean isTrusted, String pointer) {
        if (text.isEmpty()) {
            return text;
        }
        JsonDocument inner = json(text);
        if (inner != null) {
            return redacted(inner, place, isTrusted, pointer).orElse(text);
        }
        String after = plain(text, place, isTrusted, pointer);
        String read = LenientText.of(after);
        // who reads more than JSON gets another text, in which nothing can be cut out for him
        if (!read.equals(after) && !plain(read, place, isTrusted, pointer).equals(read)) {
            throw new Refused(reason);
        }
        return after;
    }

    private String plain(String text, Place place, boolean isTrusted, String pointer) {
        byte[] quoted = JsonText.quote(text);
        Passage all = new Passage(new Segment(place, pointer, text, 0, quoted.length), isTrusted);
        ScreenedResult result = screened(quoted, List.of(all), 0);
        if (result.edits().isEmpty()) {
            return text;
        }
        JsonDocument after = json(new String(result.delivered(), StandardCharsets.UTF_8));
        if (after == null) {
            throw new Refused(reason);
        }
        return after.string(JsonDocument.ROOT);
    }

    /** What is no JSON at all, such as the page of a proxy in a provider's place. */
    void text(byte[] text) {
        Segment all = Segment.ofText(Place.MODEL_OUTPUT, new String(text, StandardCharsets.UTF_8));
        screened(text, List.of(new Passage(all, false)), 0);
    }

    /** JSON within a string, where something in it must be replaced. */
    private Optional<String> redacted(JsonDocument inner, Place place, boolean isTrusted, String pointer) {
        Texts texts = new Texts(inner);
        texts.open(JsonDocument.ROOT, place, isTrusted, pointer);
        Splice edits = new Splice(inner);
        screened(inner.bytes(), texts.passages(), 0)
                .edits()
                .forEach(edit -> edits.replace(edit.start(), edit.end(), edit.replacement()));
        return edits.isEmpty() ? Optional.empty() : Optional.of(new String(edits.toBytes(), StandardCharsets.UTF_8));
    }

    private ScreenedResult screened(byte[] message, List<Passage> passages, int unscanned) {
        ScreenedResult result = guard.screen(permit, message, passages);
        seen.add(result.verdict(), unscanned);
        if (result.withheld()) {
            throw new Refused(reason);
        }
        return result;
    }

    private @Nullable JsonDocument json(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try {
            return StrictJson.parse(bytes, JsonLimits.forReplies(bytes.length, depthMax));
        } catch (JsonRefused none) {
            return null;
        }
    }
}
