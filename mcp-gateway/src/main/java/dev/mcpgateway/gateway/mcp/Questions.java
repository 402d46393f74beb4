package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.gateway.mcp.AgentAnswer.Given;
import dev.mcpgateway.gateway.mcp.AgentAnswer.Missing;
import dev.mcpgateway.gateway.mcp.AgentAnswer.Why;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What one agent was asked and has not answered yet. Each question has an id of our own and takes one answer; whatever
 * else the agent sends as an answer finds no question.
 */
final class Questions {
    /** Most open questions of one session; each belongs to a call that waits for it. */
    static final int OPEN_MAX = 16;

    private final Map<String, CompletableFuture<AgentAnswer>> open = new LinkedHashMap<>();
    private long asked;
    private boolean ended;

    /**
     * Asks and waits.
     *
     * @param params JSON text of an object
     */
    AgentAnswer ask(EventSink sink, String method, byte[] params, Duration longest) {
        if (Thread.currentThread().isInterrupted()) {
            return new Missing(Why.INTERRUPTED);
        }
        CompletableFuture<AgentAnswer> answer = new CompletableFuture<>();
        String id;
        synchronized (this) {
            if (ended) {
                return new Missing(Why.SESSION_ENDED);
            }
            if (open.size() >= OPEN_MAX) {
                return new Missing(Why.TOO_MANY);
            }
            id = "gw-" + ++asked;
            open.put(id, answer);
        }
        try {
            if (!sink.send(message(id, method, params))) {
                return new Missing(Thread.currentThread().isInterrupted() ? Why.INTERRUPTED : Why.NOT_TAKEN);
            }
            return answer.get(longest.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            withdraw(sink, id, "no answer in time");
            return new Missing(Why.TOO_LATE);
        } catch (InterruptedException interrupted) {
            withdraw(sink, id, "the call that asked is over");
            Thread.currentThread().interrupt();
            return new Missing(Why.INTERRUPTED);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            forget(id);
        }
    }

    /**
     * Takes what an agent sent as an answer.
     *
     * @param message a result or an error
     * @return whether a question waited for it
     */
    boolean answer(Envelope message) {
        if (message.shape() != Shape.RESULT && message.shape() != Shape.ERROR) {
            throw new IllegalArgumentException("an answer is a result or an error");
        }
        if (!message.document().is(message.id(), Kind.STRING)) {
            return false;
        }
        CompletableFuture<AgentAnswer> waiting;
        synchronized (this) {
            waiting = open.remove(message.document().string(message.id()));
        }
        return waiting != null && waiting.complete(new Given(message));
    }

    /** Wakes all who wait; nothing can be asked any more. */
    void end() {
        synchronized (this) {
            ended = true;
            open.values().forEach(waiting -> waiting.complete(new Missing(Why.SESSION_ENDED)));
            open.clear();
        }
    }

    private synchronized void forget(String id) {
        open.remove(id);
    }

    /** Whoever asked no longer waits; the agent can take down what it shows to its user. */
    private static void withdraw(EventSink sink, String id, String reason) {
        sink.send(("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"" + id
                        + "\",\"reason\":\"" + reason + "\"}}")
                .getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] message(String id, String method, byte[] params) {
        ByteArrayOutputStream message = new ByteArrayOutputStream(96 + params.length);
        message.writeBytes(("{\"jsonrpc\":\"2.0\",\"id\":\"" + id + "\",\"method\":\"" + method + "\",\"params\":")
                .getBytes(StandardCharsets.UTF_8));
        message.writeBytes(params);
        message.write('}');
        return message.toByteArray();
    }
}
