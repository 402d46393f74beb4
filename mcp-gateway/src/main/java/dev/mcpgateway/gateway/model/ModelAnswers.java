package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelProtocol;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.http.Answers;
import dev.mcpgateway.gateway.http.Answers.PeerGone;
import dev.mcpgateway.gateway.http.AnyExchange;
import dev.mcpgateway.gateway.http.Exchange;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * What agents get, in the shapes of their protocol; bodies of providers as they are, heads never. Of the gateway's own calls
 * nothing is sent.
 */
final class ModelAnswers {
    private static final String CALL_ID = "x-gateway-call-id";
    private static final String SERVED_MODEL = "x-gateway-served-model";
    private static final String DROPPED = "x-gateway-dropped";
    private static final String AND_OTHERS = ", and others";

    /** Most characters of what was dropped: heads are bounded by whoever reads them. */
    private static final int DROPPED_CHARS_MAX = 2048;

    private static final String ATTEMPTS = "x-gateway-attempts";
    private static final String RETRY_AFTER = "retry-after";
    private static final String CACHE = "x-gateway-cache";
    private static final String AGE = "age";

    /** SDKs take every 429 for one that time heals, unless this says otherwise. */
    private static final String SHOULD_RETRY = "x-should-retry";

    private final Answers answers;

    ModelAnswers(Answers answers) {
        this.answers = answers;
    }

    /** Says of an answer what it is; to be called before its first byte. */
    void head(AnyExchange exchange, ModelApi api, String requestId, String servedModel) {
        HttpFields.Mutable headers = exchange.answerHeaders();
        headers.put(CALL_ID, exchange.id());
        if (!requestId.isEmpty()) {
            headers.put(api.protocol() == ModelProtocol.ANTHROPIC ? "request-id" : "x-request-id", requestId);
        }
        // the provider's word, and not every word fits into a header
        if (!servedModel.isEmpty() && HttpHeader.isFieldValue(servedModel)) {
            headers.put(SERVED_MODEL, servedModel);
        }
    }

    /** Says whether an answer was kept, and for how long; to be called after {@link #head}. Without a cache, nothing. */
    void cache(AnyExchange exchange, ModelCache.Lookup lookup) {
        HttpFields.Mutable headers = exchange.answerHeaders();
        switch (lookup) {
            case ModelCache.Lookup.Hit hit -> {
                headers.put(CACHE, hit.said());
                headers.put(AGE, Long.toString(hit.ageSeconds()));
                headers.put(ATTEMPTS, "0");
            }
            case ModelCache.Lookup.Miss(var _, ModelCache.Sought sought) -> {
                if (sought != ModelCache.Sought.NO) {
                    headers.put(CACHE, sought.name().toLowerCase(Locale.ROOT));
                }
            }
        }
    }

    /**
     * Says how often providers were asked; to be called before the answer's first byte.
     *
     * @param isFinal whether all that could be tried was tried, so that SDKs need not multiply it
     */
    void attempts(AnyExchange exchange, int attempts, boolean isFinal) {
        exchange.answerHeaders().put(ATTEMPTS, Integer.toString(attempts));
        if (isFinal) {
            exchange.answerHeaders().put(SHOULD_RETRY, "false");
        }
    }

    /** Says of a refusal that SDKs need not ask again; of a stream that has begun they do not. */
    void notAgain(AnyExchange exchange) {
        if (exchange instanceof Exchange agents && !agents.response().isCommitted()) {
            agents.answerHeaders().put(SHOULD_RETRY, "false");
        }
    }

    /** Says what was not passed on, beside what was said before; to be called before the answer's first byte. */
    void dropped(AnyExchange exchange, List<String> dropped) {
        HttpFields.Mutable headers = exchange.answerHeaders();
        String before = headers.get(DROPPED);
        StringBuilder all = new StringBuilder(before == null ? "" : before);
        for (String each : dropped) {
            if (all.length() + each.length() > DROPPED_CHARS_MAX) {
                all.append(all.toString().endsWith(AND_OTHERS) ? "" : AND_OTHERS);
                break;
            }
            all.append(all.isEmpty() ? "" : ", ").append(each);
        }
        if (!all.isEmpty()) {
            headers.put(DROPPED, all.toString());
        }
    }

    /** A whole answer. */
    void whole(AnyExchange exchange, byte[] body) {
        if (exchange instanceof Exchange agents) {
            answers.json(agents, 200, body);
        }
    }

    /** Framed events after which others come. */
    void events(AnyExchange exchange, byte[] framed) throws PeerGone {
        if (exchange instanceof Exchange agents) {
            answers.framed(agents, framed);
        }
    }

    /** The last event of a stream. */
    void lastEvent(AnyExchange exchange, ModelEvent event) {
        if (exchange instanceof Exchange agents) {
            answers.lastFramed(agents, EventFrame.of(event.type(), event.data()));
        }
    }

    /** A provider's own error, of a request that it may have refused with good reason. */
    void providersError(AnyExchange exchange, ModelApi api, ModelFailure failure, byte[] body) {
        head(exchange, api, failure.requestId(), "");
        retryAfter(exchange, failure.retryAfterSeconds());
        if (exchange instanceof Exchange agents) {
            answers.json(agents, failure.status(), body);
        }
    }

    /** A refusal; of a stream that has begun, its last event, under the next number. */
    void refuse(
            Exchange exchange, @Nullable ModelApi api, ModelProtocol protocol, Refusal refusal, EventNumber number) {
        if (refusal.reason().form() == Reason.Form.NONE) {
            answers.abandon(exchange);
        } else if (exchange.response().isCommitted()) {
            answers.lastFramed(
                    exchange,
                    ModelErrors.event(api == null ? ModelApi.CHAT_COMPLETIONS : api, refusal, exchange.id(), number));
        } else {
            answers.challenge(exchange, refusal);
            retryAfter(exchange, refusal.retryAfterSeconds());
            if (refusal.reason() == Reason.OVER_BUDGET) {
                exchange.response().getHeaders().put(SHOULD_RETRY, "false");
            }
            exchange.response().getHeaders().put(CALL_ID, exchange.id());
            answers.json(
                    exchange,
                    ModelErrors.status(protocol, refusal),
                    ModelErrors.body(protocol, refusal, exchange.id()));
        }
    }

    /** Nobody is there to read it. */
    void abandon(Exchange exchange) {
        answers.abandon(exchange);
    }

    /** Answers with a JSON body of the gateway's own. */
    void own(Exchange exchange, byte[] body) {
        answers.json(exchange, 200, body);
    }

    private static void retryAfter(AnyExchange exchange, int seconds) {
        if (seconds > 0) {
            exchange.answerHeaders().put(RETRY_AFTER, Integer.toString(seconds));
        }
    }
}
