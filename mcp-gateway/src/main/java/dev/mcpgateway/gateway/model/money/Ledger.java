package dev.mcpgateway.gateway.model.money;

import java.time.LocalDate;
import java.util.List;

/**
 * Who has spent what, and what is set aside. Decides over all pots of a call at once; a store that replicas share can stand
 * behind it.
 */
public interface Ledger extends AutoCloseable {
    /** What came of a hold. */
    sealed interface Answer {
        /** It is durable, and to be settled or released once. */
        record Held() implements Answer {}

        /** This pot has not as much left, whatever becomes of the calls under way; nothing is set aside anywhere. */
        record Shortfall(Pot pot) implements Answer {}

        /**
         * What is spent of this pot leaves as much, and what is set aside for calls under way does not; nothing is set aside
         * anywhere. No pot has a shortfall.
         */
        record HeldByOthers(Pot pot) implements Answer {}
    }

    /** What a pot has seen. */
    record Balance(Pot pot, Amount spent, Amount held) {}

    /** What usage is added up by. */
    enum By {
        /** Virtual keys. */
        KEY,
        /** Users. */
        USER,
        /** Teams. */
        TEAM,
        /** Tenants. */
        TENANT,
        /** Models, as agents name them. */
        MODEL,
        /** Providers. */
        PROVIDER,
        /** Days. */
        DAY
    }

    /** The usage of one value of what it is added up by. */
    record Row(String value, Used used) {}

    /**
     * Sets aside what a call may cost at most, in every pot or in none.
     *
     * @throws LedgerUnavailable if it cannot be kept for good
     */
    Answer hold(Hold hold) throws LedgerUnavailable;

    /** Spends, in place of what was set aside. Kept for good soon after; until then what was set aside counts as spent. */
    void settle(Hold hold, String provider, Used used);

    /** Gives back all that was set aside: nothing was asked of anybody. */
    void release(Hold hold);

    /** All pots of periods that are not over. */
    List<Balance> balances();

    /**
     * The usage of these days, both included, in the order of the values. All that was settled before the question is in it;
     * each call that is settled while it is answered is in it as a whole, or not at all. One question is answered at a time.
     *
     * @throws LedgerUnavailable if it cannot be read, or others ask for too long
     */
    List<Row> usage(By by, LocalDate from, LocalDate to) throws LedgerUnavailable;

    /** Why nothing can be kept until the ledger is opened again, in an operator's words; empty while it can. */
    String failure();

    /** Waits a short time for calls that are about to be settled, then keeps all that was for good. */
    @Override
    void close();
}
