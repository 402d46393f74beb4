package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.gateway.http.EventStream;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.kill.KillSwitch;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The open streams by who listens, so that those of somebody who is stopped end. */
final class CallerStreams {
    private final Map<EventStream, Caller> open = new ConcurrentHashMap<>();
    private final KillSwitch kills;

    CallerStreams(KillSwitch kills) {
        this.kills = kills;
    }

    /** From now on a stop of this caller ends the stream; one that came before its credential was looked at does, too. */
    void add(EventStream stream, Caller caller) {
        open.put(stream, caller);
        if (kills.stopped(caller) != null) {
            stream.close(null);
        }
    }

    /** The stream is over. */
    void remove(EventStream stream) {
        open.remove(stream);
    }

    /** Why a stream is over, in the log's terms. */
    String end(Caller caller, String end) {
        return kills.stopped(caller) == null ? end : "revoked";
    }

    /** Ends the streams of all who are stopped. */
    void endStopped() {
        open.forEach((stream, caller) -> {
            if (kills.stopped(caller) != null) {
                stream.close(null);
            }
        });
    }
}
