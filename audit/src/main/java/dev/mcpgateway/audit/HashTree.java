package dev.mcpgateway.audit;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The SHA-256 Merkle tree of RFC 6962 §2.1, kept as its right edge: one hash per complete subtree, at most 63.
 *
 * <p>A leaf is SHA-256(0x00 ‖ entry), a node SHA-256(0x01 ‖ left ‖ right). Not thread-safe.
 */
final class HashTree {
    /** Length of a hash in bytes. */
    static final int HASH_BYTES = 32;

    private static final int LEVELS_MAX = 63;

    private final MessageDigest digest = sha256();
    private final byte[][] edge = new byte[LEVELS_MAX][HASH_BYTES];
    private final byte[] carry = new byte[HASH_BYTES];
    private long size;

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The same tree, to go on with independently. */
    HashTree copy() {
        HashTree copy = new HashTree();
        for (int level = 0; level < LEVELS_MAX; level++) {
            System.arraycopy(edge[level], 0, copy.edge[level], 0, HASH_BYTES);
        }
        copy.size = size;
        return copy;
    }

    /** Number of leaves. */
    long size() {
        return size;
    }

    /** Computes the leaf hash of an entry into {@code target} without adding it. */
    void leafHash(byte[] entry, int from, int length, byte[] target, int at) {
        digest.update((byte) 0);
        digest.update(entry, from, length);
        finish(target, at);
    }

    /** Adds a leaf hash: merges it with every complete subtree of its own height on the right edge. */
    void append(byte[] leafHashes, int from) {
        System.arraycopy(leafHashes, from, carry, 0, HASH_BYTES);
        int level = 0;
        for (long full = size; (full & 1) == 1; full >>>= 1) {
            node(edge[level], carry, carry);
            level++;
        }
        System.arraycopy(carry, 0, edge[level], 0, HASH_BYTES);
        size++;
    }

    /** The root over all leaves so far; of the empty tree, the hash of nothing. */
    TreeHead head() {
        byte[] root = new byte[HASH_BYTES];
        if (size == 0) {
            finish(root, 0);
        } else {
            int level = Long.numberOfTrailingZeros(size);
            System.arraycopy(edge[level], 0, root, 0, HASH_BYTES);
            for (long rest = size >>> (level + 1); rest != 0; rest >>>= 1) {
                level++;
                if ((rest & 1) == 1) {
                    node(edge[level], root, root);
                }
            }
        }
        return new TreeHead(size, Base64.getEncoder().encodeToString(root));
    }

    private void node(byte[] left, byte[] right, byte[] target) {
        digest.update((byte) 1);
        digest.update(left);
        digest.update(right);
        finish(target, 0);
    }

    private void finish(byte[] target, int at) {
        try {
            digest.digest(target, at, HASH_BYTES);
        } catch (DigestException e) {
            throw new IllegalStateException("a SHA-256 hash is 32 bytes", e);
        }
    }
}
