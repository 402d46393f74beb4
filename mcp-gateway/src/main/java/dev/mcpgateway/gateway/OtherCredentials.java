package dev.mcpgateway.gateway;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.AuditEvent.AdminAction;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.gateway.config.FileWatch;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.identity.ScopeHierarchy;
import dev.mcpgateway.gateway.identity.TokenVerifier;
import dev.mcpgateway.gateway.identity.VirtualKeys;
import dev.mcpgateway.gateway.keys.KeyFile;
import dev.mcpgateway.gateway.keys.VirtualKey;
import dev.mcpgateway.gateway.mcp.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What of a gateway verifies credentials other than tokens of issuers with published keys. */
final class OtherCredentials {
    private static final Logger LOG = LoggerFactory.getLogger(OtherCredentials.class);

    private final KeyFile keyFile;
    private final Optional<VirtualKeys> virtualKeys;
    private final AuditLog audit;

    OtherCredentials(GatewayConfig config, List<View> views, TimeSource time, AuditLog audit) {
        this.audit = audit;
        this.keyFile = new KeyFile(config.stateDir());
        ScopeHierarchy scopes = new ScopeHierarchy(config.impliedScopes());
        Map<String, String> audiences = views.stream().collect(Collectors.toMap(View::name, View::resource));
        this.virtualKeys = config.virtualKeys()
                .map(keys -> new VirtualKeys(keys.issuer(), keyFile, scopes, audiences, time, this::keysChanged));
    }

    List<TokenVerifier> verifiers() {
        List<TokenVerifier> verifiers = new ArrayList<>();
        virtualKeys.ifPresent(verifiers::add);
        return verifiers;
    }

    /** Also what nobody uses is looked at when it changes, so that the audit log has it. */
    void watch(FileWatch files) {
        virtualKeys.ifPresent(keys -> files.watch(List.of(keyFile.path()), keys::look));
    }

    private void keysChanged(Map<String, VirtualKey> before, Map<String, VirtualKey> now) {
        now.forEach((id, key) -> {
            VirtualKey old = before.get(id);
            if (old == null) {
                record("created", key);
            } else if (old.revoked() == null && key.revoked() != null) {
                record("revoked", key);
            } else if (!old.expires().equals(key.expires())) {
                record("shortened", key);
            }
        });
    }

    private void record(String what, VirtualKey key) {
        LOG.atInfo().addKeyValue("key", key.id()).log("virtual key {}", what);
        try {
            audit.appendAsync(new AdminAction(
                    Actor.NONE,
                    Source.NONE,
                    "virtual_key." + what,
                    key.createdBy(),
                    key.id() + " " + key.name(),
                    "in force, until " + key.expires(),
                    ""));
        } catch (AuditUnavailable failure) {
            // no call is made with it either while there is no log
            LOG.error("a change of virtual key {} is not in the audit log: {}", key.id(), failure.getMessage());
        }
    }
}
