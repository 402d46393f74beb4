package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.credential.CredentialUse;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.model.Probe.Verdict;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpCall;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Asks for the list of models, which every protocol has at the same place and no provider charges for. */
final class KeyProbe {
    /** Longest wait for an answer. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final String ANTHROPIC_VERSION = "2023-06-01";

    private KeyProbe() {}

    /** Asks with this key; only the status is looked at. */
    static Probe ask(
            HttpTransport transport,
            String target,
            ModelProtocol protocol,
            UpstreamCredential key,
            TimeSource time,
            int bytesMax) {
        try {
            List<HttpHeader> headers = new ArrayList<>(List.of(new HttpHeader("accept", "application/json")));
            if (protocol == ModelProtocol.ANTHROPIC) {
                headers.add(new HttpHeader("anthropic-version", ANTHROPIC_VERSION));
            }
            Credential credential = key.issue(new CredentialUse.Own());
            headers.addAll(credential.headers());
            HttpExchange exchange = transport.send(new HttpCall(
                    "GET", target + "/models", headers, new byte[0], Deadline.after(PATIENCE, time), bytesMax));
            int status = exchange.status();
            exchange.cancel(); // what stands in the list does not matter
            return new Probe(verdict(status), "HTTP " + status);
        } catch (CredentialUnavailable none) {
            return new Probe(Verdict.NO_KEY, String.valueOf(none.getMessage()));
        } catch (HttpFault fault) {
            return new Probe(Verdict.UNREACHABLE, String.valueOf(fault.getMessage()));
        }
    }

    private static Verdict verdict(int status) {
        if (status == 200) {
            return Verdict.ACCEPTED;
        }
        if (status == 401 || status == 403) {
            return Verdict.REFUSED;
        }
        return status >= 500 ? Verdict.UNREACHABLE : Verdict.UNKNOWN;
    }
}
