package dev.mcpgateway.gateway.model;

import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.Exchange;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the path of a call of Gemini's says: {@code …/models/{alias}:generateContent} and {@code :streamGenerateContent}.
 *
 * @param alias the model
 * @param streamed whether events are asked for
 */
record GeminiPath(String alias, boolean streamed) {
    /** What Gemini's paths are below. */
    static final String VERSION = "/v1beta";

    private static final String WHOLE = ":generateContent";
    private static final String STREAM = ":streamGenerateContent";

    /**
     * Reads it.
     *
     * @throws Refused if another method is asked for, or a stream in another form than events
     */
    static GeminiPath of(Exchange exchange) {
        String path = exchange.path();
        return of(
                path.substring(path.lastIndexOf('/') + 1),
                exchange.request().getHttpURI().getQuery());
    }

    static GeminiPath of(String segment, @Nullable String query) {
        if (segment.endsWith(WHOLE)) {
            return new GeminiPath(segment.substring(0, segment.length() - WHOLE.length()), false);
        }
        if (!segment.endsWith(STREAM)) {
            throw new Refused(Refusal.saying(
                    Reason.BAD_MODEL_REQUEST, "only generateContent and streamGenerateContent are served"));
        }
        // without it Gemini streams one JSON array, which nobody can screen event by event
        if (query == null || !Arrays.asList(query.split("&", -1)).contains("alt=sse")) {
            throw new Refused(Refusal.saying(Reason.BAD_MODEL_REQUEST, "a stream must be asked for with alt=sse"));
        }
        return new GeminiPath(segment.substring(0, segment.length() - STREAM.length()), true);
    }
}
