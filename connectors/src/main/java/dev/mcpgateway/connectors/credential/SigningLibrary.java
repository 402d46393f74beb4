package dev.mcpgateway.connectors.credential;

import java.security.Provider;
import java.util.Optional;
import java.util.ServiceLoader;

/** Whose code signs call tokens. */
public enum SigningLibrary {
    /** The JDK's, always there. */
    JDK(""),
    /** Bouncy Castle's, for Ed25519 alone; there if the operator has put {@code bcprov} on the class path. */
    BOUNCY_CASTLE("org.bouncycastle.jce.provider.BouncyCastleProvider");

    private final String type;

    SigningLibrary(String type) {
        this.type = type;
    }

    /** What the class path has of Bouncy Castle; looked for once, since that opens every jar. */
    private static final class OnClassPath {
        static final Optional<ServiceLoader.Provider<Provider>> BOUNCY_CASTLE =
                ServiceLoader.load(Provider.class, SigningLibrary.class.getClassLoader()).stream()
                        .filter(each -> each.type().getName().equals(SigningLibrary.BOUNCY_CASTLE.type))
                        .findFirst();

        private OnClassPath() {}
    }

    /** Whether it can be loaded. Nothing of it is, so far. */
    public boolean isThere() {
        return this == JDK || OnClassPath.BOUNCY_CASTLE.isPresent();
    }

    /** Whether it signs with this algorithm. */
    public boolean signs(SigningAlgorithm algorithm) {
        return this == JDK || algorithm == SigningAlgorithm.EDDSA;
    }

    /** Its provider, for those who ask it by name and for nobody else: it is not registered with the JDK. */
    Optional<Provider> provider() {
        return this == JDK ? Optional.empty() : OnClassPath.BOUNCY_CASTLE.map(ServiceLoader.Provider::get);
    }
}
