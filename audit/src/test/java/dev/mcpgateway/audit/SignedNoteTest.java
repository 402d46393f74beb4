package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignedNoteTest {
    private static final String NAME = "audit.test/log";

    private final NoteSigner signer = TestKeys.signer(NAME);

    @Test
    void aNoteReadsBackAndIsSignedByItsKey() throws Exception {
        SignedNote note = SignedNote.parse(bytes(signer.note("one\ntwo\n")));

        assertThat(note.text()).isEqualTo("one\ntwo\n");
        assertThat(note.isSignedBy(List.of(signer.key()))).isTrue();
    }

    @Test
    void theTextMayHoldEmptyLines() throws Exception {
        SignedNote note = SignedNote.parse(bytes(signer.note("one\n\ntwo\n")));

        assertThat(note.text()).isEqualTo("one\n\ntwo\n");
        assertThat(note.isSignedBy(List.of(signer.key()))).isTrue();
    }

    @Test
    void aSignatureByAnUnknownKeyCountsForNothing() throws Exception {
        SignedNote note = SignedNote.parse(bytes(signer.note("text\n")));

        assertThat(note.isSignedBy(List.of(TestKeys.signer(NAME).key()))).isFalse();
        assertThat(note.isSignedBy(List.of())).isFalse();
    }

    @Test
    void anUnknownSignatureBesideAKnownOneIsIgnored() throws Exception {
        NoteSigner witness = TestKeys.signer("witness.test");
        String note = signer.note("text\n") + "— witness.test " + witness.sign("text\n") + "\n";

        assertThat(SignedNote.parse(bytes(note)).isSignedBy(List.of(signer.key())))
                .isTrue();
        assertThat(SignedNote.parse(bytes(note)).isSignedBy(List.of(witness.key())))
                .isTrue();
    }

    @Test
    void anotherTextUnderARightSignatureIsRefused() throws Exception {
        String note = signer.note("text\n").replace("text", "test");

        assertThatThrownBy(() -> SignedNote.parse(bytes(note)).isSignedBy(List.of(signer.key())))
                .isInstanceOf(SignedNote.Malformed.class)
                .hasMessageContaining("is wrong");
    }

    @Test
    void aSecondSpellingOfTheSameSignatureIsRefused() throws Exception {
        String note = signer.note("text\n");
        String signature = signer.sign("text\n");
        String other = otherSpelling(signature);
        assertThat(Base64.getDecoder().decode(other))
                .isEqualTo(Base64.getDecoder().decode(signature));

        assertThatThrownBy(() -> SignedNote.parse(bytes(note.replace(signature, other))))
                .isInstanceOf(SignedNote.Malformed.class)
                .hasMessageContaining("canonical");
    }

    /** Sets a padding bit: 68 bytes leave two unused bits in the last character before the padding. */
    private static String otherSpelling(String base64) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        int last = base64.indexOf('=') - 1;
        char next = alphabet.charAt(alphabet.indexOf(base64.charAt(last)) + 1);
        return base64.substring(0, last) + next + base64.substring(last + 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text\n",
                "text\n\n",
                "text\n\n— name AAAA\n",
                "text\n\n— name AAAAAA\n",
                "text\n\n- n AAAAAAA=\n",
                "text\n\n—  AAAAAAA=\n",
                "text\n\n— n  AAAAAAA=\n",
                "text\n\n— n AAAAAAA=",
                "text\r\n\n— n AAAAAAA=\n",
                "te\u0000xt\n\n— n AAAAAAA=\n",
                "text\n\n— n AAAAAAA= more\n",
                "text\n\n— n !!!!\n"
            })
    void whatIsNoNoteIsRefused(String text) {
        assertThatThrownBy(() -> SignedNote.parse(bytes(text))).isInstanceOf(SignedNote.Malformed.class);
    }

    @Test
    void bytesThatAreNoTextAreRefused() {
        assertThatThrownBy(() -> SignedNote.parse(new byte[] {(byte) 0xC3, '\n', '\n', '-'}))
                .hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> SignedNote.parse(new byte[SignedNote.BYTES_MAX + 1]))
                .hasMessageContaining("longer");
    }

    @Test
    void moreSignaturesThanTheLimitAreRefused() throws Exception {
        String note = signer.note("text\n");
        String line = note.substring(note.indexOf("— "));

        SignedNote.parse(bytes(note + line.repeat(99)));
        assertThatThrownBy(() -> SignedNote.parse(bytes(note + line.repeat(100))))
                .hasMessageContaining("100");
    }

    @Test
    void aVerifierKeyReadsBack() throws GeneralSecurityException {
        String vkey = signer.key().vkey();

        assertThat(NoteKey.parse(vkey).vkey()).isEqualTo(vkey);
        assertThat(vkey).matches("audit\\.test/log\\+[0-9a-f]{8}\\+[A-Za-z0-9+/]{44}");
    }

    @Test
    void aVerifierKeyWithAnotherNameOrIdIsRefused() {
        String vkey = signer.key().vkey();

        assertThatThrownBy(() -> NoteKey.parse(vkey.replace("audit.test", "audit.tast")))
                .hasMessageContaining("key id");
        assertThatThrownBy(() -> NoteKey.parse("audit.test/log+00000000" + vkey.substring(vkey.indexOf('+') + 9)))
                .hasMessageContaining("key id");
        assertThatThrownBy(() -> NoteKey.parse("name+1")).isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> NoteKey.parse("name+1+AgAA")).hasMessageContaining("Ed25519");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nextension\n",
                "o\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
                "o\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
                "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
                "o\n1\nAAAA\n",
                "\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
                "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
                "o\n9999999999999999999\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
            })
    void whatIsNoCheckpointIsRefused(String text) {
        assertThatThrownBy(() -> Checkpoint.parse(text)).isInstanceOf(SignedNote.Malformed.class);
    }

    @Test
    void aCheckpointReadsBack() throws SignedNote.Malformed {
        Checkpoint checkpoint = new Checkpoint("audit.test/log", new HashTree().head());

        assertThat(Checkpoint.parse(checkpoint.text())).isEqualTo(checkpoint);
    }

    @Test
    void aSealReadsBackAndIsNoCheckpoint() throws SignedNote.Malformed {
        Seal seal = new Seal(
                "audit.test/log",
                3,
                7,
                4_711,
                "ab".repeat(32),
                new TreeHead(8, new HashTree().head().root()));

        assertThat(Seal.parse(seal.text())).isEqualTo(seal);
        assertThatThrownBy(() -> Checkpoint.parse(seal.text())).isInstanceOf(SignedNote.Malformed.class);
        assertThatThrownBy(() -> Seal.parse(seal.text().replace("first 3", "first 03")))
                .isInstanceOf(SignedNote.Malformed.class);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
