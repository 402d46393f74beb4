package dev.mcpgateway.gateway.admin;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.Exchange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;

/** What an operator sends: one flat JSON object with members that are known. */
final class Order {
    private static final int BODY_BYTES_MAX = 16 << 10;
    private static final Duration BODY_DEADLINE = Duration.ofSeconds(10);
    private static final JsonLimits LIMITS = JsonLimits.forRequests(BODY_BYTES_MAX, 3);
    private static final int REASON_MAX = 500;
    private static final int LIST_MAX = 200;

    private final JsonDocument json;

    private Order(JsonDocument json) {
        this.json = json;
    }

    static BoundedBody bodies(LongSupplier nanoClock) {
        return new BoundedBody(BODY_BYTES_MAX, BODY_DEADLINE, nanoClock);
    }

    /**
     * Reads it.
     *
     * @throws Refused if it is anything else
     */
    static Order read(Exchange exchange, BoundedBody bodies, Set<String> known) {
        JsonDocument json;
        try {
            json = StrictJson.parse(bodies.read(exchange), LIMITS);
        } catch (JsonRefused malformed) {
            throw bad("the body is not strict JSON");
        }
        if (!json.is(JsonDocument.ROOT, Kind.OBJECT)) {
            throw bad("the body is not an object");
        }
        for (int member = json.first(JsonDocument.ROOT);
                member != JsonDocument.NONE;
                member = json.next(JsonDocument.ROOT, member)) {
            if (!known.contains(json.name(member))) {
                throw bad("known members are "
                        + String.join(", ", known.stream().sorted().toList()));
            }
        }
        return new Order(json);
    }

    /** Why, in the operator's words. */
    String reason() {
        String reason = text("reason");
        if (reason.isBlank() || reason.length() > REASON_MAX || reason.chars().anyMatch(Character::isISOControl)) {
            throw bad("reason must have 1 to " + REASON_MAX + " characters and no control characters");
        }
        return reason;
    }

    /** A text; empty if it is missing. */
    String text(String member) {
        int node = json.at(Name.of(member));
        if (node == JsonDocument.NONE) {
            return "";
        }
        if (!json.is(node, Kind.STRING)) {
            throw bad(member + " must be a text");
        }
        return json.string(node);
    }

    /** A list of texts; empty if it is missing. */
    List<String> texts(String member) {
        List<String> texts = new ArrayList<>();
        int list = json.at(Name.of(member));
        if (list == JsonDocument.NONE) {
            return texts;
        }
        if (!json.is(list, Kind.ARRAY) || json.size(list) > LIST_MAX) {
            throw bad(member + " must be a list of at most " + LIST_MAX + " texts");
        }
        for (int each = json.first(list); each != JsonDocument.NONE; each = json.next(list, each)) {
            if (!json.is(each, Kind.STRING)) {
                throw bad(member + " must be a list of texts");
            }
            texts.add(json.string(each));
        }
        return texts;
    }

    /** A whole number; empty if it is missing. */
    OptionalLong number(String member, long max) {
        int node = json.at(Name.of(member));
        if (node == JsonDocument.NONE) {
            return OptionalLong.empty();
        }
        String digits = json.is(node, Kind.NUMBER) ? json.raw(node) : "";
        if (!digits.matches("[1-9][0-9]{0,9}") || Long.parseLong(digits) > max) {
            throw bad(member + " must be a whole number from 1 to " + max);
        }
        return OptionalLong.of(Long.parseLong(digits));
    }

    static Refused bad(String says) {
        return new Refused(Refusal.saying(Reason.BAD_ORDER, says));
    }
}
