package dev.mcpgateway.gateway.model.signals;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** State by a key; the key that was not used for longest is forgotten when there are too many. Not for several threads. */
final class PerKey<T> {
    private final Map<String, T> states;
    private final Supplier<T> fresh;

    PerKey(int keysMax, Supplier<T> fresh) {
        this.fresh = fresh;
        this.states = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
                return size() > keysMax;
            }
        };
    }

    T of(String key) {
        return states.computeIfAbsent(key, _ -> fresh.get());
    }

    void clear() {
        states.clear();
    }

    int size() {
        return states.size();
    }
}
