package dev.mcpgateway.gateway.model.credentials;

import dev.mcpgateway.connectors.credential.KeyPair;
import dev.mcpgateway.connectors.model.KeyedProvider;
import dev.mcpgateway.connectors.model.KeyedProvider.Rotation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;

/** All providers that have keys. Filled at the start, then only read. */
public final class ProviderKeys {
    private final Map<String, KeyedProvider> providers = new LinkedHashMap<>();
    private final ReentrantLock rotating = new ReentrantLock();

    /** None yet. */
    public ProviderKeys() {}

    /** Adds one. */
    public void add(KeyedProvider provider) {
        providers.put(provider.name(), provider);
    }

    /** Their names, in the order of the configuration. */
    public Collection<String> names() {
        return List.copyOf(providers.keySet());
    }

    /** What is known of the keys of each provider. */
    public Map<String, List<KeyPair.State>> states() {
        Map<String, List<KeyPair.State>> states = new LinkedHashMap<>();
        providers.forEach((name, provider) -> states.put(name, provider.keys()));
        return states;
    }

    /** How often keys were refused since the start, by {@code provider/key}. */
    public Map<String, Long> refusals() {
        Map<String, Long> refusals = new LinkedHashMap<>();
        states().forEach((provider, keys) ->
                keys.forEach(key -> refusals.put(provider + "/" + key.name(), key.refusals())));
        return refusals;
    }

    /**
     * Renews the keys of these providers, all at the same time, so that the slowest counts alone. One rotation runs at a
     * time.
     */
    public List<Rotation> rotate(Collection<String> names) throws InterruptedException {
        rotating.lock();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Rotation>> running = new ArrayList<>();
            for (String name : names) {
                KeyedProvider provider = providers.get(name);
                if (provider != null) {
                    running.add(threads.submit(provider::rotate));
                }
            }
            List<Rotation> rotations = new ArrayList<>();
            for (Future<Rotation> each : running) {
                try {
                    rotations.add(each.get());
                } catch (ExecutionException bug) {
                    throw new IllegalStateException("a rotation failed", bug.getCause());
                }
            }
            return rotations;
        } finally {
            rotating.unlock();
        }
    }
}
