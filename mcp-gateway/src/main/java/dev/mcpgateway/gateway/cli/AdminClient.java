package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.connectors.credential.Secret;
import dev.mcpgateway.connectors.credential.SecretFile;
import dev.mcpgateway.connectors.credential.SecretUnavailable;
import dev.mcpgateway.connectors.net.AddressRange;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.HttpCall;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.OutboundGuard;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.gateway.Wiring;
import dev.mcpgateway.gateway.config.Loopback;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The options of commands that talk to a running gateway's operators' port, and the talk itself. */
final class AdminClient {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** The operator names the target on the command line, and means it. */
    private static final List<AddressRange> EVERYWHERE = List.of(AddressRange.of("0.0.0.0/0"), AddressRange.of("::/0"));

    private static final int REPLY_BYTES_MAX = 8 << 20;

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
        URI url = admin;
        Path file = tokenFile;
        if (url == null || file == null || url.getHost() == null) {
            throw new IOException("--admin must be a URL such as http://127.0.0.1:8081");
        }
        if (!"https".equals(url.getScheme()) && !Loopback.is(url.getHost())) {
            throw new IOException("the token would travel in clear: use https, or ask on the gateway's own machine");
        }
        Wiring wiring = Wiring.production(BuildVersion.text());
        TimeSource time = new TimeSource(wiring.clock(), wiring.nanoClock());
        HttpCall call = new HttpCall(
                method,
                path,
                List.of(
                        new HttpHeader(
                                "Authorization", "Bearer " + token(file, time).expose()),
                        new HttpHeader("Content-Type", "application/json"),
                        new HttpHeader("Accept", "application/json")),
                body.getBytes(StandardCharsets.UTF_8),
                Deadline.after(PATIENCE, time),
                REPLY_BYTES_MAX);
        try (DeadlineSweeper sweeper = new DeadlineSweeper(time);
                HttpTransport transport = HttpTransport.open(
                        HttpSettings.of(HttpOrigin.of(url), HttpSettings.Client.STANDARD),
                        OutboundGuard.forTarget(url, EVERYWHERE),
                        sweeper);
                HttpExchange exchange = transport.send(call)) {
            String text = new String(exchange.readAll(REPLY_BYTES_MAX), StandardCharsets.UTF_8);
            if (exchange.status() != 200) {
                throw new IOException("refused (" + exchange.status() + "): " + message(text)
                        + (exchange.status() == 404
                                ? " Is --admin the operators' port (admin.port), and what is asked for configured?"
                                : ""));
            }
            return JsonMapper.shared().readTree(text);
        } catch (HttpFault | JacksonException failure) {
            throw new IOException("the gateway at " + url + " does not answer: " + failure.getMessage(), failure);
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

    private static Secret token(Path file, TimeSource time) throws IOException {
        try {
            return new SecretFile(file, time).read();
        } catch (SecretUnavailable unusable) {
            throw new IOException(unusable.getMessage(), unusable);
        }
    }

    private static String message(String text) {
        try {
            return JsonMapper.shared().readTree(text).at("/error/message").asString(text);
        } catch (JacksonException noJson) {
            return text;
        }
    }
}
