package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.credential.KeyPair;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.credential.Workload;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.model.Probe.Verdict;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * A provider that knows the gateway by a {@link KeyPair}: what it refuses for its key or signature is asked once more with
 * the other key, if there is one that does not rest. Nothing of an answer has gone on by then.
 */
public final class KeyedProvider implements ModelProvider {
    private final ModelProvider provider;
    private final KeyPair keys;
    private final BiConsumer<String, String> refused;
    private final TimeSource time;

    /**
     * What came of a rotation.
     *
     * @param provider the operator's name of it
     * @param probes what the provider makes of each key, by the key's name
     * @param inUse the key that is in use now
     * @param isGood whether the provider takes it
     * @param millis how long it took
     */
    public record Rotation(String provider, List<Tried> probes, String inUse, boolean isGood, long millis) {
        /** Copies the list. */
        public Rotation {
            probes = List.copyOf(probes);
        }
    }

    /**
     * A key that was tried.
     *
     * @param key its name
     */
    public record Tried(String key, Probe probe) {}

    /**
     * A provider that issues its credential from these keys.
     *
     * @param refused told of each refused key by the names of provider and key; must not throw
     */
    public KeyedProvider(ModelProvider provider, KeyPair keys, BiConsumer<String, String> refused, TimeSource time) {
        this.provider = provider;
        this.keys = keys;
        this.refused = refused;
        this.time = time;
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
    public boolean serves(ModelApi api, String model) {
        return provider.serves(api, model);
    }

    @Override
    public List<String> leavesOut(Map<String, String> headers) {
        return provider.leavesOut(headers);
    }

    @Override
    public ModelReply send(ModelCall call) {
        int key = keys.inUse();
        ModelReply reply = provider.send(call);
        if (!isRefused(reply)) {
            return reply;
        }
        OptionalInt other = note(key, call.workload());
        if (other.isEmpty()) {
            return reply;
        }
        keys.use(other.getAsInt());
        ModelReply again = provider.send(call);
        if (isRefused(again)) {
            // as likely refused for what is asked as for the keys: the other one rests, and the first stays in use
            var _ = note(other.getAsInt(), call.workload());
            keys.useAgain(key, other.getAsInt());
        }
        return again;
    }

    private OptionalInt note(int key, Workload workload) {
        refused.accept(name(), keys.name(key));
        return keys.refused(key, workload);
    }

    /** Also by who issues what the provider is shown: a key that is missing is the operator's affair, one that is denied is not. */
    private boolean isRefused(ModelReply reply) {
        return reply instanceof ModelReply.Failed(ModelFailure failure)
                && (failure.cause() == Cause.CREDENTIAL_REFUSED
                        || (failure.cause() == Cause.NO_CREDENTIAL && keys.areIssued()));
    }

    @Override
    public Probe probe(UpstreamCredential key) {
        return provider.probe(key);
    }

    /** What is known of the keys. */
    public List<KeyPair.State> keys() {
        return keys.states();
    }

    /**
     * Reads the keys anew, tries them all and takes the last one that the provider takes: the next before the first. Where
     * it takes none, the one in use stays.
     */
    public Rotation rotate() {
        long since = time.nanos();
        keys.refresh();
        List<KeyPair.State> before = keys.states();
        List<UpstreamCredential> each = keys.each();
        List<Tried> tried = new ArrayList<>();
        int good = -1;
        for (int i = 0; i < each.size(); i++) {
            Probe probe = provider.probe(each.get(i));
            tried.add(new Tried(before.get(i).name(), probe));
            if (probe.verdict() == Verdict.ACCEPTED) {
                keys.accepted(i);
                good = i;
            } else if (probe.verdict() == Verdict.REFUSED || (probe.verdict() == Verdict.NO_KEY && keys.areIssued())) {
                var _ = note(i, Workload.GATEWAY);
            }
        }
        if (good >= 0) {
            keys.use(good);
        }
        return new Rotation(
                name(),
                tried,
                before.get(keys.inUse()).name(),
                good >= 0,
                TimeUnit.NANOSECONDS.toMillis(time.nanos() - since));
    }

    @Override
    public void close() {
        provider.close();
    }
}
