package dev.mcpgateway.gateway.model.money;

import java.io.IOException;

/** The ledger cannot be read or written. The message is for operators. */
public final class LedgerUnavailable extends IOException {
    private static final long serialVersionUID = 1L;

    LedgerUnavailable(String message) {
        super(message);
    }

    LedgerUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
