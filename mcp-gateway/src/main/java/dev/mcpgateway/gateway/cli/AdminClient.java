package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.connectors.net.HttpFault;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The options of commands that talk to a running gateway's operators' port, and the talk itself. */
final class AdminClient {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Option(
            names = "--admin",
            required = true,
            paramLabel = "URL",
            description = "The gateway's operators' port, such as http://127.0.0.1:8081.")
    @Nullable
    URI admin;

    @Option(
            names = "--token-file",
            required = true,
            paramLabel = "FILE",
            description = "File (mode 0600) with an operator's token.")
    @Nullable
    Path tokenFile;

    /**
     * Asks the gateway.
     *
     * @throws IOException if it does not answer, or with a refusal; the message is for the operator
     */
    JsonNode ask(String method, String path, String body) throws IOException {
        return ask(method, path, body, PATIENCE);
    }

    /** The same for what takes its time. */
    JsonNode ask(String method, String path, String body, Duration patience) throws IOException {
        URI url = admin;
        Path file = tokenFile;
        if (url == null || file == null || url.getHost() == null) {
            throw new IOException("--admin must be a URL such as http://127.0.0.1:8081");
        }
        OneRequest.Answer answer;
        try {
            answer = OneRequest.send(url, method, path, file, Map.of(), body, patience, List.of());
            if (answer.status() == 200) {
                return JsonMapper.shared().readTree(answer.text());
            }
        } catch (JacksonException failure) {
            throw new IOException("the gateway at " + url + " does not answer: " + failure.getMessage(), failure);
        }
        throw new IOException("refused (" + answer.status() + "): " + message(answer.text())
                + (answer.status() == 404
                        ? " Is --admin the operators' port (admin.port), and what is asked for configured?"
                        : ""));
    }

    /**
     * Orders what takes its time, and what the gateway goes on with though nobody waits for it any more.
     *
     * @param event of the audit log, that tells how it ended
     */
    JsonNode order(String path, String body, Duration patience, String event) throws IOException {
        try {
            return ask("POST", path, body, patience);
        } catch (IOException failure) {
            if (failure.getCause() instanceof HttpFault fault && fault.sent()) {
                throw new IOException(
                        failure.getMessage() + "; the gateway may have done it, or be at it still: the audit log has "
                                + event + " when it has ended (audit query LOG --event " + event + ")",
                        failure);
            }
            throw failure;
        }
    }

    /** Whether nothing is done yet, because another operator has to say so, too; tells until when. */
    static boolean isOnlyAsked(JsonNode answer, PrintWriter err) {
        if (!answer.has("asked")) {
            return false;
        }
        err.println("asked by " + PlainText.printable(answer.at("/asked/by").asString(""))
                + "; outside of the change windows another operator must say so, too, until "
                + answer.at("/asked/until").asString(""));
        return true;
    }

    private static String message(String text) {
        try {
            return JsonMapper.shared().readTree(text).at("/error/message").asString(text);
        } catch (JacksonException noJson) {
            return text;
        }
    }
}
