package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.connectors.credential.ClientAuthentication;
import dev.mcpgateway.connectors.credential.ClientAuthentication.ClientSecret;
import dev.mcpgateway.connectors.credential.ClientAuthentication.PostedSecret;
import dev.mcpgateway.connectors.credential.ClientAuthentication.PublicClient;
import dev.mcpgateway.connectors.credential.GivenSecret;
import dev.mcpgateway.connectors.credential.Secret;
import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.oauth.AuthorizationServer;
import dev.mcpgateway.connectors.oauth.ClientRegistration;
import dev.mcpgateway.connectors.oauth.ClientRegistration.Registered;
import dev.mcpgateway.connectors.oauth.OAuthFault;
import dev.mcpgateway.connectors.oauth.OAuthWeb;
import dev.mcpgateway.gateway.state.StateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The clients that the gateway is since it registered itself, by issuer and redirect URI; their secrets sealed. A secret
 * that has ended, or was sealed with another key, is as if the gateway had never registered.
 */
public final class RegisteredClients {
    private static final Logger LOG = LoggerFactory.getLogger(RegisteredClients.class);
    private static final int CLIENTS_MAX = 1_000;

    private final StateFile file;
    private final TokenSeal seal;
    private final InstantSource clock;
    private final Map<String, Kept> clients = new TreeMap<>();
    private final ReentrantLock registering = new ReentrantLock();

    /** How a client proves itself. */
    private enum Way {
        NONE,
        BASIC,
        POST
    }

    /**
     * One client.
     *
     * @param secret sealed, base64; empty for none
     * @param endsAt second at which the secret ends; 0 for never
     */
    private record Kept(String id, Way way, String secret, long endsAt) {
        static Kept of(JsonNode json) {
            return new Kept(
                    json.required("id").stringValue(),
                    Way.valueOf(json.required("way").stringValue()),
                    json.required("secret").stringValue(),
                    json.required("ends_at").longValue());
        }

        void write(ObjectNode json) {
            json.put("id", id).put("way", way.name()).put("secret", secret).put("ends_at", endsAt);
        }
    }

    /**
     * Those of the file.
     *
     * @throws IOException if it is damaged or cannot be read
     */
    RegisteredClients(StateFile file, TokenSeal seal, InstantSource clock) throws IOException {
        this.file = file;
        this.seal = seal;
        this.clock = clock;
        var content = file.read();
        if (content.isPresent()) {
            try {
                JsonNode root = JsonMapper.shared().readTree(content.get());
                root.properties().forEach(each -> clients.put(each.getKey(), Kept.of(each.getValue())));
            } catch (JacksonException | IllegalArgumentException damaged) {
                throw new IOException(file.path() + " is damaged; without it the gateway registers anew", damaged);
            }
        }
    }

    /** The client at this server; the gateway registers if it is none there. */
    ClientAuthentication client(AuthorizationServer server, ClientRegistration own, OAuthWeb web) throws OAuthFault {
        String key = server.issuer() + " " + own.redirect();
        // one at a time, so that nobody registers twice; a slow server holds up no more than other registrations
        registering.lock();
        try {
            Optional<ClientAuthentication> known = current(server.issuer(), key);
            return known.isPresent() ? known.get() : keep(server.issuer(), key, own.register(server, web));
        } finally {
            registering.unlock();
        }
    }

    private synchronized Optional<ClientAuthentication> current(String issuer, String key) throws OAuthFault {
        if (clients.size() >= CLIENTS_MAX && !clients.containsKey(key)) {
            throw new OAuthFault("the gateway has registered itself at " + CLIENTS_MAX + " servers already");
        }
        return Optional.ofNullable(clients.get(key))
                .filter(each -> each.endsAt() == 0 || clock.instant().isBefore(Instant.ofEpochSecond(each.endsAt())))
                .flatMap(each -> opened(issuer, each));
    }

    private synchronized ClientAuthentication keep(String issuer, String key, Registered registered) {
        clients.put(key, sealed(issuer, registered));
        save();
        return registered.client();
    }

    private void save() {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        clients.forEach((key, kept) -> kept.write(root.putObject(key)));
        try {
            file.write(JsonMapper.shared().writeValueAsBytes(root));
        } catch (IOException failure) {
            LOG.error("a registration is not saved: {}", failure.getMessage());
        }
    }

    /** The client of this id at this issuer. */
    synchronized Optional<ClientAuthentication> known(String issuer, String id) {
        return clients.entrySet().stream()
                .filter(each -> each.getKey().startsWith(issuer + " ")
                        && each.getValue().id().equals(id))
                .findFirst()
                .flatMap(each -> opened(issuer, each.getValue()));
    }

    private Kept sealed(String issuer, Registered registered) {
        String id = registered.client().clientId();
        long endsAt = registered.endsAt().map(Instant::getEpochSecond).orElse(0L);
        return switch (registered.client()) {
            case ClientSecret(String _, GivenSecret(Secret secret)) ->
                new Kept(id, Way.BASIC, sealed(issuer, id, secret), endsAt);
            case PostedSecret(String _, GivenSecret(Secret secret)) ->
                new Kept(id, Way.POST, sealed(issuer, id, secret), endsAt);
            default -> new Kept(id, Way.NONE, "", 0);
        };
    }

    private String sealed(String issuer, String id, Secret secret) {
        byte[] sealed = seal.seal(secret.expose().getBytes(StandardCharsets.UTF_8), boundTo(issuer, id));
        return Base64.getEncoder().encodeToString(sealed);
    }

    private Optional<ClientAuthentication> opened(String issuer, Kept kept) {
        if (kept.way() == Way.NONE) {
            return Optional.of(new PublicClient(kept.id()));
        }
        try {
            return seal.open(Base64.getDecoder().decode(kept.secret()), boundTo(issuer, kept.id()))
                    .map(secret -> {
                        SecretSource given = new GivenSecret(Secret.of(new String(secret, StandardCharsets.UTF_8)));
                        return kept.way() == Way.BASIC
                                ? new ClientSecret(kept.id(), given)
                                : new PostedSecret(kept.id(), given);
                    });
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static List<String> boundTo(String issuer, String id) {
        return List.of("registered client", issuer, id);
    }
}
