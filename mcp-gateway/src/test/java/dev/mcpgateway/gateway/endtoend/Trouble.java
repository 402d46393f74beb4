package dev.mcpgateway.gateway.endtoend;

import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.connectors.testing.ToolTurn;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Every way in which a tool over HTTP misbehaves that its callers must notice and nobody else may. */
enum Trouble {
    HANGS("timeout upstream_timed_out", true) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.connection().awaitPeerClose();
        }
    },
    HANGS_AFTER_ITS_HEAD("timeout upstream_timed_out", true) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.openEvents();
            turn.connection().awaitPeerClose();
        }
    },
    DRIPS_ITS_HEAD("timeout upstream_timed_out", true) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.connection().drip("HTTP/1.1 200 OK\r\nX: " + "x".repeat(10_000), 100);
        }
    },
    DRIPS_ITS_BODY("timeout upstream_timed_out", true) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.connection()
                    .write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n");
            turn.connection().drip(" ".repeat(10_000), 100);
        }
    },
    DRIPS_COMMENTS("timeout upstream_timed_out", true) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.openEvents();
            while (true) {
                turn.chunk(":\n");
                Thread.sleep(100);
            }
        }
    },
    SENDS_COMMENTS_WITHOUT_END("too_large result_too_large", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.openEvents();
            flood(turn, sent, (":" + "c".repeat(62) + "\n").repeat(128));
        }
    },
    SENDS_FOREIGN_NOTIFICATIONS_WITHOUT_END("too_large result_too_large", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.openEvents();
            flood(turn, sent, "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/whatever\"}\n\n".repeat(100));
        }
    },
    SENDS_RESULTS_OF_OTHERS_WITHOUT_END("too_large result_too_large", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.openEvents();
            flood(turn, sent, "data: {\"jsonrpc\":\"2.0\",\"id\":987654321,\"result\":{}}\n\n".repeat(100));
        }
    },
    SENDS_AN_EVENT_OF_100_MB("too_large result_too_large", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.openEvents();
            turn.chunk("data: {\"jsonrpc\":\"2.0\",\"id\":" + turn.id() + ",\"result\":{\"content\":[{\"text\":\"");
            flood(turn, sent, "x".repeat(64 * 1024));
        }
    },
    SENDS_A_BODY_WITHOUT_END("too_large result_too_large", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.connection()
                    .write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            flood(turn, sent, " ".repeat(64 * 1024));
        }
    },
    ANNOUNCES_A_BODY_OF_100_MB("too_large result_too_large", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.connection()
                    .write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n");
            turn.connection().awaitPeerClose();
        }
    },
    SENDS_A_HEAD_WITHOUT_END("malformed upstream_malformed", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.connection().write("HTTP/1.1 200 OK\r\n");
            for (int i = 0; i < 1_000_000; i++) {
                turn.connection().write("X-" + i + ": " + "h".repeat(100) + "\r\n");
                sent.addAndGet(100);
            }
        }
    },
    ANSWERS_ANOTHER_ID("malformed upstream_malformed", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.connection()
                    .answer(
                            200,
                            "application/json",
                            "{\"jsonrpc\":\"2.0\",\"id\":987654321,\"result\":{\"content\":[]}}");
        }
    },
    ANSWERS_WITH_A_REQUEST("malformed upstream_malformed", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.connection()
                    .answer(
                            200,
                            "application/json",
                            "{\"jsonrpc\":\"2.0\",\"id\":" + turn.id() + ",\"method\":\"tools/call\",\"params\":{}}");
        }
    },
    ANSWERS_WITH_A_RESULT_OF_ANOTHER_SHAPE("malformed upstream_malformed", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.result("[1,2,3]");
        }
    },
    ANSWERS_WITH_WHAT_IS_NOT_JSON("malformed upstream_malformed", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.connection().answer(200, "application/json", "{\"jsonrpc\":\"2.0\",\"id\":" + turn.id() + ",");
        }
    },
    ANSWERS_WITH_WHAT_IS_NOT_HTTP("malformed upstream_malformed", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.connection().write("+OK POP3 server ready\r\n\r\n");
            turn.connection().close();
        }
    },
    ENDS_ITS_STREAM_WITHOUT_AN_ANSWER("unreachable upstream_down", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.openEvents();
            turn.chunk(":\n");
            turn.endEvents();
        }
    },
    DIES_WITH_A_RESET("unreachable upstream_down", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.connection().reset();
        }
    },
    DIES_WITH_A_FIN("unreachable upstream_down", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.connection().close();
        }
    },
    DIES_IN_A_CHUNK("unreachable upstream_down", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.openEvents();
            turn.connection().write("1000\r\ndata: {\"jsonrpc\"");
            turn.connection().reset();
        }
    },
    DIES_IN_ITS_BODY("unreachable upstream_down", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.connection()
                    .write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
            turn.connection().close();
        }
    },
    FAILS_WITH_500("unreachable upstream_down", false) {
        @Override
        void play(ToolTurn turn, AtomicLong sent) throws Exception {
            turn.connection().answer(500, "text/html", "<h1>Internal Server Error</h1>");
        }
    };

    /** What 100 MB are to a test: it would be sent, if anybody took it. */
    private static final long FLOOD_BYTES = 100_000_000;

    private final String outcome;
    private final boolean endsByTime;

    Trouble(String outcome, boolean endsByTime) {
        this.outcome = outcome;
        this.endsByTime = endsByTime;
    }

    /** Status and error of the outcome record. */
    String outcome() {
        return outcome;
    }

    /** Whether only the call's timeout ends it. */
    boolean endsByTime() {
        return endsByTime;
    }

    /** The tool's own name. */
    String tool() {
        return name().toLowerCase(Locale.ROOT);
    }

    abstract void play(ToolTurn turn, AtomicLong sent) throws Exception;

    /** A tool that behaves so; counts the bytes it got rid of, and the calls that it is done with. */
    ToolScript script(AtomicLong sent, AtomicInteger over) {
        return turn -> {
            try {
                play(turn, sent);
            } finally {
                over.incrementAndGet();
            }
        };
    }

    private static void flood(ToolTurn turn, AtomicLong sent, String text) throws IOException {
        for (long total = 0; total < FLOOD_BYTES; total += text.length()) {
            turn.chunk(text);
            sent.addAndGet(text.length());
        }
    }
}
