package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a {@code subscriptions/listen} request asks to hear. What it does not ask for, it is not told.
 *
 * @param lists lists whose changes it wants
 * @param uris resources whose changes it wants, each once, in the order asked
 */
record ListenFilter(Set<ListChange> lists, Set<String> uris) {
    private static final Name NOTIFICATIONS = Name.of("notifications");
    private static final Name RESOURCE_SUBSCRIPTIONS = Name.of("resourceSubscriptions");

    /**
     * Reads {@code params.notifications}.
     *
     * @throws Refused if it is missing or not of the specified form
     */
    static ListenFilter of(Envelope envelope) {
        JsonDocument document = envelope.document();
        int filter = envelope.param(NOTIFICATIONS);
        if (!document.is(filter, Kind.OBJECT)) {
            throw bad("params.notifications must be an object");
        }
        Set<ListChange> lists = EnumSet.noneOf(ListChange.class);
        for (ListChange list : ListChange.values()) {
            int asked = document.member(filter, list.filter());
            if (document.is(asked, Kind.TRUE)) {
                lists.add(list);
            } else if (asked != JsonDocument.NONE && !document.is(asked, Kind.FALSE)) {
                throw bad("params.notifications." + list.filter() + " must be true or false");
            }
        }
        return new ListenFilter(lists, uris(document, document.member(filter, RESOURCE_SUBSCRIPTIONS)));
    }

    private static Set<String> uris(JsonDocument document, int array) {
        Set<String> uris = new LinkedHashSet<>();
        if (array == JsonDocument.NONE) {
            return uris;
        }
        if (!document.is(array, Kind.ARRAY)) {
            throw bad("params.notifications." + RESOURCE_SUBSCRIPTIONS + " must be an array");
        }
        for (int each = document.first(array); each != JsonDocument.NONE; each = document.next(array, each)) {
            if (!document.is(each, Kind.STRING)) {
                throw bad("params.notifications." + RESOURCE_SUBSCRIPTIONS + " must hold strings");
            }
            uris.add(document.string(each));
        }
        return uris;
    }

    private static Refused bad(String says) {
        return new Refused(Refusal.saying(Reason.BAD_PARAMS, says));
    }
}
