package dev.mcpgateway.gateway.model.doctor;

import dev.mcpgateway.gateway.model.money.Used;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;

/**
 * All that is known of one probe once it is over.
 *
 * @param call the gateway's id of it
 * @param mark the word that was asked for
 * @param trace id of the trace that it was made in
 * @param error code of the reason for which it was not answered; empty if it was
 * @param seen the answer
 * @param headers what an agent would have been told before it
 * @param recorded what the audit log has; empty if the log could not be read
 * @param spent what the ledger has more than before; empty if the ledger could not be read
 */
record Outcome(
        String call,
        String mark,
        String trace,
        Optional<String> error,
        Seen seen,
        HttpFields headers,
        Optional<Recorded> recorded,
        Optional<Used> spent) {
    String header(String name) {
        String value = headers.get(name);
        return value == null ? "" : value;
    }
}
