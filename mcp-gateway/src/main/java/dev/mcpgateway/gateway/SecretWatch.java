package dev.mcpgateway.gateway;

import dev.mcpgateway.connectors.credential.HeaderSecret;
import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.GatewayConfig.Assertion;
import dev.mcpgateway.gateway.config.GatewayConfig.AwsKeys;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.gateway.config.GatewayConfig.EnvValue;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretRef;
import dev.mcpgateway.gateway.config.GatewayConfig.TokenServer;
import dev.mcpgateway.gateway.secrets.SecretAges;
import dev.mcpgateway.gateway.state.StateFile;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Looks at all secrets of a configuration once a minute, on a thread of its own. */
final class SecretWatch implements AutoCloseable {
    private static final long LOOK_NANOS = Duration.ofMinutes(1).toNanos();

    private final SecretAges ages;
    private final ReentrantLock looking = new ReentrantLock();
    private volatile long nextNanos;
    private volatile boolean closed;

    /** A secret, and what stands before it where it is sent in a header field; {@code null} for another use. */
    private record Use(SecretRef secret, @Nullable String prefix) {
        SecretSource source(Function<SecretRef, SecretSource> secrets) {
            SecretSource source = secrets.apply(secret);
            return prefix == null ? source : new HeaderSecret(prefix, source);
        }
    }

    SecretWatch(GatewayConfig config, Wiring wiring, Function<SecretRef, SecretSource> secrets) {
        Map<String, SecretSource> sources = new LinkedHashMap<>();
        references(config).forEach((name, use) -> sources.put(name, use.source(secrets)));
        this.ages = new SecretAges(
                sources,
                new StateFile(config.stateDir().resolve("secrets.json")),
                wiring.clock(),
                wiring.secureRandom());
        this.nextNanos = wiring.nanoClock().getAsLong();
    }

    SecretAges ages() {
        return ages;
    }

    /** From now on looks, the first time at once. */
    void start(DeadlineSweeper sweeper) {
        sweeper.watch(now -> {
            if (!closed && now - nextNanos >= 0) {
                nextNanos = now + LOOK_NANOS;
                Thread.ofVirtual().name("secret-watch").start(this::look);
            }
        });
    }

    private void look() {
        if (!looking.tryLock()) {
            return;
        }
        try {
            if (!closed) {
                ages.look();
            }
        } finally {
            looking.unlock();
        }
    }

    /** Looks no more, after a look that is under way: nothing is written to the state folder afterwards. */
    @Override
    public void close() {
        looking.lock();
        try {
            closed = true;
        } finally {
            looking.unlock();
        }
    }

    /** Every secret that the configuration refers to, by where it does. */
    private static Map<String, Use> references(GatewayConfig config) {
        Map<String, Use> all = new LinkedHashMap<>();
        config.admin().tokens().forEach(token -> put(all, "admin.tokens." + token.name(), token.secret()));
        config.vault().ifPresent(vault -> {
            put(all, "vault.token", vault.token());
            put(all, "vault.approle.secret_id", vault.secretId());
        });
        config.secretsManager().ifPresent(store -> putAws(all, "secrets_manager", store.keys()));
        config.issuers()
                .forEach((alias, issuer) -> issuer.introspection().ifPresent(asked -> {
                    put(all, "issuers." + alias + ".introspection.client.private_key", asked.privateKey());
                    put(all, "issuers." + alias + ".introspection.client.secret", asked.secret());
                }));
        config.upstreams().forEach((alias, upstream) -> {
            putCredential(all, "upstreams." + alias + ".credential", upstream.credential());
            upstream.mtls().ifPresent(mtls -> put(all, "upstreams." + alias + ".mtls.private_key", mtls.privateKey()));
            upstream.env().forEach((name, value) -> {
                if (value instanceof EnvValue.Secret secret) {
                    put(all, "upstreams." + alias + ".env." + name, secret.secret());
                }
            });
        });
        config.models()
                .ifPresent(models -> models.providers()
                        .forEach((name, provider) ->
                                putCredential(all, "models.providers." + name + ".credential", provider.credential())));
        return all;
    }

    private static void putCredential(Map<String, Use> all, String name, Credential credential) {
        switch (credential) {
            case Credential.StaticHeader header -> all.put(name, new Use(header.secret(), header.prefix()));
            case Credential.Aws keys -> {
                putAws(all, name, keys.first());
                putAws(all, name + ".next", keys.next());
            }
            case Credential.WorkloadToken token -> putAssertion(all, name, token.assertion());
            case Credential.AwsRole role -> putAssertion(all, name, role.assertion());
            case Credential.KeyPair pair -> {
                String prefix = pair.first().prefix();
                all.put(name, new Use(pair.first().secret(), prefix));
                all.put(name + ".next", new Use(pair.next(), prefix));
            }
            case Credential.ClientCredentials mode -> putServer(all, name, mode.server());
            case Credential.TokenExchange mode -> putServer(all, name, mode.server());
            case Credential.UserOAuth mode -> {
                mode.client().ifPresent(client -> {
                    put(all, name + ".client.private_key", client.privateKey());
                    put(all, name + ".client.secret", client.secret());
                });
                putCredential(all, name + ".lists", mode.lists());
            }
            case Credential.None _, Credential.CallToken _ -> {
                // nothing outside the configuration
            }
        }
    }

    private static void putAws(Map<String, Use> all, String name, @Nullable AwsKeys keys) {
        if (keys != null) {
            put(all, name + ".access_key_id", keys.accessKeyId());
            put(all, name + ".secret_access_key", keys.secretAccessKey());
            put(all, name + ".session_token", keys.sessionToken());
        }
    }

    private static void putAssertion(Map<String, Use> all, String name, Assertion assertion) {
        put(all, name + ".assertion.private_key", assertion.privateKey());
        put(all, name + ".token", assertion.token());
    }

    private static void putServer(Map<String, Use> all, String name, TokenServer server) {
        put(all, name + ".client.private_key", server.privateKey());
        put(all, name + ".client.secret", server.secret());
    }

    private static void put(Map<String, Use> all, String name, @Nullable SecretRef reference) {
        if (reference != null) {
            all.put(name, new Use(reference, null));
        }
    }
}
