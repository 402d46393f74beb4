package dev.mcpgateway.gateway.model.cache;

import dev.mcpgateway.gateway.model.ModelAsk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an answer is kept under: SHA-256 over all that it may depend on, each part behind its length, so that no two
 * requests that differ have one key.
 */
record CacheKey(String sha256) {
    /** A key of the request's sender, which asks nothing of the model. */
    private static final String IDEMPOTENCY_KEY = "idempotency-key";

    /**
     * The key of a request. What came and what guardrails made of it both count: an answer into which redacted text was put
     * back is nobody's who did not send that text.
     *
     * @param sharing among whom of the tenant; empty for all
     */
    static CacheKey of(Tenant tenant, String sharing, String policyHash, String alias, ModelAsk ask) {
        Parts parts = new Parts();
        parts.text(tenant.isNamed() ? "tenant" : "caller").text(tenant.id()).text(sharing);
        parts.text(policyHash).text(alias).text(ask.request().api().name());
        Map<String, String> headers = new TreeMap<>(ask.headers());
        headers.remove(IDEMPOTENCY_KEY);
        headers.forEach((name, value) -> parts.text(name).text(value));
        parts.text("").bytes(RequestForm.of(ask.request().body()));
        if (!ask.asked().equals(ask.request())) {
            parts.bytes(RequestForm.of(ask.asked().body()));
        }
        return new CacheKey(parts.hash());
    }

    /**
     * What a request has beside one of its texts: equal for requests that ask the same of the same, but of another text. What
     * came and what goes on are one, since nothing was changed.
     *
     * @param text the node of the text
     */
    static CacheKey around(int text, Tenant tenant, String sharing, String policyHash, String alias, ModelAsk ask) {
        Parts parts = new Parts();
        parts.text("around")
                .text(tenant.isNamed() ? "tenant" : "caller")
                .text(tenant.id())
                .text(sharing);
        parts.text(policyHash).text(alias).text(ask.request().api().name());
        Map<String, String> headers = new TreeMap<>(ask.headers());
        headers.remove(IDEMPOTENCY_KEY);
        headers.forEach((name, value) -> parts.text(name).text(value));
        parts.text("").bytes(RequestForm.of(ask.request().body(), text));
        return new CacheKey(parts.hash());
    }

    /** The key of one text among those that are asked with all else equal. */
    CacheKey with(String text) {
        return new CacheKey(new Parts().text("with").text(sha256).text(text).hash());
    }

    private static final class Parts {
        private final MessageDigest sha256;

        private Parts() {
            try {
                this.sha256 = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException missing) {
                throw new IllegalStateException("every Java has SHA-256", missing);
            }
        }

        private Parts text(String text) {
            return bytes(text.getBytes(StandardCharsets.UTF_8));
        }

        private Parts bytes(byte[] bytes) {
            sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
            sha256.update(bytes);
            return this;
        }

        private String hash() {
            return HexFormat.of().formatHex(sha256.digest());
        }
    }
}
