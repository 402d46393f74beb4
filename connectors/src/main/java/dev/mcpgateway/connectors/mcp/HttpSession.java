package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Revision;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A legacy session: what was agreed on at its beginning, and who takes part in it now. */
final class HttpSession {
    /** Longest id we keep; a UUID has 36, a signed token some hundred. */
    static final int ID_CHARS_MAX = 1024;

    private final Agreed agreed;
    private volatile SessionCredential credential;
    private final AtomicInteger calls = new AtomicInteger();
    private final Set<Inbox<Landing>> conversations = ConcurrentHashMap.newKeySet();
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable String> logLevel = new AtomicReference<>();
    private @Nullable SessionStream stream;
    private volatile boolean gone;

    /**
     * What {@code initialize} settled.
     *
     * @param id value of {@code Mcp-Session-Id}; absent where the server keeps no sessions
     * @param revision what was agreed on
     * @param capabilities what the server declared
     * @param declared what was declared to the server
     * @param isOwn whether it is the gateway's own, in which no one can be asked
     */
    record Agreed(
            Optional<String> id,
            Revision revision,
            ServerCapabilities capabilities,
            ClientCapabilities declared,
            boolean isOwn) {}

    /** The credential is for the requests that end it or answer the server. */
    HttpSession(Agreed agreed, SessionCredential credential) {
        this.agreed = agreed;
        this.credential = credential;
    }

    /** Whether a server's id is what the specification allows: visible ASCII, and of bearable length. */
    static boolean isId(String text) {
        return !text.isEmpty() && text.length() <= ID_CHARS_MAX && text.chars().allMatch(c -> c >= 0x21 && c <= 0x7E);
    }

    Optional<String> id() {
        return agreed.id();
    }

    Revision revision() {
        return agreed.revision();
    }

    ServerCapabilities capabilities() {
        return agreed.capabilities();
    }

    ClientCapabilities declared() {
        return agreed.declared();
    }

    boolean isOwn() {
        return agreed.isOwn();
    }

    SessionCredential credential() {
        return credential;
    }

    /** What its principal has brought since counts for longer. */
    void renew(SessionCredential newest) {
        credential = newest;
    }

    void callBegins() {
        calls.incrementAndGet();
    }

    void callEnds() {
        calls.decrementAndGet();
    }

    void begins(Inbox<Landing> conversation) {
        conversations.add(conversation);
    }

    void ends(Inbox<Landing> conversation) {
        conversations.remove(conversation);
    }

    /** The only call under way, if it listens: to it alone can belong what names no call. */
    Optional<Inbox<Landing>> soleConversation() {
        Iterator<Inbox<Landing>> one = conversations.iterator();
        return calls.get() == 1 && one.hasNext() ? Optional.of(one.next()) : Optional.empty();
    }

    /** Remembers the level; true when it was another one before. */
    boolean logs(String level) {
        return !level.equals(logLevel.getAndSet(level));
    }

    void follows(Watcher watcher) {
        watchers.add(watcher);
    }

    void leaves(Watcher watcher) {
        watchers.remove(watcher);
    }

    /** A resource changed; false when nobody watches it. */
    boolean updated(String uri) {
        boolean known = false;
        for (Watcher watcher : watchers) {
            known |= watcher.updated(uri);
        }
        return known;
    }

    /** Something may have gone unheard. */
    void missed() {
        watchers.forEach(Watcher::missed);
    }

    /** The stream on which the server speaks unasked, opened at the first wish. */
    synchronized SessionStream stream(Supplier<SessionStream> opener) {
        SessionStream open = stream;
        if (open == null) {
            open = opener.get();
            stream = open;
        }
        return open;
    }

    /** The server does not know it any more, or it was ended. */
    void gone() {
        gone = true;
        closeStream();
        watchers.forEach(Watcher::wake);
    }

    boolean isGone() {
        return gone;
    }

    private synchronized void closeStream() {
        SessionStream open = stream;
        if (open != null) {
            open.close();
        }
    }
}
