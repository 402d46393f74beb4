package dev.mcpgateway.gateway.model.kept;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.gateway.config.KeptIds;
import dev.mcpgateway.gateway.identity.Caller;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps callers from what a provider keeps of others. */
public final class KeptState {
    private static final String IDEMPOTENCY_KEY = "idempotency-key";

    private final OwnerSeal seal;
    private final Map<String, KeptIds> byProvider;

    /** Of these providers; what is not among them is bound and shares nothing. */
    public KeptState(OwnerSeal seal, Map<String, KeptIds> byProvider) {
        this.seal = seal;
        this.byProvider = Map.copyOf(byProvider);
    }

    private KeptIds of(String provider) {
        return byProvider.getOrDefault(provider, KeptIds.BOUND);
    }

    /** Header fields as providers get them: two callers with one idempotency key are two. */
    public Map<String, String> headers(Caller caller, Map<String, String> headers) {
        String given = headers.get(IDEMPOTENCY_KEY);
        if (given == null) {
            return headers;
        }
        Map<String, String> changed = new HashMap<>(headers);
        changed.put(IDEMPOTENCY_KEY, seal.idempotencyKey(caller, given));
        return changed;
    }

    /**
     * The request with the ids that its providers know.
     *
     * @param providers all that may be asked
     * @throws dev.mcpgateway.gateway.call.Refused if it names something kept that was not given to this caller
     */
    public ModelRequest request(Caller caller, ModelRequest request, Collection<String> providers) {
        List<String> bound =
                providers.stream().distinct().filter(each -> of(each).isBound()).toList();
        return bound.isEmpty()
                ? request
                : new NamedIds(
                                request,
                                id -> bound.stream()
                                        .allMatch(provider -> of(provider).isOpen(id)),
                                id -> bound.stream()
                                        .map(provider -> seal.opened(caller, provider, id))
                                        .flatMap(Optional::stream)
                                        .findFirst())
                        .request();
    }

    /** What is done to one answer of this provider before its agent sees it. */
    public IssuedIds issued(Caller caller, ModelApi api, String provider) {
        return api == ModelApi.RESPONSES && of(provider).isBound()
                ? new SealedIds(id -> seal.tag(caller, provider, id))
                : IssuedIds.AS_THEY_ARE;
    }
}
