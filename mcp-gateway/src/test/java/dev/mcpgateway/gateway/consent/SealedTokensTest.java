package dev.mcpgateway.gateway.consent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.credential.Secret;
import dev.mcpgateway.connectors.oauth.UserToken;
import dev.mcpgateway.connectors.oauth.UserToken.Owner;
import dev.mcpgateway.gateway.state.StateFile;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kept tokens: whole, secret, and nobody else's. */
class SealedTokensTest {
    private static final Owner ALICE = new Owner("https://id.example", "alice", "crm");
    private static final Owner BOB = new Owner("https://id.example", "bob", "crm");
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path folder;

    private final byte[] key = RANDOM.generateSeed(TokenSeal.KEY_BYTES);

    private SealedTokens open() throws IOException {
        return new SealedTokens(folder, new TokenSeal(key, RANDOM));
    }

    private static UserToken token(Owner owner, String access) {
        Instant now = Instant.parse("2026-11-21T12:00:00Z");
        return new UserToken(
                owner,
                "https://crm.example/mcp",
                "https://crm.example/",
                "https://as.example",
                URI.create("https://as.example/token"),
                "gateway",
                Secret.of(access),
                Optional.of(Secret.of("refresh-of-" + access)),
                now,
                now.plusSeconds(3600),
                new TreeSet<>(List.of("read", "write")),
                now);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void aTokenIsThereAfterARestart() throws IOException {
        UserToken token = token(ALICE, "secret-a");
        open().put(token);

        UserToken found = open().find(ALICE).orElseThrow();

        assertThat(found.access().expose()).isEqualTo("secret-a");
        assertThat(found.refresh().orElseThrow().expose()).isEqualTo("refresh-of-secret-a");
        assertThat(found)
                .usingRecursiveComparison()
                .ignoringFields("access", "refresh")
                .isEqualTo(token);
        assertThat(open().find(BOB)).isEmpty();
    }

    @Test
    void filesAreForTheOwnerAloneAndTellNothing() throws IOException {
        open().put(token(ALICE, "secret-a"));

        Path file = files().getFirst();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(file.getFileName().toString()).doesNotContain("alice", "crm");
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                .doesNotContain("alice", "crm", "secret-a", "gateway");
        assertThat(token(ALICE, "secret-a").toString()).doesNotContain("secret-a");
    }

    @Test
    void anEntryInAnothersPlaceIsNoToken() throws IOException {
        SealedTokens tokens = open();
        tokens.put(token(ALICE, "secret-a"));
        Path alices = files().getFirst();
        tokens.put(token(BOB, "secret-b"));
        Path bobs = files().stream()
                .filter(each -> !each.equals(alices))
                .findFirst()
                .orElseThrow();

        Files.copy(alices, bobs, StandardCopyOption.REPLACE_EXISTING);

        assertThat(open().find(BOB)).isEmpty();
        assertThat(open().find(ALICE)).isPresent();
    }

    @Test
    void aSwappedHalfIsNoToken() throws IOException {
        SealedTokens tokens = open();
        tokens.put(token(ALICE, "secret-a"));
        Path alices = files().getFirst();
        tokens.put(token(BOB, "secret-b"));
        Path bobs = files().stream()
                .filter(each -> !each.equals(alices))
                .findFirst()
                .orElseThrow();
        byte[] alicesBytes = new StateFile(alices).read().orElseThrow();
        byte[] bobsBytes = new StateFile(bobs).read().orElseThrow();
        int head = Integer.BYTES + ByteBuffer.wrap(bobsBytes).getInt();
        int alicesHead = Integer.BYTES + ByteBuffer.wrap(alicesBytes).getInt();
        byte[] mixed = ByteBuffer.allocate(head + alicesBytes.length - alicesHead)
                .put(bobsBytes, 0, head)
                .put(alicesBytes, alicesHead, alicesBytes.length - alicesHead)
                .array();

        new StateFile(bobs).write(mixed);

        assertThat(open().find(BOB)).isEmpty();
    }

    @Test
    void aChangedBitAtAnyPlaceIsNoToken() throws IOException {
        open().put(token(ALICE, "secret-a"));
        StateFile file = new StateFile(files().getFirst());
        byte[] good = file.read().orElseThrow();

        for (int i = 0; i < good.length; i += 7) {
            byte[] bad = good.clone();
            bad[i] ^= 1;
            file.write(bad);
            assertThat(open().find(ALICE)).as("byte %s", i).isEmpty();
        }
        file.write(new byte[0]);
        assertThat(open().find(ALICE)).isEmpty();
    }

    @Test
    void anotherKeyOpensNothing() throws IOException {
        open().put(token(ALICE, "secret-a"));

        SealedTokens others = new SealedTokens(folder, new TokenSeal(new byte[TokenSeal.KEY_BYTES], RANDOM));

        assertThat(others.all()).isEmpty();
    }

    @Test
    void whatWasRevokedDoesNotComeBackWithARenewalUnderWay() throws IOException {
        SealedTokens tokens = open();
        UserToken before = token(ALICE, "secret-a");
        tokens.put(before);

        tokens.removeIf(ALICE::equals);

        assertThat(tokens.replace(before, token(ALICE, "secret-b"))).isFalse();
        assertThat(tokens.find(ALICE)).isEmpty();
        assertThat(files()).isEmpty();
        assertThat(open().all()).isEmpty();
    }

    @Test
    void aRenewalTakesTheNewTokensPlaceOnce() throws IOException {
        SealedTokens tokens = open();
        UserToken before = token(ALICE, "secret-a");
        tokens.put(before);

        assertThat(tokens.replace(before, token(ALICE, "secret-b"))).isTrue();
        assertThat(tokens.replace(before, token(ALICE, "secret-c"))).isFalse();

        assertThat(open().find(ALICE).orElseThrow().access().expose()).isEqualTo("secret-b");
    }
}
