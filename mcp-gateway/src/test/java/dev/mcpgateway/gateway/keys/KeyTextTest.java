package dev.mcpgateway.gateway.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTextTest {
    private static final KeyText KEY = KeyText.make(new Random(5));

    @Test
    void aKeyHasItsFormAndIsReadBack() {
        Set<String> seen = new HashSet<>();
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < 1000; i++) {
            KeyText key = KeyText.make(random);

            assertThat(key.expose()).matches("mgk_[a-km-np-z2-9]{12}_[0-9A-Za-z]{49}");
            assertThat(KeyText.parse(key.expose()).orElseThrow().sha256()).isEqualTo(key.sha256());
            assertThat(key.expose()).contains(key.id());
            seen.add(key.expose());
        }
        assertThat(seen).hasSize(1000);
    }

    @Test
    void everyMistypedCharacterIsFoundWithoutALookAtAnyList() {
        String good = KEY.expose();
        for (int at = 0; at < good.length(); at++) {
            char other = good.charAt(at) == 'a' ? 'b' : 'a';
            assertThat(KeyText.parse(good.substring(0, at) + other + good.substring(at + 1)))
                    .as("changed at %s", at)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mgk_", "mgk__", "eyJhbGciOiJub25lIn0.e30.", "mgk_\0", "mgk_é"})
    void whatHasAnotherFormIsNoKey(String text) {
        assertThat(KeyText.parse(text)).isEmpty();
        assertThat(KeyText.parse(KEY.expose() + text).isPresent()).isEqualTo(text.isEmpty());
    }

    @Test
    void itPrintsAsItsId() {
        assertThat(KEY.toString()).isEqualTo("mgk_" + KEY.id() + "_***");
        assertThat(KEY.sha256()).matches("[0-9a-f]{64}").doesNotContain(KEY.expose());
    }
}
