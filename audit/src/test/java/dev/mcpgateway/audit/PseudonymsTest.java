package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class PseudonymsTest {
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);

    private final Pseudonyms pseudonyms = new Pseudonyms(KEY);

    @Test
    void aSubjectIsTheHmacOfIssuerZeroSubject() throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
        byte[] expected = mac.doFinal("https://id.example/\0user-1".getBytes(StandardCharsets.UTF_8));

        assertThat(pseudonyms.subject("https://id.example/", "user-1")).isEqualTo(expected);
    }

    @Test
    void theSameValueAsAnotherKindHasAnotherName() {
        List<byte[]> names = List.of(
                pseudonyms.subject("", "x"),
                pseudonyms.tokenId("", "x"),
                pseudonyms.session("\0x"),
                pseudonyms.span("\0x"));

        assertThat(names.stream().map(Arrays::toString).distinct()).hasSize(4);
    }

    @Test
    void theBorderBetweenIssuerAndSubjectCounts() {
        assertThat(pseudonyms.subject("ab", "c")).isNotEqualTo(pseudonyms.subject("a", "bc"));
    }

    @Test
    void halfASurrogatePairIsNotAQuestionMark() {
        assertThat(pseudonyms.subject("i", "a\ud800")).isNotEqualTo(pseudonyms.subject("i", "a?"));
        assertThat(pseudonyms.subject("i", "a\ud800")).isNotEqualTo(pseudonyms.subject("i", "a\ud801"));
    }

    @Test
    void anotherKeyGivesOtherNamesAndAnotherKeyId() {
        Pseudonyms others = new Pseudonyms(new byte[Pseudonyms.KEY_BYTES]);

        assertThat(others.subject("i", "s")).isNotEqualTo(pseudonyms.subject("i", "s"));
        assertThat(others.keyId()).isNotEqualTo(pseudonyms.keyId()).matches("[0-9a-f]{16}");
    }

    @Test
    void manyThreadsGetTheSameNames() {
        byte[] expected = pseudonyms.subject("i", "s");

        var names = ConcurrentHashMap.<String>newKeySet();
        IntStream.range(0, 20_000).parallel().forEach(_ -> names.add(Arrays.toString(pseudonyms.subject("i", "s"))));

        assertThat(names).containsExactly(Arrays.toString(expected));
    }
}
