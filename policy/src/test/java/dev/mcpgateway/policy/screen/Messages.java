package dev.mcpgateway.policy.screen;

import dev.mcpgateway.policy.Calls;
import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.ScreenAction;
import dev.mcpgateway.policy.ScreenMode;
import dev.mcpgateway.policy.ScreenRule;
import dev.mcpgateway.policy.ScreenSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/** A JSON array of strings as an upstream's message, with its segments. */
final class Messages {

    static final Permit PERMIT = ((Decision.Allow) Calls.policy(Calls.permit("p", "*"))
                    .decide(Calls.call(Calls.subject("ann", Set.of(), Set.of()), "files__read")))
            .permit();

    private final StringBuilder json = new StringBuilder("[");
    private final List<Segment> segments = new ArrayList<>();

    Messages add(Place place, String text) {
        json.append(segments.isEmpty() ? "" : ", ");
        int start = json.toString().getBytes(StandardCharsets.UTF_8).length;
        json.append(new JsonMapper().writeValueAsString(text));
        int end = json.toString().getBytes(StandardCharsets.UTF_8).length;
        segments.add(new Segment(place, "/" + segments.size(), text, start, end));
        return this;
    }

    byte[] bytes() {
        return (json + "]").getBytes(StandardCharsets.UTF_8);
    }

    List<Segment> segments() {
        return segments;
    }

    ScreenedResult screen(ResponseScreen screen, ScreenSettings settings) {
        return screen.screen(PERMIT, settings, bytes(), segments);
    }

    static ScreenSettings settings(ScreenMode mode, ScreenAction action) {
        ScreenRule rule = new ScreenRule(mode, action);
        return new ScreenSettings(rule, rule);
    }

    static List<String> strings(byte[] json) {
        List<String> strings = new ArrayList<>();
        new JsonMapper().readTree(json).forEach(item -> strings.add(item.stringValue()));
        return strings;
    }
}
