package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.mcp.ResourceWatch;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.gateway.http.EventStream;
import dev.mcpgateway.policy.Subject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one agent is to hear of: lists as its caller sees them, and resources that it subscribed to. A legacy session has
 * one for its whole life, a {@code subscriptions/listen} request for that of its stream.
 *
 * <p>What changed is a flag for each list and each subscribed resource until there is a stream to tell it on; nothing else
 * waits. All flags together fit into an empty {@link EventStream}, so only an agent that does not read is cut off.
 */
final class Ear {
    /** Most resources that one agent subscribes to in one session or stream. */
    static final int SUBSCRIPTIONS_MAX = 64;

    /** Most bytes of what tells of all of them and of all lists. Half of what a stream holds: an answer may wait there, too. */
    static final int TOLD_BYTES_MAX = 32 << 10;

    private static final String UPDATED = "notifications/resources/updated";

    private final View view;
    private final String meta;
    private final Set<ListChange> wanted;
    private final Set<ListChange> changedLists = EnumSet.noneOf(ListChange.class);
    private final Set<String> changedResources = new LinkedHashSet<>(0);
    private final Map<String, Subscription> subscriptions = new HashMap<>(0);
    private volatile Subject subject;
    private @Nullable Visibles seen;
    private @Nullable EventStream stream;
    private int toldBytes;
    private boolean ended;

    /** A wish to hear of a resource; the watch comes when the upstream has agreed. */
    private static final class Subscription {
        private @Nullable ResourceWatch watch;

        private void close() {
            if (watch != null) {
                watch.close();
            }
        }
    }

    private Ear(View view, Subject subject, Set<ListChange> wanted, String meta) {
        this.view = view;
        this.subject = subject;
        this.wanted = EnumSet.noneOf(ListChange.class);
        this.wanted.addAll(wanted);
        this.meta = meta;
    }

    /** That of a legacy session, which hears of every list. */
    static Ear ofSession(View view, Subject subject) {
        return new Ear(view, subject, EnumSet.allOf(ListChange.class), "");
    }

    /**
     * That of a {@code subscriptions/listen} request.
     *
     * @param requestId JSON text of its id, which marks everything that is told
     */
    static Ear ofRequest(View view, Subject subject, Set<ListChange> wanted, String requestId) {
        return new Ear(
                view, subject, wanted, "\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":" + requestId + "}");
    }

    View view() {
        return view;
    }

    Subject subject() {
        return subject;
    }

    /** Takes what the caller sees now; lists that differ from what was seen before are to be told of. */
    synchronized void sees(Visibles now) {
        Visibles before = seen;
        seen = now;
        if (before != null) {
            for (ListChange list : wanted) {
                if (before.of(list) != now.of(list)) {
                    changedLists.add(list);
                }
            }
        }
    }

    /** A subscribed resource has changed. */
    private synchronized boolean changed(String uri) {
        return subscriptions.containsKey(uri) && changedResources.add(uri);
    }

    /** What became of a wish to subscribe. */
    enum Place {
        /** It may go on. */
        TAKEN,
        /** It is subscribed already. */
        KNOWN,
        /** There is no place. */
        NONE
    }

    /** Takes a place for a subscription, which stands from now on; {@link #watch} completes it. */
    synchronized Place subscribe(String uri) {
        if (subscriptions.containsKey(uri)) {
            return Place.KNOWN;
        }
        int bytes = message(UPDATED, uri).length;
        if (ended || subscriptions.size() >= SUBSCRIPTIONS_MAX || toldBytes + bytes > TOLD_BYTES_MAX) {
            return Place.NONE;
        }
        toldBytes += bytes;
        subscriptions.put(uri, new Subscription());
        return Place.TAKEN;
    }

    /** The upstream has agreed; a subscription that has ended meanwhile ends the watch. */
    void watch(String uri, ResourceWatch watch) {
        synchronized (this) {
            Subscription subscription = subscriptions.get(uri);
            if (subscription != null && subscription.watch == null) {
                subscription.watch = watch;
                return;
            }
        }
        watch.close();
    }

    /** Ends a subscription, if there is one. */
    void unsubscribe(String uri) {
        Subscription subscription;
        synchronized (this) {
            subscription = subscriptions.remove(uri);
            if (subscription == null) {
                return;
            }
            changedResources.remove(uri);
            toldBytes -= message(UPDATED, uri).length;
        }
        subscription.close();
    }

    /** What an upstream is given to tell of a resource's changes: never blocks. */
    Runnable listener(String uri, Runnable touched) {
        return () -> {
            if (changed(uri)) {
                touched.run();
            }
        };
    }

    /**
     * From now on changes are told on this stream, in the name of this caller; one that was open before ends.
     *
     * @return whether it was taken; not after the end
     */
    boolean open(EventStream now, Subject caller) {
        EventStream before;
        synchronized (this) {
            if (ended) {
                return false;
            }
            before = stream;
            stream = now;
            subject = caller;
        }
        if (before != null) {
            before.close(null);
        }
        return true;
    }

    /** The stream is over, and changes wait for another. */
    synchronized void closed(EventStream over) {
        if (stream == over) {
            stream = null;
        }
    }

    /** Whether there is a stream to tell on. */
    synchronized boolean isOpen() {
        return stream != null;
    }

    /**
     * Tells what has changed, if there is a stream. What a stream does not take waits for the next one.
     *
     * @param mayRead whether the caller may read a resource at this moment; otherwise its subscription ends in silence
     */
    void tell(Predicate<String> mayRead) {
        Set<String> lost = new LinkedHashSet<>(0);
        synchronized (this) {
            EventStream to = stream;
            if (to == null || (changedLists.isEmpty() && changedResources.isEmpty())) {
                return;
            }
            for (Iterator<ListChange> each = changedLists.iterator(); each.hasNext(); ) {
                if (!to.send(message(each.next().method(), ""))) {
                    return;
                }
                each.remove();
            }
            for (Iterator<String> each = changedResources.iterator(); each.hasNext(); ) {
                String uri = each.next();
                if (!mayRead.test(uri)) {
                    lost.add(uri);
                } else if (to.send(message(UPDATED, uri))) {
                    each.remove();
                } else {
                    break;
                }
            }
        }
        lost.forEach(this::unsubscribe);
    }

    private byte[] message(String method, String uri) {
        ByteArrayOutputStream json = new ByteArrayOutputStream(128 + meta.length() + uri.length());
        text(json, "{\"jsonrpc\":\"2.0\",\"method\":\"" + method + '"');
        if (!meta.isEmpty() || !uri.isEmpty()) {
            text(json, ",\"params\":{" + meta);
            if (!uri.isEmpty()) {
                text(json, meta.isEmpty() ? "\"uri\":" : ",\"uri\":");
                json.writeBytes(JsonText.quote(uri));
            }
            json.write('}');
        }
        json.write('}');
        return json.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Ends subscriptions and stream. Once for all. */
    void end() {
        EventStream open;
        Set<String> uris;
        synchronized (this) {
            ended = true;
            open = stream;
            stream = null;
            uris = Set.copyOf(subscriptions.keySet());
        }
        if (open != null) {
            open.close(null);
        }
        uris.forEach(this::unsubscribe);
    }
}
