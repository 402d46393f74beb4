package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.SessionCredential;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What one principal watches at one upstream, and the thread that keeps the upstream told of it. */
final class Watcher {
    private static final Duration RETRY_FIRST = Duration.ofSeconds(1);
    private static final Duration RETRY_LAST = Duration.ofMinutes(5);

    /** Longest sleep between two looks at what is wished. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

    /** How the upstream is told; depends on era and transport. */
    @FunctionalInterface
    interface Line {
        /** Opens a line and keeps it; returns when it has ended or must be opened anew. */
        void hold(Watcher watcher) throws UpstreamFault, InterruptedException;
    }

    /** Subscriptions one by one, as legacy servers have them. */
    interface Subscriptions {
        /** Subscribes or unsubscribes. */
        UpstreamReply send(boolean wanted, String uri);

        /** Whether they have ended together, so that all must be made anew. */
        boolean isGone();
    }

    /** One wish to hear of one resource. */
    static final class Wish {
        private final String uri;
        private final Runnable updated;
        private final CompletableFuture<Void> agreed = new CompletableFuture<>();

        private Wish(String uri, Runnable updated) {
            this.uri = uri;
            this.updated = updated;
        }

        CompletableFuture<Void> agreed() {
            return agreed;
        }
    }

    private final String principal;
    private final Backoff backoff;
    private final Signal changed = new Signal();
    private final List<Wish> wishes = new ArrayList<>();
    private SessionCredential credential;
    private @Nullable Runnable breaker;
    private boolean ended;

    Watcher(String principal, SessionCredential credential, Surroundings surroundings) {
        this.principal = principal;
        this.credential = credential;
        this.backoff = new Backoff(RETRY_FIRST, RETRY_LAST, surroundings.random());
    }

    String principal() {
        return principal;
    }

    synchronized SessionCredential credential() {
        return credential;
    }

    /** Adds a wish; {@code null} when this watcher has ended already. */
    synchronized @Nullable Wish wish(String uri, SessionCredential newest, Runnable updated) {
        if (ended) {
            return null;
        }
        Wish wish = new Wish(uri, updated);
        boolean isNew = !uris().contains(uri);
        wishes.add(wish);
        credential = newest;
        if (isNew) {
            wake();
        } else if (isAgreed(uri)) {
            wish.agreed.complete(null);
        }
        return wish;
    }

    private boolean isAgreed(String uri) {
        return wishes.stream()
                .anyMatch(wish ->
                        wish.uri.equals(uri) && wish.agreed.isDone() && !wish.agreed.isCompletedExceptionally());
    }

    synchronized void withdraw(Wish wish) {
        wishes.remove(wish);
        if (!uris().contains(wish.uri)) {
            wake();
        }
    }

    /** What is watched now. */
    synchronized Set<String> uris() {
        Set<String> uris = new LinkedHashSet<>();
        wishes.forEach(wish -> uris.add(wish.uri));
        return uris;
    }

    /** Runs until nothing is wished any more. */
    void run(Line line) throws InterruptedException {
        while (!endIfIdle()) {
            try {
                line.hold(this);
            } catch (UpstreamFault fault) {
                refuseWaiting(fault);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("the upstream was closed");
            }
            if (!endIfIdle()) {
                changed.await(backoff.next());
            }
        }
    }

    private synchronized boolean endIfIdle() {
        ended |= wishes.isEmpty();
        return ended;
    }

    /** No more wishes are taken; those that wait are refused. */
    void end() {
        synchronized (this) {
            ended = true;
        }
        refuseWaiting(new UpstreamFault("the upstream was closed by this gateway"));
    }

    /** Sleeps until the wishes, or the line, may have changed. */
    void await() throws InterruptedException {
        boolean _ = changed.await(LOOK_AGAIN);
    }

    /** How to break a line that cannot be told of new wishes; {@code null} when there is none. */
    synchronized void breakWith(@Nullable Runnable toBreak) {
        breaker = toBreak;
    }

    /** The wishes, or the line, may have changed. */
    void wake() {
        changed.raise();
        Runnable toBreak;
        synchronized (this) {
            toBreak = breaker;
        }
        if (toBreak != null) {
            toBreak.run();
        }
    }

    /** The upstream has agreed; who had been watching before may have missed something. */
    void agreed(String uri) {
        backoff.reset();
        for (Wish wish : of(uri)) {
            if (!wish.agreed.complete(null)) {
                wish.updated.run();
            }
        }
    }

    /** The upstream does not agree. */
    void refused(String uri, UpstreamFault fault) {
        for (Wish wish : of(uri)) {
            wish.agreed.completeExceptionally(fault);
        }
    }

    private void refuseWaiting(UpstreamFault fault) {
        for (String uri : uris()) {
            refused(uri, fault);
        }
    }

    private synchronized List<Wish> of(String uri) {
        return wishes.stream().filter(wish -> wish.uri.equals(uri)).toList();
    }

    /**
     * A resource changed; false when nobody watches it. A server may name a part of what was subscribed (2025-11-25,
     * schema, "ResourceUpdatedNotification").
     */
    boolean updated(String uri) {
        List<Wish> concerned;
        synchronized (this) {
            concerned = wishes.stream()
                    .filter(wish -> uri.equals(wish.uri) || uri.startsWith(wish.uri + "/"))
                    .toList();
        }
        concerned.forEach(wish -> wish.updated.run());
        return !concerned.isEmpty();
    }

    /** Something may have gone unheard. */
    void missed() {
        uris().forEach(this::updated);
    }

    /** Keeps subscriptions in step with the wishes until they end together. */
    void follow(Subscriptions subscriptions) throws InterruptedException {
        Set<String> held = new HashSet<>();
        try {
            while (!subscriptions.isGone()) {
                Set<String> wanted = uris();
                for (String uri : wanted) {
                    if (!held.contains(uri) && subscribed(subscriptions, uri)) {
                        held.add(uri);
                    }
                }
                for (String uri : List.copyOf(held)) {
                    if (!wanted.contains(uri)) {
                        held.remove(uri);
                        var _ = subscriptions.send(false, uri);
                    }
                }
                if (uris().isEmpty()) {
                    return;
                }
                await();
            }
        } finally {
            if (!subscriptions.isGone()) {
                held.forEach(uri -> subscriptions.send(false, uri));
            }
        }
    }

    private boolean subscribed(Subscriptions subscriptions, String uri) {
        UpstreamReply reply = subscriptions.send(true, uri);
        boolean done = reply instanceof UpstreamReply.Answered;
        if (done) {
            agreed(uri);
        } else {
            refused(uri, new UpstreamFault(reply));
        }
        return done;
    }
}
