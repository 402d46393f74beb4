package dev.mcpgateway.gateway.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;

/** How a span says that what it stands for has failed. */
final class SpanError {
    private SpanError() {}

    /**
     * Marks a span.
     *
     * @param type a code of the gateway's, which groups failures
     * @param message words of the gateway's; the code stands for none
     */
    static void mark(Span span, String type, String message) {
        String words = message.isEmpty() ? type : message;
        span.setAttribute(Names.ERROR_TYPE, type);
        span.setStatus(StatusCode.ERROR, words);
        span.addEvent(Names.EXCEPTION_EVENT, Attributes.of(Names.EXCEPTION_TYPE, type, Names.EXCEPTION_MESSAGE, words));
    }
}
