package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.credential.AwsKeys;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.net.HttpOrigin;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A provider whose requests are signed with keys of AWS: that it refuses them is told, and they are read anew with the next
 * request, however fresh what is known of them. There is no second pair to ask with.
 */
public final class SignedProvider implements ModelProvider {
    /** What its keys are called where refused ones are counted. */
    public static final String KEY = "access_key";

    private final ModelProvider provider;
    private final AwsKeys keys;
    private final BiConsumer<String, String> refused;

    /**
     * A provider that signs with these keys.
     *
     * @param refused told of refused keys by the names of provider and key; must not throw
     */
    public SignedProvider(ModelProvider provider, AwsKeys keys, BiConsumer<String, String> refused) {
        this.provider = provider;
        this.keys = keys;
        this.refused = refused;
    }

    @Override
    public String name() {
        return provider.name();
    }

    @Override
    public String vendor() {
        return provider.vendor();
    }

    @Override
    public Optional<HttpOrigin> origin() {
        return provider.origin();
    }

    @Override
    public boolean serves(ModelApi api) {
        return provider.serves(api);
    }

    @Override
    public List<String> leavesOut(Map<String, String> headers) {
        return provider.leavesOut(headers);
    }

    @Override
    public ModelReply send(ModelCall call) {
        ModelReply reply = provider.send(call);
        if (reply instanceof ModelReply.Failed(ModelFailure failure) && failure.cause() == Cause.CREDENTIAL_REFUSED) {
            keys.refresh();
            refused.accept(name(), KEY);
        }
        return reply;
    }

    @Override
    public Probe probe(UpstreamCredential key) {
        return provider.probe(key);
    }

    @Override
    public void close() {
        provider.close();
    }
}
