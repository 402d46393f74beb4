package dev.mcpgateway.gateway.model.money;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the file of the ledger does over a long time, whatever the machine's clock says and whenever the process is killed. */
class LedgerFileTest {
    private static final Instant NOON = Instant.parse("2026-06-15T12:00:00Z");
    private static final LocalDate DAY = LocalDate.parse("2026-06-15");
    private static final Pot TOTAL = new Pot("all", "", 0, Long.MAX_VALUE);
    private static final int BLOCK = 4_096;

    /** Blocks of the file at its beginning, which say where the newest version was a while ago. */
    private static final int HEADER_BLOCKS = 2;

    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);

    /** It is compacted often, since much changes its place then. */
    private LedgerFile open(Path path) throws LedgerUnavailable {
        return new LedgerFile(path, now::get, Duration.ofDays(30), TokenWeights.EQUAL, 48);
    }

    /** One call of one of many users. */
    private static void spend(LedgerFile file, int call) {
        file.settled(hold(TOTAL, "u" + call % 500), "acme", new Used(1, 6, 0, 0, 4, 0, 0, 0, 0, 7, 0, 0));
        file.sync();
    }

    private static Hold hold(Pot pot, String user) {
        Budget.Limits limits =
                new Budget.Limits(OptionalLong.of(1_000_000), OptionalLong.empty(), OptionalLong.empty());
        return new Hold(
                "c",
                NOON,
                new Payer(DAY, "", user, "", "", "gpt"),
                List.of(new Hold.Claim(pot, limits, true)),
                new Amount(30, 10, 1));
    }

    private static List<Pot> pots(LedgerFile file) {
        List<Pot> all = new ArrayList<>();
        file.pots((pot, _) -> all.add(pot));
        return all;
    }

    @Test
    void aWallClockThatIsSetBackDoesNotKeepTheFileFromUsingItsSpaceAgain() throws Exception {
        Path path = folder.resolve("ledger.mv");
        open(path).close();
        createdEarlierBy(path, Duration.ofDays(1));
        try (LedgerFile file = open(path)) {
            for (int call = 0; call < 100; call++) {
                spend(file, call);
            }
        }
        // what was written last is now of tomorrow
        createdEarlierBy(path, Duration.ofDays(-1));

        try (LedgerFile file = open(path)) {
            for (int call = 0; call < 100; call++) {
                spend(file, call);
            }
            long before = Files.size(path);
            for (int call = 0; call < 500; call++) {
                spend(file, call);
            }

            assertThat(Files.size(path)).as("a hundred calls made %d", before).isLessThan(2 * before);
        }
    }

    /** Versions have the time since the file was made, which its header says. */
    private static void createdEarlierBy(Path path, Duration time) {
        try (MVStore store = new MVStore.Builder()
                .fileName(path.toString())
                .autoCommitDisabled()
                .open()) {
            store.getStoreHeader().put("created", System.currentTimeMillis() - time.toMillis());
        }
    }

    @Test
    void aKillAtAnyMomentOfASyncTakesNothingOfTheSyncsBefore() throws Exception {
        Path path = folder.resolve("ledger.mv");
        int warm = 4 * LedgerFile.VERSIONS_KEPT;
        int kills = 0;
        try (LedgerFile file = open(path)) {
            for (int call = 0; call < warm; call++) {
                spend(file, call);
            }
            for (int synced = warm; synced < warm + 150; synced++) {
                byte[] before = Files.readAllBytes(path);
                spend(file, synced);
                for (byte[] killed : states(before, Files.readAllBytes(path))) {
                    kills++;
                    assertThat(calls(killed)).isBetween((long) synced, synced + 1L);
                }
            }
        }

        assertThat(kills).as("moments").isGreaterThan(300);
    }

    /** The file after each block that was written from one sync to the next: the version first, then the header. */
    private static List<byte[]> states(byte[] before, byte[] after) {
        List<Integer> written = new ArrayList<>();
        int blocks = Math.max(before.length, after.length) / BLOCK;
        for (int block = 0; block < blocks; block++) {
            if (block * BLOCK < after.length && !Arrays.equals(block(before, block), block(after, block))) {
                written.add(block);
            }
        }
        written.sort((one, other) -> Boolean.compare(one < HEADER_BLOCKS, other < HEADER_BLOCKS));
        List<byte[]> states = new ArrayList<>();
        byte[] state = before;
        for (int block : written) {
            state = Arrays.copyOf(state, Math.max(state.length, (block + 1) * BLOCK));
            System.arraycopy(after, block * BLOCK, state, block * BLOCK, BLOCK);
            states.add(state);
        }
        return states;
    }

    private static byte[] block(byte[] file, int block) {
        return block * BLOCK < file.length ? Arrays.copyOfRange(file, block * BLOCK, (block + 1) * BLOCK) : new byte[0];
    }

    /** How many calls are in it, by what was spent and by what was used. */
    private long calls(byte[] bytes) throws IOException, LedgerUnavailable {
        Path copy = folder.resolve("killed.mv");
        Files.write(copy, bytes);
        try (LedgerFile file = open(copy)) {
            List<Amount> spent = new ArrayList<>();
            file.pots((_, sum) -> spent.add(sum));
            UsageScan scan = new UsageScan(Ledger.By.DAY, DAY, DAY);
            file.usage(scan);
            assertThat(scan.isDone()).isTrue();
            long used = scan.rows().getFirst().used().calls();
            assertThat(spent).singleElement().extracting(Amount::requests).isEqualTo(used);
            return used;
        }
    }

    @Test
    void aClockThatWasFarAheadForgetsWhatIsOverAlsoWhenItIsBack() throws Exception {
        long minute = NOON.getEpochSecond();
        Pot over = new Pot("rate", "u", minute, minute + 60);
        try (LedgerFile file = open(folder.resolve("ledger.mv"))) {
            now.set(NOON.plus(Duration.ofDays(3650)));
            spend(file, 0);
            now.set(NOON);
            file.settled(hold(over, "u"), "acme", new Used(1, 6, 0, 0, 4, 0, 0, 0, 0, 7, 0, 0));
            file.sync();
            assertThat(pots(file)).contains(over);

            now.set(NOON.plusSeconds(120));
            file.sync();

            assertThat(pots(file)).containsExactly(TOTAL);
        }
    }
}
