package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelCall;
import dev.mcpgateway.connectors.model.ModelProvider;
import dev.mcpgateway.connectors.model.ModelReply;
import java.util.List;
import java.util.Map;

/** Stands for a provider where only its name matters; nothing may be sent to it. */
record NamedProvider(String name) implements ModelProvider {
    @Override
    public String vendor() {
        return name;
    }

    @Override
    public boolean serves(ModelApi api, String model) {
        return true;
    }

    @Override
    public List<String> leavesOut(Map<String, String> headers) {
        return List.of();
    }

    @Override
    public ModelReply send(ModelCall call) {
        throw new AssertionError("nothing is sent to a provider that is only a name");
    }

    @Override
    public void close() {}
}
