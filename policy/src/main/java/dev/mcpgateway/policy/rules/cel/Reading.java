package dev.mcpgateway.policy.rules.cel;

import java.util.List;

/** What came of reading an expression. */
public sealed interface Reading {
    /** It can be evaluated. */
    record Good(Expression expression) implements Reading {}

    /**
     * It cannot.
     *
     * @param faults everything that is wrong, at least one
     */
    record Bad(List<Fault> faults) implements Reading {
        /** Copies the list. */
        public Bad {
            faults = List.copyOf(faults);
        }
    }

    /**
     * One thing that is wrong.
     *
     * @param line within the expression, from 1
     * @param column within that line, from 1
     * @param message what is wrong, without a final stop
     */
    record Fault(int line, int column, String message) {}
}
