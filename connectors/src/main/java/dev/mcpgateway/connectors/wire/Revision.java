package dev.mcpgateway.connectors.wire;

import java.util.Optional;

/** A published revision of the Model Context Protocol. Ordered from old to new. */
public enum Revision {
    V2024_11_05("2024-11-05", Era.LEGACY),
    V2025_03_26("2025-03-26", Era.LEGACY),
    V2025_06_18("2025-06-18", Era.LEGACY),
    V2025_11_25("2025-11-25", Era.LEGACY),
    V2026_07_28("2026-07-28", Era.MODERN);

    /** The newest revision with an {@code initialize} handshake. */
    public static final Revision NEWEST_LEGACY = V2025_11_25;

    /** The newest revision with per-request metadata. */
    public static final Revision NEWEST_MODERN = V2026_07_28;

    private final String version;
    private final Era era;

    Revision(String version, Era era) {
        this.version = version;
        this.era = era;
    }

    /** The identifier on the wire, such as {@code 2026-07-28}. */
    public String version() {
        return version;
    }

    /** How version, identity and capabilities travel in this revision. */
    public Era era() {
        return era;
    }

    /** The revision with that identifier, if it is a published one. */
    public static Optional<Revision> of(String version) {
        for (Revision revision : values()) {
            if (revision.version.equals(version)) {
                return Optional.of(revision);
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return version;
    }
}
