package dev.mcpgateway.gateway.evidence;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Hosts of providers of models, as shipped. A host that is not in the list is nobody's: the list is not complete. */
final class ProviderHosts {
    private final Map<String, String> exact = new LinkedHashMap<>();
    private final Map<String, String> ends = new LinkedHashMap<>();

    private ProviderHosts(String text) {
        text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> {
            String[] parts = line.strip().split(" +", 2);
            Map<String, String> kind = parts[0].startsWith(".") || parts[0].startsWith("-") ? ends : exact;
            kind.put(parts[0], parts[1]);
        });
    }

    static ProviderHosts shipped() throws IOException {
        try (InputStream list = ProviderHosts.class.getResourceAsStream("provider-hosts.txt")) {
            if (list == null) {
                throw new IOException("the list of providers' hosts is missing from this distribution");
            }
            return new ProviderHosts(new String(list.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Whose host it is; Bedrock's hosts name a region. */
    Optional<String> provider(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        if (lower.matches(
                "bedrock(-runtime|-agent-runtime|-mantle)?(-fips)?\\.[a-z0-9-]+\\.(amazonaws\\.com|api\\.aws)")) {
            return Optional.of("aws.bedrock");
        }
        String provider = exact.get(lower);
        return provider != null
                ? Optional.of(provider)
                : ends.entrySet().stream()
                        .filter(each -> lower.endsWith(each.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst();
    }
}
