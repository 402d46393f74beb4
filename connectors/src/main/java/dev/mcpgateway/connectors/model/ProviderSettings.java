package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.net.AddressRange;
import dev.mcpgateway.connectors.net.HttpSettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How one provider is asked.
 *
 * @param name the operator's name of it
 * @param baseUrl what the paths of the protocol are below, ending in {@code /v1} as a rule, without a final slash
 * @param apiVersion of Azure's older paths, which name the deployment; empty for all others
 * @param credential what the provider knows the gateway by
 * @param connections its connections and their limits
 * @param allowNetworks networks in which the host may be, beyond public addresses
 * @param firstEvent longest wait for the first event of a stream
 * @param idle longest silence between two events of a stream
 * @param total longest duration of a call
 * @param asksForUsage whether streams of Chat Completions ask for their usage
 * @param betas values of {@code anthropic-beta} and {@code openai-beta} that are passed on; {@code *} for all
 * @param replyBytesMax most bytes of a whole answer
 * @param streamBytesMax most bytes of a stream
 * @param jsonDepthMax deepest nesting of an answer or event
 */
public record ProviderSettings(
        String name,
        ProviderKind kind,
        URI baseUrl,
        String apiVersion,
        UpstreamCredential credential,
        HttpSettings connections,
        List<AddressRange> allowNetworks,
        Duration firstEvent,
        Duration idle,
        Duration total,
        boolean asksForUsage,
        Set<String> betas,
        int replyBytesMax,
        long streamBytesMax,
        int jsonDepthMax) {
    /** Copies the collections. */
    public ProviderSettings {
        allowNetworks = List.copyOf(allowNetworks);
        betas = Set.copyOf(betas);
    }

    /** Those values of a beta header that are passed on, or those that are not. */
    Stream<String> betas(String value, boolean passed) {
        return Stream.of(value.split(",", -1))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .filter(each -> (betas.contains("*") || betas.contains(each)) == passed);
    }
}
