package dev.mcpgateway.connectors.credential;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.StringJoiner;

/**
 * For whom a model is asked, as far as its provider is told. Two workloads that differ have different names.
 *
 * @param issuer the operator's alias of who vouches for the caller; empty for the gateway itself
 * @param tenant whose user it is; empty for nobody's
 * @param client the agent; empty if the caller's credential names none
 * @param user the issuer's name of the user; empty where the provider is not to know it
 */
public record Workload(String issuer, String tenant, String client, String user) {
    /** The gateway itself. */
    public static final Workload GATEWAY = new Workload("", "", "", "");

    /** AWS's limit for the name of a session. */
    private static final int SESSION_CHARS_MAX = 64;

    private static final int HASH_BYTES = 8;

    /** How much of it a provider is told. Each has a credential of its own for what it is told, and shares it otherwise. */
    public enum Per {
        /** Nothing: one credential for all. */
        GATEWAY,
        /** The tenant. */
        TENANT,
        /** Tenant and agent; a caller whose credential names no agent is told by its user. */
        CLIENT,
        /** Tenant, agent and user. */
        CALLER
    }

    /** As much of it as a provider is told. */
    public Workload toldPer(Per per) {
        return switch (per) {
            case GATEWAY -> GATEWAY;
            case TENANT -> new Workload(issuer, tenant, "", "");
            case CLIENT -> client.isEmpty() ? this : new Workload(issuer, tenant, client, "");
            case CALLER -> this;
        };
    }

    /**
     * As a subject: {@code gateway}, or {@code issuer:corp:tenant:acme:client:bot:user:alice} with the parts that there are,
     * each percent-encoded, so that no part can stand in for another.
     */
    String subject() {
        if (equals(GATEWAY)) {
            return "gateway";
        }
        StringJoiner subject = new StringJoiner(":");
        add(subject, "issuer", issuer);
        add(subject, "tenant", tenant);
        add(subject, "client", client);
        add(subject, "user", user);
        return subject.toString();
    }

    private static void add(StringJoiner subject, String what, String part) {
        if (!part.isEmpty()) {
            // a form's plus sign is no percent-encoding: who trusts a subject has to write the very same one
            subject.add(what)
                    .add(URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"));
        }
    }

    /**
     * As the name of a session at AWS, for people to read: tenant, client and user with dots between them, of the characters
     * that AWS allows, and always 16 hexadecimal digits of the SHA-256 of {@link #subject} at the end.
     */
    String sessionName() {
        StringJoiner readable = new StringJoiner(".");
        for (String part : new String[] {tenant, client, user}) {
            if (!part.isEmpty()) {
                readable.add(part.replaceAll("[^A-Za-z0-9_@-]", "_"));
            }
        }
        String hash = "=" + hash(subject());
        String words = equals(GATEWAY) ? "gateway" : readable.toString();
        return words.substring(0, Math.min(words.length(), SESSION_CHARS_MAX - hash.length())) + hash;
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
