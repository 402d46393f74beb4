package dev.mcpgateway.gateway;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.AuditEvent.AdminAction;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.connectors.credential.ClientAuthentication;
import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.OutboundGuard;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.gateway.config.FileWatch;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.GatewayConfig.Introspected;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretRef;
import dev.mcpgateway.gateway.config.IssuerProfile;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.identity.Introspection;
import dev.mcpgateway.gateway.identity.IntrospectionEndpoint;
import dev.mcpgateway.gateway.identity.ScopeHierarchy;
import dev.mcpgateway.gateway.identity.TokenVerifier;
import dev.mcpgateway.gateway.identity.VirtualKeys;
import dev.mcpgateway.gateway.keys.KeyFile;
import dev.mcpgateway.gateway.keys.KnownKeys;
import dev.mcpgateway.gateway.keys.VirtualKey;
import dev.mcpgateway.gateway.mcp.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What of a gateway verifies credentials other than tokens of issuers with published keys. */
final class OtherCredentials {
    private static final Logger LOG = LoggerFactory.getLogger(OtherCredentials.class);

    private final FileWatch.Look unread;
    private final Optional<VirtualKeys> virtualKeys;
    private final AuditLog audit;

    private final List<Introspection> introspections = new ArrayList<>();
    private final ScopeHierarchy scopes;

    /** What is needed beyond the configuration; new keys are not taken while that is so, from the start. Transports that are opened are added to the list, to be closed later. */
    record Means(
            Wiring wiring,
            DeadlineSweeper sweeper,
            Function<SecretRef, SecretSource> secrets,
            AuditLog audit,
            Optional<String> modelAudience,
            BooleanSupplier takesNoNewKeys,
            List<AutoCloseable> transports) {}

    OtherCredentials(GatewayConfig config, List<View> views, Means means) {
        TimeSource time = means.sweeper().time();
        this.audit = means.audit();
        KeyFile keyFile = new KeyFile(config.stateDir());
        this.unread = FileWatch.look(List.of(keyFile.path()));
        this.scopes = new ScopeHierarchy(config.impliedScopes());
        Map<String, String> audiences =
                new HashMap<>(views.stream().collect(Collectors.toMap(View::name, View::resource)));
        means.modelAudience().ifPresent(audience -> audiences.put(Models.VIEW, audience));
        this.virtualKeys = config.virtualKeys()
                .map(keys -> new VirtualKeys(
                        keys.issuer(),
                        keyFile,
                        scopes,
                        audiences,
                        time,
                        new KnownKeys(config.stateDir()),
                        means.takesNoNewKeys(),
                        this::keysChanged));
        config.issuers()
                .values()
                .forEach(issuer -> issuer.introspection()
                        .ifPresent(asked -> introspections.add(introspection(issuer.profile(), asked, means))));
    }

    private Introspection introspection(IssuerProfile profile, GatewayConfig.Introspection asked, Means means) {
        HttpTransport transport = HttpTransport.open(
                HttpSettings.of(HttpOrigin.of(asked.url()), HttpSettings.Client.STANDARD),
                OutboundGuard.forTarget(asked.url(), UpstreamFactory.networks(asked.allowNetworks())),
                means.sweeper());
        means.transports().add(transport);
        TimeSource time = means.sweeper().time();
        return new Introspection(
                new Introspection.Settings(
                        profile,
                        asked.tokens() != Introspected.JWT,
                        asked.tokens() != Introspected.OPAQUE,
                        asked.cache()),
                new IntrospectionEndpoint(profile.alias(), asked.url(), transport, client(asked, means), time),
                scopes,
                time);
    }

    private static ClientAuthentication client(GatewayConfig.Introspection asked, Means means) {
        SecretRef key = asked.privateKey();
        SecretRef secret = asked.secret();
        if (key != null) {
            return new ClientAuthentication.PrivateKeyJwt(
                    asked.clientId(),
                    means.secrets().apply(key),
                    asked.keyId(),
                    asked.assertionAudience(),
                    means.wiring().secureRandom());
        }
        if (secret == null) {
            throw new IllegalArgumentException("a client has a key or a secret");
        }
        return new ClientAuthentication.ClientSecret(
                asked.clientId(), means.secrets().apply(secret));
    }

    List<TokenVerifier> verifiers() {
        List<TokenVerifier> verifiers = new ArrayList<>();
        virtualKeys.ifPresent(verifiers::add);
        verifiers.addAll(introspections);
        return verifiers;
    }

    /** Also what nobody uses is looked at when it changes, so that the audit log has it. */
    void watch(FileWatch files) {
        virtualKeys.ifPresent(keys -> files.watch(unread, keys::look));
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
