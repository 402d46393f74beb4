package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.HttpHeader;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How an upstream's credential is made. Every upstream names one; {@code none} is written out. */
public sealed interface UpstreamCredential
        permits UpstreamCredential.None,
                UpstreamCredential.StaticHeader,
                KeyPair,
                AwsSigner,
                CallToken,
                TokenExchange,
                ClientCredentials,
                WorkloadTokens,
                UserOAuth {

    /**
     * The credential for one request.
     *
     * @throws CredentialUnavailable if there is none: its secret cannot be used, or it cannot be had for this use
     */
    Credential issue(CredentialUse use) throws CredentialUnavailable;

    /** The next use reads its secrets where they are kept, however fresh what is known. */
    default void refresh() {}

    /** The upstream refused what was issued for this workload. */
    default void refused(Workload workload) {
        refresh();
    }

    /** What is held of credentials that end by themselves; empty where the one that is kept is sent. */
    default Optional<ShortLived> shortLived() {
        return Optional.empty();
    }

    /**
     * Credentials that were issued for a time.
     *
     * @param held how many are good now, one for each workload
     * @param nextEnd when the first of them ends; {@code null} for none
     */
    record ShortLived(int held, @Nullable Instant nextEnd) {
        static ShortLived of(List<Instant> ends) {
            return new ShortLived(
                    ends.size(), ends.stream().min(Instant::compareTo).orElse(null));
        }
    }

    /** The upstream gets no credential. */
    record None() implements UpstreamCredential {
        @Override
        public Credential issue(CredentialUse use) {
            return Credential.NONE;
        }
    }

    /**
     * One secret for all users, in a header field.
     *
     * @param header the field's name; none of those that carry the protocol
     * @param prefix what stands before the secret, such as {@code "Bearer "}; may be empty
     * @param secret where the secret is kept
     */
    record StaticHeader(String header, String prefix, SecretSource secret) implements UpstreamCredential {
        private static final Set<String> PROTOCOL = Set.of(
                "accept",
                "content-type",
                "content-encoding",
                "last-event-id",
                "traceparent",
                "tracestate",
                "baggage",
                "host",
                "connection",
                "content-length",
                "transfer-encoding",
                "te",
                "trailer",
                "upgrade",
                "expect",
                "keep-alive",
                "proxy-connection",
                "proxy-authorization",
                "accept-encoding");

        /** Whether a header field of that name is free for a credential: none that carries the protocol or the transport. */
        public static boolean isFree(String header) {
            String lower = header.toLowerCase(Locale.ROOT);
            return HttpHeader.isToken(header) && !PROTOCOL.contains(lower) && !lower.startsWith("mcp-");
        }

        /** Whether that can stand before a secret in a header field. */
        public static boolean isPrefix(String prefix) {
            return HttpHeader.isFieldValue(prefix + "x");
        }

        /** Checks the name and the prefix. */
        public StaticHeader {
            if (!isFree(header)) {
                throw new IllegalArgumentException("a credential cannot go into the header " + header);
            }
            if (!isPrefix(prefix)) {
                throw new IllegalArgumentException("the credential's prefix has a character that no header may have");
            }
        }

        @Override
        public Credential issue(CredentialUse use) throws SecretUnavailable {
            String value = prefix + new HeaderSecret(prefix, secret).read().expose();
            return new Credential(List.of(new HttpHeader(header, value)));
        }

        @Override
        public void refresh() {
            secret.refresh();
        }
    }
}
