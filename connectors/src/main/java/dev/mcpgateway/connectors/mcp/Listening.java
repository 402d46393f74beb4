package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.McpNames;
import java.util.HashSet;
import java.util.Set;

/**
 * One {@code subscriptions/listen} for resources (2026-07-28, Subscriptions): only what carries its id counts, and only
 * what was acknowledged is agreed.
 *
 * @param id the request's id, which is the subscription's
 * @param uris what was asked for
 * @param watcher in whose name
 * @param board counts what does not belong here
 */
record Listening(long id, Set<String> uris, Watcher watcher, StatusBoard board) implements Sideline {
    static final String ACKNOWLEDGED = "notifications/subscriptions/acknowledged";

    @Override
    public void message(Envelope message) {
        if (message.shape() != Shape.NOTIFICATION || !isOurs(message)) {
            board.dropped();
            return;
        }
        switch (message.method()) {
            case ACKNOWLEDGED -> acknowledged(message);
            case "notifications/resources/updated" -> {
                int uri = message.param(McpNames.URI);
                boolean known = message.document().is(uri, Kind.STRING)
                        && watcher.updated(message.document().string(uri));
                if (!known) {
                    board.dropped();
                }
            }
            default -> board.dropped();
        }
    }

    private boolean isOurs(Envelope message) {
        int subscription = message.meta(McpNames.META_SUBSCRIPTION_ID);
        return subscription != JsonDocument.NONE
                && message.document().raw(subscription).equals(Long.toString(id));
    }

    private void acknowledged(Envelope message) {
        JsonDocument document = message.document();
        int list = document.member(message.param(McpNames.NOTIFICATIONS), McpNames.RESOURCE_SUBSCRIPTIONS);
        Set<String> honoured = new HashSet<>();
        if (document.is(list, Kind.ARRAY)) {
            for (int uri = document.first(list); uri != JsonDocument.NONE; uri = document.next(list, uri)) {
                if (document.is(uri, Kind.STRING)) {
                    honoured.add(document.string(uri));
                }
            }
        }
        for (String uri : uris) {
            if (honoured.contains(uri)) {
                watcher.agreed(uri);
            } else {
                watcher.refused(uri, new UpstreamFault("it does not tell of changes of that resource"));
            }
        }
    }
}
