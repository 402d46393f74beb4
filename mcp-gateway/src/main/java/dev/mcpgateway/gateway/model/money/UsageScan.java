package dev.mcpgateway.gateway.model.money;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/** A question about usage, answered by a slice of the rows at a time, so that who sets aside waits for a slice at most. */
final class UsageScan {
    /** Rows that are read between two syncs. */
    static final int SLICE = 4_096;

    private static final int VALUES_MAX = 100_000;

    private final Ledger.By by;
    private final LocalDate to;
    private final Map<String, Used> sums = new TreeMap<>();
    private @Nullable String next;

    UsageScan(Ledger.By by, LocalDate from, LocalDate to) {
        this.by = by;
        this.to = to;
        this.next = from.toString();
    }

    boolean isDone() {
        return next == null;
    }

    /** Adds up the next rows. */
    void read(MVMap<String, String> usage) {
        Cursor<String, String> stored = usage.cursor(next);
        next = null;
        for (int i = 0; stored.hasNext(); i++) {
            String row = stored.next();
            List<String> fields = Fields.split(row);
            if (LocalDate.parse(fields.getFirst()).isAfter(to)) {
                return;
            }
            if (i == SLICE) {
                next = row;
                return;
            }
            String value = fields.get(field());
            String bounded = sums.size() < VALUES_MAX || sums.containsKey(value) ? value : "…";
            sums.merge(bounded, Used.of(stored.getValue()), Used::plus);
        }
    }

    private int field() {
        return switch (by) {
            case DAY -> 0;
            case KEY -> 1;
            case USER -> 2;
            case TEAM -> 3;
            case TENANT -> 4;
            case MODEL -> 5;
            case PROVIDER -> 6;
        };
    }

    /** The sums so far, in the order of the values. */
    List<Ledger.Row> rows() {
        List<Ledger.Row> rows = new ArrayList<>();
        sums.forEach((value, used) -> rows.add(new Ledger.Row(value, used)));
        return rows;
    }
}
