package dev.mcpgateway.policy;

/** How findings of one family are treated. */
public record ScreenRule(ScreenMode mode, ScreenAction action) {

    /** Recorded only: what a family starts with until an operator decides otherwise. */
    public static final ScreenRule DEFAULT = new ScreenRule(ScreenMode.SHADOW, ScreenAction.FLAG);

    /** Nothing is looked for. */
    public static final ScreenRule OFF = new ScreenRule(ScreenMode.OFF, ScreenAction.FLAG);

    /** The stronger mode and the stronger action of both. */
    public ScreenRule strongest(ScreenRule other) {
        return new ScreenRule(
                mode.compareTo(other.mode) >= 0 ? mode : other.mode,
                action.compareTo(other.action) >= 0 ? action : other.action);
    }
}
