package dev.mcpgateway.policy.rules;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The hash of policy files, as {@link dev.mcpgateway.policy.Policy#hash()} defines it. */
final class PolicyHash {

    private PolicyHash() {}

    static String of(List<PolicySource> files) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (PolicySource file : files) {
                sha256.update(ByteBuffer.allocate(Long.BYTES)
                        .putLong(file.bytes().length)
                        .flip());
                sha256.update(file.bytes());
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }
}
