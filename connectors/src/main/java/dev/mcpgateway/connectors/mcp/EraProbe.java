package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Revision;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Finds out and remembers which era a server speaks (2026-07-28, Versioning, "Backward Compatibility"): a modern request
 * first. A result, or one of the three errors that only modern servers give, means modern; any other refusal means
 * legacy. Silence means neither: it is an outage.
 */
final class EraProbe {
    /** {@code HeaderMismatch}, {@code MissingRequiredClientCapability}, {@code UnsupportedProtocolVersion}. */
    static final Set<Long> MODERN_CODES = Set.of(-32020L, -32021L, -32022L);

    static final long UNSUPPORTED_VERSION = -32022;

    /** Between two probes of an assumption: refusals that do not mean the era must not double the traffic. */
    private static final Duration AGAIN_AFTER = Duration.ofSeconds(10);

    /** Asks {@code server/discover}. */
    @FunctionalInterface
    interface Discover {
        /** The answer, whatever it is. */
        Landing ask(SessionCredential credential, Deadline deadline) throws UpstreamFault;
    }

    private final EraSetting setting;
    private final Discover discover;
    private final TimeSource time;
    private final ReentrantLock probing = new ReentrantLock();
    private volatile @Nullable Era known;
    private long probedNanos;

    EraProbe(EraSetting setting, Discover discover, TimeSource time) {
        this.setting = setting;
        this.discover = discover;
        this.time = time;
        this.known = switch (setting) {
            case AUTO -> null;
            case MODERN -> Era.MODERN;
            case LEGACY -> Era.LEGACY;
        };
    }

    /** The era, asked for if it is not known yet. */
    Era era(SessionCredential credential, Deadline deadline) throws UpstreamFault {
        Era era = known;
        return era != null ? era : probed(null, credential, deadline);
    }

    /** The era after an answer that speaks against {@code assumed}: asked for again, unless that was done just now. */
    Era again(Era assumed, SessionCredential credential, Deadline deadline) throws UpstreamFault {
        boolean tooSoon = time.nanos() - probedNanos < AGAIN_AFTER.toNanos();
        return setting != EraSetting.AUTO || tooSoon ? assumed : probed(assumed, credential, deadline);
    }

    /** The next request asks again: what was found turned out to be useless. */
    void forget() {
        if (setting == EraSetting.AUTO) {
            known = null;
        }
    }

    private Era probed(@Nullable Era refuted, SessionCredential credential, Deadline deadline) throws UpstreamFault {
        await(deadline);
        try {
            Era found = known;
            if (found == null || found == refuted) {
                found = judge(discover.ask(credential, deadline));
                known = found;
                probedNanos = time.nanos();
            }
            return found;
        } finally {
            probing.unlock();
        }
    }

    private void await(Deadline deadline) throws UpstreamFault {
        try {
            if (!probing.tryLock(deadline.remainingNanos(time), TimeUnit.NANOSECONDS)) {
                throw new UpstreamFault("its era could not be found within the time allowed");
            }
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new UpstreamFault(new UpstreamReply.Cancelled());
        }
    }

    /** What an answer to {@code server/discover} says. */
    static Era judge(Landing landing) throws UpstreamFault {
        int status = landing.httpStatus();
        if (landing instanceof Landing.Failed) {
            throw landing.fault();
        }
        if (landing instanceof Landing.Message answer) {
            Optional<Era> spoken = judge(answer.message());
            if (spoken.isPresent()) {
                return spoken.get();
            }
        }
        boolean says = status < 300 || (status >= 400 && status < 500);
        boolean otherwise = Set.of(401, 403, 408, 429).contains(status);
        if (!says || otherwise) {
            throw new UpstreamFault(Replies.ofStatus(status), landing.isOutage());
        }
        return Era.LEGACY;
    }

    /** What the message says by itself; empty when it is nothing that only a modern server would say. */
    static Optional<Era> judge(Envelope message) throws UpstreamFault {
        JsonDocument document = message.document();
        return switch (Replies.of(message, 0)) {
            case UpstreamReply.Answered _ -> {
                int versions = document.member(message.result(), Name.of("supportedVersions"));
                yield document.is(versions, Kind.ARRAY) ? Optional.of(common(document, versions)) : Optional.empty();
            }
            case UpstreamReply.ProtocolError error
            when error.code() == UNSUPPORTED_VERSION -> {
                int data = document.member(message.error(), McpNames.DATA);
                yield Optional.of(common(document, document.member(data, McpNames.SUPPORTED)));
            }
            case UpstreamReply.ProtocolError error when MODERN_CODES.contains(error.code()) -> Optional.of(Era.MODERN);
            default -> Optional.empty();
        };
    }

    /** What a server declared in its answer to {@code server/discover}; one that answers otherwise declares nothing. */
    static ServerCapabilities capabilities(UpstreamReply discovered) {
        if (!(discovered instanceof UpstreamReply.Answered(Envelope message))) {
            return ServerCapabilities.NONE;
        }
        JsonDocument document = message.document();
        return ServerCapabilities.of(document, document.member(message.result(), McpNames.CAPABILITIES));
    }

    /** The era of the newest revision that both know. */
    private static Era common(JsonDocument document, int versions) throws UpstreamFault {
        Optional<Revision> best = Optional.empty();
        if (document.is(versions, Kind.ARRAY)) {
            for (int one = document.first(versions); one != JsonDocument.NONE; one = document.next(versions, one)) {
                Optional<Revision> revision =
                        document.is(one, Kind.STRING) ? Revision.of(document.string(one)) : Optional.empty();
                if (revision.isPresent() && (best.isEmpty() || revision.get().compareTo(best.get()) > 0)) {
                    best = revision;
                }
            }
        }
        return best.map(Revision::era)
                .orElseThrow(() -> new UpstreamFault(new UpstreamReply.Malformed(
                        "it speaks no protocol revision that this gateway knows; this gateway knows "
                                + Revision.V2024_11_05 + " to " + Revision.NEWEST_MODERN)));
    }
}
