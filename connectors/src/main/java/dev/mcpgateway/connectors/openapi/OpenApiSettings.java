package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.net.AddressRange;
import dev.mcpgateway.connectors.net.HttpSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP API as an upstream; {@code transport: openapi} in the configuration.
 *
 * @param alias the operator's name for it
 * @param file the description, OpenAPI 3.0 or 3.1, JSON or YAML; read again when it has changed
 * @param server where requests go, absolute; {@code null} for the description's first server
 * @param include patterns of operations that are offered; empty for all
 * @param exclude patterns of operations that are not
 * @param includeDeprecated whether operations marked as deprecated are offered
 * @param outputSchemas whether tools promise structured content where the description does
 * @param slashesInPath whether a path parameter may hold slashes; they are sent as {@code %2F}, which some servers take
 *     for a slash
 * @param credentialHeaders header fields that the credential fills; agents never do
 * @param client which HTTP client
 * @param connectionsMax most connections at a time
 * @param allowNetworks networks that are allowed for this upstream besides public ones
 * @param trust trust anchors and client keys for TLS; the JDK's when absent
 * @param jsonDepthMax deepest nesting of an answer that becomes structured content
 */
public record OpenApiSettings(
        String alias,
        Path file,
        @Nullable URI server,
        List<String> include,
        List<String> exclude,
        boolean includeDeprecated,
        boolean outputSchemas,
        boolean slashesInPath,
        Set<String> credentialHeaders,
        HttpSettings.Client client,
        int connectionsMax,
        List<AddressRange> allowNetworks,
        Optional<SSLContext> trust,
        int jsonDepthMax) {

    /** As deep as we let agents go. */
    public static final int JSON_DEPTH_DEFAULT = 64;

    /** Copies the collections; checks the ranges. */
    public OpenApiSettings {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        credentialHeaders = credentialHeaders.stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        allowNetworks = List.copyOf(allowNetworks);
        if (connectionsMax < 1 || jsonDepthMax < 4) {
            throw new IllegalArgumentException("limits of an upstream must be positive");
        }
    }

    /** All operations of a file, at a server, with all defaults. */
    public static OpenApiSettings of(String alias, Path file, @Nullable URI server) {
        return new OpenApiSettings(
                alias,
                file,
                server,
                List.of(),
                List.of(),
                true,
                true,
                false,
                Set.of(),
                HttpSettings.Client.LEAN,
                HttpSettings.CONNECTIONS_DEFAULT,
                List.of(),
                Optional.empty(),
                JSON_DEPTH_DEFAULT);
    }
}
