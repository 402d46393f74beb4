package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.connectors.oauth.AuthorizationServer;
import dev.mcpgateway.connectors.oauth.ClientRegistration;
import dev.mcpgateway.connectors.oauth.OAuthFault;
import dev.mcpgateway.connectors.oauth.OAuthWeb;
import dev.mcpgateway.gateway.state.StateFile;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The client ids that the gateway got by registering itself, by issuer and redirect URI. No secrets. */
public final class RegisteredClients {
    private static final Logger LOG = LoggerFactory.getLogger(RegisteredClients.class);
    private static final int CLIENTS_MAX = 1_000;

    private final StateFile file;
    private final Map<String, String> clients = new TreeMap<>();

    /**
     * Those of the file.
     *
     * @throws IOException if it is damaged or cannot be read
     */
    public RegisteredClients(StateFile file) throws IOException {
        this.file = file;
        var content = file.read();
        if (content.isPresent()) {
            try {
                clients.putAll(
                        JsonMapper.shared().readValue(content.get(), new TypeReference<Map<String, String>>() {}));
            } catch (JacksonException damaged) {
                throw new IOException(file.path() + " is damaged; without it the gateway registers anew", damaged);
            }
        }
    }

    /** The client id at this server; the gateway registers if it has none there. */
    synchronized String client(AuthorizationServer server, ClientRegistration own, OAuthWeb web) throws OAuthFault {
        String key = server.issuer() + " " + own.redirect();
        String known = clients.get(key);
        if (known != null) {
            return known;
        }
        if (clients.size() >= CLIENTS_MAX) {
            throw new OAuthFault("the gateway has registered itself at " + CLIENTS_MAX + " servers already");
        }
        String id = own.register(
                server.registration().orElseThrow(() -> new OAuthFault("the server registers no clients")), web);
        clients.put(key, id);
        try {
            file.write(JsonMapper.shared().writeValueAsBytes(clients));
        } catch (IOException failure) {
            LOG.error("a registration is not saved: {}", failure.getMessage());
        }
        return id;
    }
}
