package dev.mcpgateway.samples.calltoken;

import java.security.PublicKey;
import java.util.Optional;

/** The gateway's public keys. */
public interface KeySource {

    /** A key and the only algorithm that may be used with it. */
    record Key(PublicKey key, String algorithm) {}

    /** The key with that id; empty when there is none, or the keys cannot be had. */
    Optional<Key> find(String keyId);
}
