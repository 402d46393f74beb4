package dev.mcpgateway.gateway.model.money;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.StringDataType;
import org.jspecify.annotations.Nullable;

/**
 * The file of the ledger: pots and what was spent of them, holds that are open, usage by day and payer. Used by one thread.
 * Nothing is durable before {@link #sync}, and all changes since the last one become so together.
 */
final class LedgerFile implements AutoCloseable {
    private static final int CACHE_MEGABYTES = 8;
    private static final int COMPACT_EVERY = 4_096;

    /** Most entries that are looked at for one sync. */
    static final int PRUNED_MAX = 128;

    /** Between the end of one look at all pots and the start of the next. */
    private static final long PASS_SECONDS = 60;

    /**
     * Versions that stay whole beside the last one. After a kill the store finds that from where its header points, which it
     * writes anew once it is more than twenty versions old: what stood there must not be overwritten before.
     */
    static final int VERSIONS_KEPT = 32;

    /** Of time, which the store takes from the wall clock: with one that is set back it would use no space again for as long. */
    private static final int NO_RETENTION = -1;

    private final int compactEvery;
    private final InstantSource clock;
    private final Duration keep;
    private final MVStore store;
    private final MVMap<String, String> pots;
    private final MVMap<String, String> open;
    private final MVMap<String, String> usage;
    private @Nullable String prunedTo;
    private final TokenWeights weights;
    private long passedAt;
    private long commits;

    LedgerFile(Path path, InstantSource clock, Duration keep, TokenWeights weights) throws LedgerUnavailable {
        this(path, clock, keep, weights, COMPACT_EVERY);
    }

    LedgerFile(Path path, InstantSource clock, Duration keep, TokenWeights weights, int compactEvery)
            throws LedgerUnavailable {
        this.compactEvery = compactEvery;
        this.clock = clock;
        this.keep = keep;
        this.weights = weights;
        try {
            make(path);
            this.store = new MVStore.Builder()
                    .fileName(path.toString())
                    .autoCommitDisabled()
                    .cacheSize(CACHE_MEGABYTES)
                    .open();
            store.setRetentionTime(NO_RETENTION);
            store.setVersionsToKeep(VERSIONS_KEPT);
            this.pots = map("pots");
            this.open = map("open");
            this.usage = map("usage");
        } catch (IOException | MVStoreException failure) {
            throw new LedgerUnavailable(
                    path + " cannot be opened as the ledger: " + failure.getMessage()
                            + ". Is another gateway using it? If it is damaged, restore it from a copy",
                    failure);
        }
    }

    /** For its owner alone: it says who asks which model how often. */
    private static void make(Path path) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null && Files.notExists(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        try {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException there) {
            // it is the one to go on with
        }
    }

    private MVMap<String, String> map(String name) {
        return store.openMap(
                name,
                new MVMap.Builder<String, String>()
                        .keyType(StringDataType.INSTANCE)
                        .valueType(StringDataType.INSTANCE));
    }

    void pots(BiConsumer<Pot, Amount> sink) {
        pots.forEach((pot, sum) -> sink.accept(Pot.of(pot), amount(sum)));
    }

    /**
     * Ends every hold that is open. A call whose outcome is known cost what that says, all its attempts included; of any other
     * one all that was set aside stays spent, since nobody knows what it cost.
     */
    void reconcile(Outcomes outcomes) throws IOException {
        Map<String, Hold> held = new HashMap<>();
        open.forEach((id, hold) -> held.put(id, Hold.of(hold)));
        Optional<Instant> oldest = held.values().stream().map(Hold::at).min(Instant::compareTo);
        Set<String> calls = held.keySet().stream().map(Hold::callOf).collect(Collectors.toSet());
        Map<String, Outcomes.Outcome> known = oldest.isEmpty() ? Map.of() : outcomes.of(calls, oldest.get());
        held.forEach((id, hold) -> {
            String call = Hold.callOf(id);
            Outcomes.Outcome outcome = known.get(call);
            // changes become durable in their order: a call that is open no more has paid for all its attempts
            boolean isPaidElsewhere = !id.equals(call) && (outcome != null || !held.containsKey(call));
            if (isPaidElsewhere) {
                released(hold);
            } else if (outcome == null) {
                Amount most = hold.most();
                settled(hold, "", new Used(1, most.tokens(), 0, 0, 0, 0, 0, 0, 0, most.nanoUsd(), 1, 0));
            } else {
                settled(hold, outcome.provider(), outcome.used());
            }
        });
        sync();
    }

    void opened(Hold hold) {
        open.put(hold.call(), hold.text());
    }

    void released(Hold hold) {
        open.remove(hold.call());
    }

    void settled(Hold hold, String provider, Used used) {
        open.remove(hold.call());
        hold.claims().forEach(claim -> {
            String pot = claim.pot().text();
            pots.put(pot, text(amount(pots.get(pot)).plus(weights.of(used))));
        });
        Payer payer = hold.payer();
        String row = Fields.join(
                payer.day().toString(),
                payer.key(),
                payer.user(),
                payer.team(),
                payer.tenant(),
                payer.model(),
                provider);
        String before = usage.get(row);
        usage.put(row, (before == null ? used : Used.of(before).plus(used)).text());
    }

    private static Amount amount(@Nullable String text) {
        if (text == null) {
            return Amount.ZERO;
        }
        String[] numbers = text.split(" ", -1);
        return new Amount(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2]));
    }

    private static String text(Amount amount) {
        return amount.nanoUsd() + " " + amount.tokens() + " " + amount.requests();
    }

    void usage(UsageScan scan) {
        scan.read(usage);
    }

    /** Makes all changes so far durable, together. */
    void sync() {
        prune();
        store.commit();
        store.sync();
        if (++commits % compactEvery == 0) {
            store.compact(50, 1 << 20);
        }
    }

    /** A little each time: whoever waits for a sync waits for this, too. */
    private void prune() {
        Instant now = clock.instant();
        String first = LocalDate.ofInstant(now.minus(keep), ZoneOffset.UTC).toString();
        String day = usage.firstKey();
        for (int i = 0; i < PRUNED_MAX && day != null && day.compareTo(first) < 0; i++) {
            usage.remove(day);
            day = usage.firstKey();
        }
        // a clock that was ahead at the last pass may be far behind it now
        if (Math.abs(now.getEpochSecond() - passedAt) >= PASS_SECONDS) {
            prunePots(now.getEpochSecond());
        }
    }

    /** Nothing is asked about a period that is long over, and a rate has a new one each minute. */
    private void prunePots(long now) {
        Cursor<String, String> kept = pots.cursor(prunedTo);
        List<String> over = new ArrayList<>();
        for (int i = 0; i < PRUNED_MAX && kept.hasNext(); i++) {
            prunedTo = kept.next();
            if (Pot.of(prunedTo).isForgotten(now)) {
                over.add(prunedTo);
            }
        }
        if (!kept.hasNext()) {
            prunedTo = null;
            passedAt = now;
        }
        over.forEach(pots::remove);
    }

    /** Closes without what is not synced: of a change that broke off, half may be there. */
    void drop() {
        store.closeImmediately();
    }

    /** Keeps all changes so far, also those that are not synced. */
    @Override
    public void close() {
        try {
            store.close();
        } catch (MVStoreException failure) {
            store.closeImmediately();
        }
    }
}
