package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Revision;
import java.time.Duration;
import java.util.Optional;

/**
 * The first words over a channel (2026-07-28, stdio, "Backward Compatibility"): {@code server/discover}; whoever answers
 * neither with a discovery nor with an error that only modern servers know, or not in time, is greeted with
 * {@code initialize}. An answer to the first that comes while the second waits still counts.
 */
final class Greeting {
    private static final int ANSWER_BYTES_MAX = 1024 * 1024;

    private final Peer peer;
    private final OwnMessages messages;
    private final Duration probeTimeout;
    private final TimeSource time;

    Greeting(Peer peer, OwnMessages messages, Duration probeTimeout, TimeSource time) {
        this.peer = peer;
        this.messages = messages;
        this.probeTimeout = probeTimeout;
        this.time = time;
    }

    /** Agrees on a revision, which the peer speaks from then on. */
    void exchange(EraSetting setting, Deadline deadline) throws UpstreamFault {
        Era found = setting == EraSetting.LEGACY ? initialize(deadline) : discover(setting, deadline);
        if (found == Era.MODERN) {
            peer.speaks(Revision.NEWEST_MODERN);
        }
    }

    private Era discover(EraSetting setting, Deadline deadline) throws UpstreamFault {
        if (setting == EraSetting.MODERN) {
            return Era.MODERN;
        }
        long id = peer.nextId();
        PendingCall probe = new PendingCall(ANSWER_BYTES_MAX, JsonLimits.DEPTH_DEFAULT);
        try {
            Optional<UpstreamReply> refused = peer.begin(id, probe, messages.discover(id));
            if (refused.isPresent()) {
                throw new UpstreamFault(refused.get());
            }
            Optional<UpstreamReply> reply = await(probe, deadline.orEarlier(Deadline.after(probeTimeout, time)));
            Optional<Era> era = reply.isPresent() ? judge(reply.get()) : Optional.empty();
            return era.isPresent() && era.get() == Era.MODERN ? Era.MODERN : initialize(probe, deadline);
        } finally {
            peer.forget(id);
        }
    }

    private Era initialize(PendingCall probe, Deadline deadline) throws UpstreamFault {
        try {
            return initialize(deadline);
        } catch (UpstreamFault fault) {
            Optional<UpstreamReply> late = probe.answered();
            if (late.isPresent() && judge(late.get()).equals(Optional.of(Era.MODERN))) {
                return Era.MODERN;
            }
            throw fault;
        }
    }

    private Optional<UpstreamReply> await(PendingCall probe, Deadline deadline) throws UpstreamFault {
        try {
            while (probe.next(deadline, time).isPresent() && probe.answered().isEmpty()) {
                // a notification; the answer is still to come
            }
            return probe.answered();
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new UpstreamFault(new UpstreamReply.Cancelled());
        }
    }

    private Optional<Era> judge(UpstreamReply reply) throws UpstreamFault {
        Optional<Era> era = switch (reply) {
            case UpstreamReply.Answered(Envelope message) -> EraProbe.judge(message);
            case UpstreamReply.ProtocolError error -> EraProbe.judge(error.message());
            case UpstreamReply.Unreachable gone -> throw new UpstreamFault(gone);
            default -> Optional.empty();
        };
        if (era.isPresent() && era.get() == Era.MODERN) {
            peer.declares(EraProbe.capabilities(reply));
        }
        return era;
    }

    private Era initialize(Deadline deadline) throws UpstreamFault {
        // known to be legacy from here on, so that a ping before the answer is answered
        peer.speaks(Revision.NEWEST_LEGACY);
        long id = peer.nextId();
        UpstreamReply reply = peer.request(
                id,
                messages.initialize(id, peer.declared()),
                deadline,
                new PendingCall(ANSWER_BYTES_MAX, JsonLimits.DEPTH_DEFAULT));
        if (!(reply instanceof UpstreamReply.Answered(var message))) {
            throw new UpstreamFault(reply);
        }
        JsonDocument document = message.document();
        int version = document.member(message.result(), McpNames.PROTOCOL_VERSION);
        Revision revision = (document.is(version, Kind.STRING)
                        ? Revision.of(document.string(version))
                        : Optional.<Revision>empty())
                .filter(known -> known.era() == Era.LEGACY)
                .orElseThrow(() -> new UpstreamFault(
                        new UpstreamReply.Malformed("it agrees on no protocol revision that this gateway knows")));
        peer.speaks(revision);
        peer.declares(ServerCapabilities.of(document, document.member(message.result(), McpNames.CAPABILITIES)));
        if (!peer.send(messages.initialized())) {
            throw new UpstreamFault(new UpstreamReply.Unreachable(peer.closedWhy(), false));
        }
        return Era.LEGACY;
    }
}
