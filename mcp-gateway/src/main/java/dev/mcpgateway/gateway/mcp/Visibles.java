package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.mcp.FeatureList;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.Subject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;

/**
 * What a caller sees of a view's lists, as a digest of each: equal for the same entries with the same definitions in the
 * same order.
 */
record Visibles(long tools, long prompts, long resources) {

    /** What the caller sees, by the function that answers the lists. */
    static Visibles of(ViewTable table, Policy policy, Subject subject, Instant now) {
        return new Visibles(
                digest(ListChange.TOOLS, table, policy, subject, now),
                digest(ListChange.PROMPTS, table, policy, subject, now),
                digest(ListChange.RESOURCES, table, policy, subject, now));
    }

    /** The digest of one of them. */
    long of(ListChange change) {
        return switch (change) {
            case TOOLS -> tools;
            case PROMPTS -> prompts;
            case RESOURCES -> resources;
        };
    }

    private static long digest(ListChange change, ViewTable table, Policy policy, Subject subject, Instant now) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (FeatureList list : change.lists()) {
                for (Listed entry : ListPath.visible(list, table, policy, subject, now)) {
                    digest.update(entry.exposedName().getBytes(StandardCharsets.UTF_8));
                    digest.update((byte) '\n');
                    digest.update(entry.definitionSha256().getBytes(StandardCharsets.US_ASCII));
                    digest.update((byte) '\n');
                }
                digest.update((byte) '\n');
            }
            return ByteBuffer.wrap(digest.digest()).getLong();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
