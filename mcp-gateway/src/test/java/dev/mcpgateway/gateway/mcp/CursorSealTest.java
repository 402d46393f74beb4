package dev.mcpgateway.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorSealTest {
    private static final String LIST = "tools/list";
    private static final String CALLER = "corp\nalice\ndesk";

    private final CursorSeal seal = new CursorSeal(new Seal(new SecureRandom()));

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, Integer.MAX_VALUE})
    void aCursorGivesItsOffsetBack(int offset) {
        String cursor = seal.seal(CALLER, "default", LIST, 7, offset);

        assertThat(seal.open(cursor, CALLER, "default", LIST, 7)).contains(offset);
        assertThat(cursor).matches("[A-Za-z0-9_-]+").hasSizeLessThan(64);
    }

    @Test
    void itIsBoundToCallerViewListAndCatalogue() {
        String cursor = seal.seal(CALLER, "default", LIST, 7, 100);

        assertThat(seal.open(cursor, "corp\nbob\ndesk", "default", LIST, 7)).isEmpty();
        assertThat(seal.open(cursor, CALLER, "other", LIST, 7)).isEmpty();
        assertThat(seal.open(cursor, CALLER, "default", "prompts/list", 7)).isEmpty();
        assertThat(seal.open(cursor, CALLER, "default", LIST, 8)).isEmpty();
        assertThat(seal.open(cursor, CALLER + "\0default", "", LIST, 7)).isEmpty();
    }

    @Test
    void itIsBoundToTheProcess() {
        String cursor = seal.seal(CALLER, "default", LIST, 7, 100);

        assertThat(new CursorSeal(new Seal(new SecureRandom())).open(cursor, CALLER, "default", LIST, 7))
                .isEmpty();
    }

    @Test
    void equalPagesHaveDifferentCursors() {
        Set<String> cursors = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            cursors.add(seal.seal(CALLER, "default", LIST, 7, 100));
        }

        assertThat(cursors).hasSize(100);
    }

    @Test
    void aCursorHasOneSpelling() {
        String cursor = seal.seal(CALLER, "default", LIST, 7, 100);

        for (char other : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".toCharArray()) {
            String spelled = cursor.substring(0, cursor.length() - 1) + other;
            assertThat(seal.open(spelled, CALLER, "default", LIST, 7).isPresent())
                    .as(spelled)
                    .isEqualTo(spelled.equals(cursor));
        }
    }

    @Test
    void noOtherTextIsACursor() {
        long seed = new SecureRandom().nextLong();
        Random random = new Random(seed);
        String cursor = seal.seal(CALLER, "default", LIST, 7, 100);
        for (int i = 0; i < 2000; i++) {
            StringBuilder other = new StringBuilder(cursor);
            int changes = 1 + random.nextInt(3);
            for (int c = 0; c < changes; c++) {
                int at = random.nextInt(other.length());
                char put = (char) (32 + random.nextInt(200));
                switch (random.nextInt(3)) {
                    case 0 -> other.setCharAt(at, put);
                    case 1 -> other.insert(at, put);
                    default -> other.deleteCharAt(at);
                }
            }
            String changed = other.toString();
            if (!changed.equals(cursor)) {
                assertThat(seal.open(changed, CALLER, "default", LIST, 7))
                        .as("seed " + seed + ": " + changed)
                        .isEmpty();
            }
        }
        for (String text : new String[] {"", "=", "A", "AAAA", "\ud800", "A".repeat(129), "A".repeat(1_000_000)}) {
            assertThat(seal.open(text, CALLER, "default", LIST, 7)).isEmpty();
        }
    }
}
