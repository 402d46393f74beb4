package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.credential.CredentialUse;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.model.Probe.Verdict;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpCall;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.TimeSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Invokes a model with an empty object. AWS looks at the signature first, then at the rights to this model, and then refuses
 * the object, which says nothing that could be answered or billed: that it does is what a good key is known by. Lists that
 * could be asked for instead need rights that calls do not need, and say nothing of those that they do.
 */
final class BedrockProbe {
    private static final byte[] NOTHING = "{}".getBytes(StandardCharsets.US_ASCII);
    private static final String JSON = "application/json";

    private final HttpTransport transport;
    private final HttpOrigin origin;
    private final String base;
    private final TimeSource time;

    /**
     * Asks over this transport.
     *
     * @param base the path before all others; empty for none
     */
    BedrockProbe(HttpTransport transport, HttpOrigin origin, String base, TimeSource time) {
        this.transport = transport;
        this.origin = origin;
        this.base = base;
        this.time = time;
    }

    /** Asks with this key; only status and name of the error are looked at. */
    Probe ask(String model, UpstreamCredential key, long bytesMax) {
        try {
            List<HttpHeader> headers = new ArrayList<>();
            headers.add(new HttpHeader("accept", JSON));
            headers.add(new HttpHeader("content-type", JSON));
            String target = base + BedrockRequest.invoke(model);
            headers.addAll(key.issue(new CredentialUse.Request(origin, "POST", target, headers, NOTHING))
                    .headers());
            HttpExchange exchange = transport.send(
                    new HttpCall("POST", target, headers, NOTHING, Deadline.after(KeyProbe.PATIENCE, time), bytesMax));
            int status = exchange.status();
            String name = exchange.header("x-amzn-errortype").orElse("");
            exchange.cancel(); // what it says does not matter
            return verdict(status, name, model);
        } catch (CredentialUnavailable none) {
            return new Probe(Verdict.NO_KEY, String.valueOf(none.getMessage()));
        } catch (HttpFault fault) {
            return new Probe(Verdict.UNREACHABLE, String.valueOf(fault.getMessage()));
        }
    }

    private static Probe verdict(int status, String name, String model) {
        Cause cause = BedrockFault.of(name, status, "").cause();
        if (status == 200 || name.toLowerCase(Locale.ROOT).startsWith("validationexception")) {
            return new Probe(Verdict.ACCEPTED, "HTTP " + status);
        }
        return switch (cause) {
            case CREDENTIAL_REFUSED -> new Probe(Verdict.REFUSED, "HTTP " + status);
            case NOT_ENTITLED -> new Probe(Verdict.UNKNOWN, "HTTP " + status + ", it may not ask " + model);
            case PROVIDER_ERROR -> new Probe(Verdict.UNREACHABLE, "HTTP " + status);
            default -> new Probe(Verdict.UNKNOWN, "HTTP " + status);
        };
    }
}
