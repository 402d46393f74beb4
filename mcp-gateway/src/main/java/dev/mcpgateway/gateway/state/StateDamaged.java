package dev.mcpgateway.gateway.state;

import java.io.IOException;

/** A file of the state folder is not what was written there. The message says what to do. */
public final class StateDamaged extends IOException {
    private static final long serialVersionUID = 1L;

    /** Names the file and what is wrong with it; never its content. */
    public StateDamaged(String file, String what) {
        super(file + " is damaged: " + what
                + ". Restore it from a copy; if there is none, remove it and set again what it held");
    }
}
