package dev.mcpgateway.gateway.config;

import dev.mcpgateway.connectors.credential.CallToken.SubjectForm;
import dev.mcpgateway.connectors.credential.SigningAlgorithm;
import dev.mcpgateway.connectors.credential.SigningLibrary;
import dev.mcpgateway.connectors.credential.Workload;
import dev.mcpgateway.connectors.credential.WorkloadTokens;
import dev.mcpgateway.connectors.wire.InputKind;
import dev.mcpgateway.gateway.model.money.Spender;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration, checked: every value in range, every name it refers to defined. Made by {@link ConfigFile};
 * relative paths are already resolved against the file's folder.
 *
 * @param impliedScopes scopes and those that each holds directly; without cycles
 * @param stateKey where the key is that seals users' tokens; {@code null} for one in the state folder
 */
public record GatewayConfig(
        Listen listen,
        Admin admin,
        Map<String, Issuer> issuers,
        Map<String, Set<String>> impliedScopes,
        Optional<Anonymous> anonymous,
        Optional<VirtualKeys> virtualKeys,
        Optional<VaultServer> vault,
        Optional<SecretsManagerServer> secretsManager,
        Map<String, Upstream> upstreams,
        Optional<Models> models,
        Map<String, View> views,
        List<Path> policyFiles,
        Limits limits,
        Audit audit,
        Telemetry telemetry,
        Path stateDir,
        @Nullable SecretRef stateKey) {

    /** Keeps the order of the file. */
    public GatewayConfig {
        issuers = Collections.unmodifiableMap(new LinkedHashMap<>(issuers));
        impliedScopes = Map.copyOf(impliedScopes);
        upstreams = Collections.unmodifiableMap(new LinkedHashMap<>(upstreams));
        views = Collections.unmodifiableMap(new LinkedHashMap<>(views));
        policyFiles = List.copyOf(policyFiles);
    }

    /** Most bytes of a request of any kind. */
    public int longestRequestBytes() {
        return Math.max(limits.requestBytes(), models.map(Models::requestBytes).orElse(0));
    }

    /**
     * The port for agents.
     *
     * @param host address to bind
     * @param port port to bind, 0 for any free one
     * @param publicUrl URL under which agents reach the gateway, without a path
     * @param tls certificate and key, if the gateway ends TLS itself
     * @param allowedHosts Host values accepted beside that of {@code publicUrl}
     * @param allowedOrigins Origin values accepted beside that of {@code publicUrl}
     */
    public record Listen(
            String host,
            int port,
            URI publicUrl,
            Optional<Tls> tls,
            List<String> allowedHosts,
            List<String> allowedOrigins) {
        /** Copies the lists. */
        public Listen {
            allowedHosts = List.copyOf(allowedHosts);
            allowedOrigins = List.copyOf(allowedOrigins);
        }
    }

    /**
     * PEM files of the server's certificate chain and its PKCS #8 key; read again when they change.
     *
     * @param clientCa certificates that sign those of clients, or {@code null} to ask clients for none
     */
    public record Tls(
            Path certificate, Path privateKey, @Nullable Path clientCa) {
        /** All its files. */
        public List<Path> files() {
            return clientCa == null ? List.of(certificate, privateKey) : List.of(certificate, privateKey, clientCa);
        }
    }

    /**
     * The port for operators: health, metrics.
     *
     * @param allowedHosts Host values accepted beside the address itself
     * @param tokens who may ask for more than health
     */
    public record Admin(String host, int port, List<String> allowedHosts, List<AdminToken> tokens) {
        /** Copies the lists. */
        public Admin {
            allowedHosts = List.copyOf(allowedHosts);
            tokens = List.copyOf(tokens);
        }
    }

    /** A named operator's bearer token, by reference, and its roles. */
    public record AdminToken(String name, SecretRef secret, Set<String> roles) {
        /** Copies the set. */
        public AdminToken {
            roles = Set.copyOf(roles);
        }
    }

    /** Where a secret is: exactly one of a file, an environment variable, a vault and AWS Secrets Manager. */
    public record SecretRef(
            @Nullable Path file,
            @Nullable String variable,
            @Nullable VaultRef vault,
            @Nullable SecretsManagerRef secretsManager) {
        /** A secret in a file or a variable. */
        public SecretRef(@Nullable Path file, @Nullable String variable) {
            this(file, variable, null, null);
        }
    }

    /** One key of a secret in the vault; {@code path} is the API's, such as {@code secret/data/crm}. */
    public record VaultRef(String path, String key) {}

    /**
     * A secret in AWS Secrets Manager.
     *
     * @param id its name or ARN
     * @param key the member of its JSON object; empty for the whole text
     * @param stage label of the version
     */
    public record SecretsManagerRef(String id, String key, String stage) {}

    /**
     * AWS Secrets Manager, in one region.
     *
     * @param url its endpoint, the region's own as a rule
     * @param keys what signs; none of them is in a store
     * @param fresh how long a secret is used before it is read again
     * @param kept how long the last good value is used while it does not answer
     * @param allowNetworks networks in which the host may be, beyond public addresses
     */
    public record SecretsManagerServer(
            String region, URI url, AwsKeys keys, Duration fresh, Duration kept, List<String> allowNetworks) {
        /** Copies the list. */
        public SecretsManagerServer {
            allowNetworks = List.copyOf(allowNetworks);
        }
    }

    /**
     * What the gateway shows of itself to be issued a credential: exactly one of what it signs and what others write.
     *
     * @param issuer {@code iss} of what it signs
     * @param subject {@code sub}, where it is always the same; empty for the workload's
     * @param audience {@code aud} of what it signs
     * @param keyId value of {@code kid}; empty for none
     * @param token what somebody else writes
     */
    public record Assertion(
            String issuer,
            String subject,
            String audience,
            @Nullable SecretRef privateKey,
            String keyId,
            @Nullable SecretRef token) {}

    /**
     * The vault that secrets may be in. Exactly one of {@code token} and {@code secretId}.
     *
     * @param namespace value of {@code X-Vault-Namespace}; empty for none
     * @param token a token that somebody else renews, or {@code null}
     * @param mount where the AppRole method is mounted
     * @param roleId the AppRole's id
     * @param secretId the AppRole's secret, or {@code null}
     * @param fresh how long a secret is used before it is read again
     * @param kept how long the last good value is used while the vault does not answer
     * @param allowNetworks networks in which the host may be, beyond public addresses
     */
    public record VaultServer(
            URI url,
            String namespace,
            @Nullable SecretRef token,
            String mount,
            String roleId,
            @Nullable SecretRef secretId,
            Duration fresh,
            Duration kept,
            List<String> allowNetworks) {
        /** Copies the list. */
        public VaultServer {
            allowNetworks = List.copyOf(allowNetworks);
        }
    }

    /**
     * An issuer whose tokens are accepted.
     *
     * @param jwksUrl where its keys are, or {@code null} for a file
     * @param jwksFile file with its keys, or {@code null} for a URL
     * @param allowNetworks networks in which the JWKS host may be, beyond public addresses
     * @param introspection how it is asked about single tokens, if it is
     * @param login how its users log in to this gateway; empty if they cannot
     */
    public record Issuer(
            IssuerProfile profile,
            @Nullable URI jwksUrl,
            @Nullable Path jwksFile,
            List<String> allowNetworks,
            Optional<Introspection> introspection,
            Optional<Login> login) {
        /** Copies the list. */
        public Issuer {
            allowNetworks = List.copyOf(allowNetworks);
        }
    }

    /** About which tokens an issuer is asked. */
    public enum Introspected {
        /** Those that are no JWTs. */
        OPAQUE,
        /** JWTs, after their own checks. */
        JWT,
        /** Both. */
        ALL
    }

    /**
     * How an issuer is asked about a token (RFC 7662).
     *
     * @param clientId the gateway's client id there
     * @param privateKey key of {@code private_key_jwt}, or {@code null}
     * @param keyId value of {@code kid} beside it; empty for none
     * @param assertionAudience what the issuer's server knows itself by
     * @param secret password of {@code client_secret_basic}, or {@code null}
     * @param tokens about which it is asked
     * @param cache how long an answer is believed, and the token's own end at the latest
     * @param allowNetworks networks in which the host may be, beyond public addresses
     */
    public record Introspection(
            URI url,
            String clientId,
            @Nullable SecretRef privateKey,
            String keyId,
            String assertionAudience,
            @Nullable SecretRef secret,
            Introspected tokens,
            Duration cache,
            List<String> allowNetworks) {
        /** Copies the list. */
        public Introspection {
            allowNetworks = List.copyOf(allowNetworks);
        }
    }

    /**
     * The gateway as a client for logins at an issuer.
     *
     * @param client what it proves itself with, if anything
     * @param allowNetworks networks in which the issuer's hosts may be, beyond public addresses
     */
    public record Login(OAuthClient client, List<String> allowNetworks) {
        /** Copies the list. */
        public Login {
            allowNetworks = List.copyOf(allowNetworks);
        }
    }

    /**
     * A client that an authorization server knows: with a secret, a key, or neither.
     *
     * @param keyId value of {@code kid}; empty for none
     * @param assertionAudience value of {@code aud} in what the key signs
     */
    public record OAuthClient(
            String id,
            @Nullable SecretRef secret,
            @Nullable SecretRef privateKey,
            String keyId,
            String assertionAudience) {}

    /** The one caller of the anonymous profile: for tests on loopback. */
    public record Anonymous(String subject, String clientId, Set<String> groups, Set<String> scopes) {
        /** Its issuer in rules. */
        public static final String ISSUER = "anonymous";

        /** Copies the sets. */
        public Anonymous {
            groups = Set.copyOf(groups);
            scopes = Set.copyOf(scopes);
        }
    }

    /**
     * Virtual keys are accepted.
     *
     * @param issuer what rules call their issuer
     * @param life how long a new key is good where its maker does not say
     * @param lifeMax how long a new key can be good
     */
    public record VirtualKeys(String issuer, Duration life, Duration lifeMax) {}

    /** Aliases of everybody who vouches for callers, as rules name them. */
    public Set<String> issuerAliases() {
        Set<String> aliases = issuersOfAgents();
        models.filter(each -> each.judge().isPresent() || each.doctor().isPresent())
                .ifPresent(_ -> aliases.add(Spender.GATEWAY));
        return aliases;
    }

    /** Aliases of everybody who vouches for agents. */
    Set<String> issuersOfAgents() {
        Set<String> aliases = new LinkedHashSet<>(issuers.keySet());
        anonymous.ifPresent(_ -> aliases.add(Anonymous.ISSUER));
        virtualKeys.ifPresent(keys -> aliases.add(keys.issuer()));
        return aliases;
    }

    /** How an upstream is reached. */
    public enum Transport {
        /** A child process that speaks on its standard streams. */
        STDIO,
        /** One URL that takes POSTs. */
        STREAMABLE_HTTP,
        /** The HTTP+SSE transport of 2024-11-05. */
        SSE,
        /** No MCP: an HTTP API whose OpenAPI description makes its operations tools. */
        OPENAPI
    }

    /** Which generation of MCP an upstream speaks. */
    public enum EraChoice {
        /** Found out by asking. */
        AUTO,
        /** 2026-07-28 or later. */
        MODERN,
        /** 2025-11-25 or before. */
        LEGACY
    }

    /** Which HTTP client talks to an upstream. */
    public enum HttpClientChoice {
        /** The gateway's own pooled HTTP/1.1 client. */
        LEAN,
        /** Apache HttpClient 5. */
        STANDARD
    }

    /**
     * An MCP server behind the gateway.
     *
     * @param command argument vector of a child process; empty for HTTP
     * @param env environment of the child process: values or references
     * @param cwd working directory of the child process
     * @param url URL for HTTP; {@code null} for stdio and for an HTTP API
     * @param openApi description of an HTTP API; {@code null} for MCP servers
     * @param allowNetworks networks in which the host may be, beyond public addresses
     * @param credential what the upstream gets instead of the caller's token
     * @param mtls what is shown in the TLS handshake, in addition to the credential
     * @param callTimeout absolute limit of one call
     * @param concurrentCalls most calls at once
     * @param relay what it may ask of the agent during a call
     * @param resilience what is done about its failures
     */
    public record Upstream(
            String alias,
            Transport transport,
            List<String> command,
            Map<String, EnvValue> env,
            @Nullable Path cwd,
            @Nullable URI url,
            @Nullable OpenApi openApi,
            EraChoice era,
            HttpClientChoice httpClient,
            List<String> allowNetworks,
            Credential credential,
            Optional<ClientCertificate> mtls,
            Duration callTimeout,
            int concurrentCalls,
            Set<InputKind> relay,
            Resilience resilience) {
        /** Copies the collections. */
        public Upstream {
            relay = Set.copyOf(relay);
            command = List.copyOf(command);
            env = Map.copyOf(env);
            allowNetworks = List.copyOf(allowNetworks);
        }
    }

    /**
     * What is done about an upstream's failures.
     *
     * @param breaker when it is left alone; empty for never
     * @param idempotent its own names, or patterns of them, of tools that may be called a second time
     */
    public record Resilience(Optional<Breaker> breaker, List<String> idempotent) {
        /** Copies the list. */
        public Resilience {
            idempotent = List.copyOf(idempotent);
        }
    }

    /**
     * When an upstream that mostly fails is left alone.
     *
     * @param failuresPercent share of failures among the last calls
     * @param windowCalls how many calls are looked back at
     * @param callsMin fewest calls that say anything; at most {@code windowCalls}
     * @param open how long, before one call shows whether it works again
     */
    public record Breaker(int failuresPercent, int windowCalls, int callsMin, Duration open) {}

    /**
     * An HTTP API instead of an MCP server.
     *
     * @param file its OpenAPI description
     * @param server where requests go; {@code null} for the description's first server
     * @param include patterns of operations that are offered; empty for all
     * @param exclude patterns of operations that are not
     * @param includeDeprecated whether deprecated operations are offered
     * @param outputSchemas whether tools promise structured content
     * @param slashesInPath whether arguments in a path may hold slashes
     */
    public record OpenApi(
            Path file,
            @Nullable URI server,
            List<String> include,
            List<String> exclude,
            boolean includeDeprecated,
            boolean outputSchemas,
            boolean slashesInPath) {
        /** Copies the lists. */
        public OpenApi {
            include = List.copyOf(include);
            exclude = List.copyOf(exclude);
        }
    }

    /** A value of a child process's environment: text, or a reference to a secret. */
    public sealed interface EnvValue {
        /** Text as it stands. */
        record Text(String text) implements EnvValue {}

        /** The secret's value. */
        record Secret(SecretRef secret) implements EnvValue {}
    }

    /**
     * A client certificate.
     *
     * @param certificate PEM chain
     * @param privateKey PEM, PKCS #8
     * @param ca PEM certificates that the server's is verified against; {@code null} for the JDK's
     */
    public record ClientCertificate(
            Path certificate,
            SecretRef privateKey,
            @Nullable Path ca) {}

    /**
     * What signs requests to AWS.
     *
     * @param sessionToken goes with temporary keys; {@code null} for lasting ones
     */
    public record AwsKeys(
            SecretRef accessKeyId,
            SecretRef secretAccessKey,
            @Nullable SecretRef sessionToken) {}

    /** What an upstream gets to know the gateway by. The caller's own token is never among it. */
    public sealed interface Credential {
        /** Nothing, written out. */
        record None() implements Credential {}

        /** One secret for all callers, in one header. */
        record StaticHeader(String header, String prefix, SecretRef secret) implements Credential {}

        /**
         * Keys of AWS, which sign each request; for providers of models.
         *
         * @param next what the first are to be renewed by, or the other way round; {@code null} for none
         */
        record Aws(String region, AwsKeys first, @Nullable AwsKeys next) implements Credential {}

        /**
         * Two keys of a provider of models for the same header, of which one is in use.
         *
         * @param next the one that the first is to be renewed by, or the other way round
         */
        record KeyPair(StaticHeader first, SecretRef next) implements Credential {}

        /**
         * A token that a server issues for each workload by an assertion; for providers of models. Empty texts are not sent.
         *
         * @param clientId the gateway's client there; empty for none
         */
        record WorkloadToken(
                WorkloadTokens.Grant grant,
                URI tokenUrl,
                String clientId,
                Assertion assertion,
                Workload.Per per,
                String resource,
                String audience,
                String scope,
                List<String> allowNetworks)
                implements Credential {
            /** Copies the list. */
            public WorkloadToken {
                allowNetworks = List.copyOf(allowNetworks);
            }
        }

        /**
         * A role of AWS, which gives keys for each workload by an assertion; for providers of models.
         *
         * @param sts where it is taken
         * @param life how long keys live
         */
        record AwsRole(
                String region,
                String arn,
                URI sts,
                Assertion assertion,
                Workload.Per per,
                Duration life,
                List<String> allowNetworks)
                implements Credential {
            /** Copies the list. */
            public AwsRole {
                allowNetworks = List.copyOf(allowNetworks);
            }
        }

        /** A token of the gateway's own for each call. */
        record CallToken(
                String audience, SigningAlgorithm algorithm, SigningLibrary signer, Duration life, SubjectForm subject)
                implements Credential {}

        /** A token that a server issues to the gateway, the same for all callers; empty texts are not sent. */
        record ClientCredentials(TokenServer server, String resource, String audience, String scope)
                implements Credential {}

        /**
         * The caller's token, exchanged at its issuer's server; empty texts are not sent.
         *
         * @param issuer alias of the issuer whose tokens are exchanged
         * @param impersonation whether the new token leaves out that the gateway acts for the user
         * @param lists whether the gateway asks its own questions with a token issued to itself
         */
        record TokenExchange(
                String issuer,
                TokenServer server,
                String resource,
                String audience,
                String scope,
                boolean impersonation,
                boolean lists)
                implements Credential {}

        /**
         * The user's own token, to which the user agrees in a browser.
         *
         * @param server issuer of the authorization server; {@code null} to ask the upstream
         * @param client the gateway's client there; empty for its own document, or registration
         * @param clientIssuer issuer of the server that knows that client; {@code null} where any may be told of it
         * @param scopes what users are asked for; empty for what the upstream says
         * @param resource what tokens are asked for; {@code null} for what the upstream says, or its URL
         * @param register whether the gateway may register itself
         * @param allowNetworks networks in which hosts that others name may be, beyond public addresses
         * @param lists what the gateway's own questions are asked with
         * @param listsFile where its lists stand, so that nothing is asked; {@code null} to ask
         */
        record UserOAuth(
                @Nullable URI server,
                Optional<OAuthClient> client,
                @Nullable URI clientIssuer,
                Set<String> scopes,
                @Nullable URI resource,
                boolean register,
                List<String> allowNetworks,
                Credential lists,
                @Nullable Path listsFile)
                implements Credential {
            /** Copies the collections. */
            public UserOAuth {
                scopes = Set.copyOf(scopes);
                allowNetworks = List.copyOf(allowNetworks);
            }
        }
    }

    /**
     * A token endpoint and how the gateway proves itself there: with exactly one of a key and a secret.
     *
     * @param keyId value of {@code kid}; empty for none
     * @param assertionAudience value of {@code aud} in what the key signs
     * @param allowNetworks networks in which the host may be, beyond public addresses
     */
    public record TokenServer(
            URI url,
            String clientId,
            @Nullable SecretRef privateKey,
            String keyId,
            String assertionAudience,
            @Nullable SecretRef secret,
            List<String> allowNetworks) {
        /** Copies the list. */
        public TokenServer {
            allowNetworks = List.copyOf(allowNetworks);
        }
    }

    /**
     * One MCP endpoint.
     *
     * @param audience what tokens for it are issued for; {@code null} for its URL
     * @param upstreams whose features it offers; where several claim one URI, the first of them has it
     * @param instructions what agents are told about it; empty for the gateway's own words
     */
    public record View(
            String name,
            String path,
            @Nullable URI audience,
            List<String> upstreams,
            ViewNames names,
            ViewSelection selection,
            String instructions) {
        /** Copies the list. */
        public View {
            upstreams = List.copyOf(upstreams);
        }

        /** Its canonical URI where the gateway is reached under {@code publicUrl}: the audience of tokens (RFC 8707). */
        public String resource(URI publicUrl) {
            return audience == null ? publicUrl + path : audience.toString();
        }
    }

    /**
     * The audit log.
     *
     * @param dir folder of the log
     * @param origin name of this writer
     * @param signingKey PEM file of the signing key, made at the first start
     * @param subjectKey file of the key for pseudonyms, made at the first start
     */
    public record Audit(Path dir, String origin, Path signingKey, Path subjectKey) {}

    /**
     * Where telemetry goes.
     *
     * @param otlpUrl OTLP/HTTP receiver, or {@code null}
     * @param sampleRatio share of traces recorded where the agent did not decide
     * @param conventions whose names calls of models have in spans and metrics
     * @param events whether each call is sent as an event, too
     */
    public record Telemetry(
            @Nullable URI otlpUrl,
            double sampleRatio,
            boolean prometheus,
            String serviceName,
            Conventions conventions,
            boolean events) {

        /** A generation of OpenTelemetry's conventions for generative AI. */
        public enum Conventions {
            /** 1.41. */
            V1_41,
            /** What they are to be. */
            LATEST
        }
    }
}
