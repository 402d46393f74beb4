package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.net.HttpOrigin;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A provider of models. Only a path that holds a permit and an audit ticket may ask it. */
public interface ModelProvider extends AutoCloseable {
    /** The operator's name of it. */
    String name();

    /** What OpenTelemetry's conventions call it ({@code gen_ai.provider.name}); the operator's name of a server of one's own. */
    String vendor();

    /** Where it is asked; empty if that is not known. */
    default Optional<HttpOrigin> origin() {
        return Optional.empty();
    }

    /**
     * Whether it takes such requests.
     *
     * @param model the provider's name of the model
     */
    boolean serves(ModelApi api, String model);

    /**
     * What of an agent's header fields is asked for and not passed on, each as {@code field=value}; empty for nothing. What
     * this provider could not mean anything by is not among it.
     */
    List<String> leavesOut(Map<String, String> headers);

    /**
     * Asks once, and waits for the whole answer or for the first event of a stream. Never throws for what a provider
     * does. An interrupt of the thread ends it, and the request at the provider with it.
     */
    ModelReply send(ModelCall call);

    /** What the provider makes of a key, asked by a request that costs nothing; no model is asked. */
    default Probe probe(UpstreamCredential key) {
        return Probe.NOT_KNOWN_HOW;
    }

    /** Ends everything that is under way. */
    @Override
    void close();
}
