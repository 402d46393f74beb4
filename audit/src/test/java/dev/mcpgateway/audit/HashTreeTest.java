package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class HashTreeTest {
    @Test
    void theRootIsTheOneOfTheDefinitionAtEverySize() {
        HashTree tree = new HashTree();
        List<byte[]> entries = new ArrayList<>();
        for (int size = 0; size <= 300; size++) {
            assertThat(tree.head())
                    .isEqualTo(new TreeHead(size, Base64.getEncoder().encodeToString(definition(entries))));
            byte[] entry = ("entry " + size).getBytes(StandardCharsets.UTF_8);
            entries.add(entry);
            append(tree, entry);
        }
    }

    @Test
    void theEmptyTreeHashesToTheHashOfNothing() {
        assertThat(new HashTree().head().root()).isEqualTo("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    @Test
    void aLeafAndANodeOfTheSameBytesDiffer() {
        byte[] left = new byte[32];
        byte[] right = new byte[32];
        HashTree two = new HashTree();
        two.append(left, 0);
        two.append(right, 0);
        HashTree one = new HashTree();
        append(one, new byte[64]);

        assertThat(one.head().root()).isNotEqualTo(two.head().root());
    }

    @Test
    void aCopyGoesOnWithoutTheOriginal() {
        HashTree tree = new HashTree();
        append(tree, new byte[] {1});
        append(tree, new byte[] {2});
        append(tree, new byte[] {3});
        TreeHead before = tree.head();

        append(tree.copy(), new byte[] {4});

        assertThat(tree.head()).isEqualTo(before);
    }

    private static void append(HashTree tree, byte[] entry) {
        byte[] leaf = new byte[HashTree.HASH_BYTES];
        tree.leafHash(entry, 0, entry.length, leaf, 0);
        tree.append(leaf, 0);
    }

    /** RFC 6962 §2.1 word by word: split at the largest power of two smaller than the size. */
    private static byte[] definition(List<byte[]> entries) {
        MessageDigest digest = HashTree.sha256();
        if (entries.isEmpty()) {
            return digest.digest();
        }
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        if (entries.size() == 1) {
            input.write(0);
            input.writeBytes(entries.getFirst());
        } else {
            int split = Integer.highestOneBit(entries.size() - 1);
            input.write(1);
            input.writeBytes(definition(entries.subList(0, split)));
            input.writeBytes(definition(entries.subList(split, entries.size())));
        }
        return digest.digest(input.toByteArray());
    }
}
