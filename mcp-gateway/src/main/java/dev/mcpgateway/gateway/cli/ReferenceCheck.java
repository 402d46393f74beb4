package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.connectors.credential.HeaderSecret;
import dev.mcpgateway.connectors.credential.SecretFile;
import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.credential.SecretUnavailable;
import dev.mcpgateway.connectors.credential.SecretVariable;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.gateway.Wiring;
import dev.mcpgateway.gateway.config.ContentSettings;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.GatewayConfig.Assertion;
import dev.mcpgateway.gateway.config.GatewayConfig.AwsKeys;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.gateway.config.GatewayConfig.EnvValue;
import dev.mcpgateway.gateway.config.GatewayConfig.OAuthClient;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretRef;
import dev.mcpgateway.gateway.config.GatewayConfig.TokenServer;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.model.content.TenantKey;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Looks whether what a configuration refers to outside itself is there: files, programs, environment variables. */
final class ReferenceCheck {
    private final String file;
    private final Function<String, @Nullable String> environment;
    private final List<Problem> problems = new ArrayList<>();
    private final Wiring wiring = Wiring.production(BuildVersion.text());
    private final TimeSource time = new TimeSource(wiring.clock(), wiring.nanoClock());

    private ReferenceCheck(String file, Function<String, @Nullable String> environment) {
        this.file = file;
        this.environment = environment;
    }

    static List<Problem> problems(String file, GatewayConfig config) {
        return problems(file, config, ReferenceCheck::variable);
    }

    private static @Nullable String variable(String name) {
        return System.getenv(name);
    }

    static List<Problem> problems(String file, GatewayConfig config, Function<String, @Nullable String> environment) {
        ReferenceCheck check = new ReferenceCheck(file, environment);
        config.listen().tls().ifPresent(tls -> {
            check.readable("/listen/tls/certificate", tls.certificate());
            check.readable("/listen/tls/private_key", tls.privateKey());
        });
        config.admin().tokens().forEach(token -> check.secret("/admin/tokens", token.secret()));
        config.issuers().forEach((alias, issuer) -> {
            Path keys = issuer.jwksFile();
            if (keys != null) {
                check.readable("/issuers/" + alias + "/jwks/file", keys);
            }
            issuer.introspection().ifPresent(asked -> {
                for (SecretRef secret : new SecretRef[] {asked.privateKey(), asked.secret()}) {
                    if (secret != null) {
                        check.secret("/issuers/" + alias + "/introspection/client", secret);
                    }
                }
            });
        });
        config.vault().ifPresent(vault -> {
            for (SecretRef secret : new SecretRef[] {vault.token(), vault.secretId()}) {
                if (secret != null) {
                    check.secret("/vault", secret);
                }
            }
        });
        config.secretsManager().ifPresent(store -> check.aws("/secrets_manager", store.keys()));
        config.issuers()
                .forEach((alias, issuer) -> issuer.login()
                        .ifPresent(login -> check.client("/issuers/" + alias + "/login", login.client())));
        SecretRef stateKey = config.stateKey();
        if (stateKey != null) {
            check.secret("/state/key", stateKey);
        }
        config.upstreams().forEach(check::upstream);
        config.models()
                .map(Models::providers)
                .orElse(Map.of())
                .forEach((name, provider) ->
                        check.credential("/models/providers/" + name + "/credential", provider.credential()));
        config.models().flatMap(Models::content).ifPresent(check::content);
        config.models()
                .flatMap(Models::observe)
                .flatMap(observe -> observe.problem(check.wiring.clock().instant()))
                .ifPresent(problem -> check.add("/models/observe/until", problem));
        return check.problems;
    }

    private void content(ContentSettings content) {
        content.tenants().forEach((name, tenant) -> {
            try {
                var _ = TenantKey.read(tenant.publicKey());
            } catch (IOException unusable) {
                add("/models/content/tenants/" + name + "/public_key", String.valueOf(unusable.getMessage()));
            }
        });
    }

    private void upstream(String alias, GatewayConfig.Upstream upstream) {
        String pointer = "/upstreams/" + alias;
        credential(pointer + "/credential", upstream.credential());
        upstream.mtls().ifPresent(mtls -> {
            readable(pointer + "/mtls/certificate", mtls.certificate());
            secret(pointer + "/mtls/private_key", mtls.privateKey());
            Path ca = mtls.ca();
            if (ca != null) {
                readable(pointer + "/mtls/ca", ca);
            }
        });
        upstream.env().forEach((name, value) -> {
            if (value instanceof EnvValue.Secret secret) {
                secret(pointer + "/env/" + name, secret.secret());
            }
        });
        GatewayConfig.OpenApi openApi = upstream.openApi();
        if (openApi != null) {
            readable(pointer + "/openapi/file", openApi.file());
        }
        if (!upstream.command().isEmpty()
                && !Files.isExecutable(Path.of(upstream.command().getFirst()))) {
            add(
                    pointer + "/command",
                    "the program is not there or not executable: "
                            + upstream.command().getFirst());
        }
        Path cwd = upstream.cwd();
        if (cwd != null && !Files.isDirectory(cwd)) {
            add(pointer + "/cwd", "no such folder: " + cwd);
        }
    }

    private void credential(String pointer, Credential credential) {
        switch (credential) {
            case Credential.StaticHeader header -> header(pointer + "/static/secret", header.prefix(), header.secret());
            case Credential.Aws keys -> {
                aws(pointer + "/aws", keys.first());
                AwsKeys next = keys.next();
                if (next != null) {
                    aws(pointer + "/aws/next", next);
                }
            }
            case Credential.WorkloadToken token -> assertion(pointer + "/workload_token", token.assertion());
            case Credential.AwsRole role -> assertion(pointer + "/aws/role", role.assertion());
            case Credential.KeyPair pair -> {
                String prefix = pair.first().prefix();
                header(pointer + "/static/secret", prefix, pair.first().secret());
                header(pointer + "/static/next", prefix, pair.next());
            }
            case Credential.ClientCredentials mode -> client(pointer + "/client_credentials", mode.server());
            case Credential.TokenExchange mode -> client(pointer + "/token_exchange", mode.server());
            case Credential.UserOAuth mode -> {
                mode.client().ifPresent(client -> client(pointer + "/user_oauth", client));
                credential(pointer + "/user_oauth/lists", mode.lists());
                Path lists = mode.listsFile();
                if (lists != null) {
                    readable(pointer + "/user_oauth/lists/file", lists);
                }
            }
            case Credential.None _, Credential.CallToken _ -> {
                // nothing outside the configuration
            }
        }
    }

    private void aws(String pointer, AwsKeys keys) {
        secret(pointer + "/access_key_id", keys.accessKeyId());
        secret(pointer + "/secret_access_key", keys.secretAccessKey());
        SecretRef token = keys.sessionToken();
        if (token != null) {
            secret(pointer + "/session_token", token);
        }
    }

    private void assertion(String pointer, Assertion assertion) {
        SecretRef key = assertion.privateKey();
        if (key != null) {
            secret(pointer + "/assertion/private_key", key);
        }
        SecretRef token = assertion.token();
        if (token != null) {
            secret(pointer + "/token", token);
        }
    }

    private void client(String pointer, OAuthClient client) {
        SecretRef key = client.privateKey();
        if (key != null) {
            secret(pointer + "/client/private_key", key);
        }
        SecretRef password = client.secret();
        if (password != null) {
            secret(pointer + "/client/secret", password);
        }
    }

    private void client(String pointer, TokenServer server) {
        SecretRef key = server.privateKey();
        if (key != null) {
            secret(pointer + "/client/private_key", key);
        }
        SecretRef password = server.secret();
        if (password != null) {
            secret(pointer + "/client/secret", password);
        }
    }

    private void secret(String pointer, SecretRef secret) {
        source(secret).ifPresent(source -> read(pointer, source));
    }

    /** One that is sent in a header field: what no header may carry can be read, and never be sent. */
    private void header(String pointer, String prefix, SecretRef secret) {
        source(secret).ifPresent(source -> read(pointer, new HeaderSecret(prefix, source)));
    }

    /** As the gateway reads it; none for what is in a store, since nobody is asked. */
    private Optional<SecretSource> source(SecretRef secret) {
        Path path = secret.file();
        String variable = secret.variable();
        if (path != null) {
            return Optional.of(new SecretFile(path, time));
        }
        return Optional.ofNullable(variable).map(name -> new SecretVariable(name, environment));
    }

    private void read(String pointer, SecretSource source) {
        try {
            var _ = source.read();
        } catch (SecretUnavailable unusable) {
            add(pointer, String.valueOf(unusable.getMessage()));
        }
    }

    private void readable(String pointer, Path path) {
        if (!Files.isReadable(path)) {
            add(pointer, "the file cannot be read: " + path);
        }
    }

    private void add(String pointer, String message) {
        problems.add(new Problem(file, 0, 0, pointer, message, ""));
    }
}
