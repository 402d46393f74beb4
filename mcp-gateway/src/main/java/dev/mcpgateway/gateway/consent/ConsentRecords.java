package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.AuditEvent.ConsentChanged;
import dev.mcpgateway.audit.AuditEvent.ConsentChanged.Step;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.connectors.oauth.UserToken;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.identity.Caller;
import java.util.Collection;
import java.util.List;

/** Every step of every consent in the audit log; users are pseudonyms there. */
final class ConsentRecords {
    private final AuditLog audit;

    ConsentRecords(AuditLog audit) {
        this.audit = audit;
    }

    /** Records a step of a browser; throws {@link dev.mcpgateway.audit.AuditUnavailable} if that is not possible. */
    void append(
            Exchange exchange, Step step, Flow.Asked asked, String server, Collection<String> scopes, String reason) {
        Caller caller = asked.caller();
        String client = caller.subject().clientId();
        audit.append(new ConsentChanged(
                step,
                new Actor(caller.issuer(), caller.subject().subject(), client == null ? "" : client, List.of(), "", ""),
                new Source(exchange.remoteAddress(), exchange.remotePort(), ""),
                Actor.NONE,
                asked.owner().upstream(),
                server,
                List.copyOf(scopes),
                "",
                reason));
    }

    /** Records that somebody else than the user ended a consent. */
    void revoked(UserToken token, Source source, String administrator, String reason) {
        audit.append(new ConsentChanged(
                Step.REVOKED,
                Actor.NONE,
                source,
                new Actor(token.owner().issuer(), token.owner().subject(), "", List.of(), "", ""),
                token.owner().upstream(),
                token.server(),
                List.copyOf(token.scopes()),
                administrator,
                reason));
    }

    /** Records that a user ended the own consent; throws {@link dev.mcpgateway.audit.AuditUnavailable}. */
    void takenBack(Exchange exchange, UserToken token) {
        audit.append(new ConsentChanged(
                Step.REVOKED,
                new Actor(token.owner().issuer(), token.owner().subject(), "", List.of(), "", ""),
                new Source(exchange.remoteAddress(), exchange.remotePort(), ""),
                Actor.NONE,
                token.owner().upstream(),
                token.server(),
                List.copyOf(token.scopes()),
                "",
                "the user took it back"));
    }
}
