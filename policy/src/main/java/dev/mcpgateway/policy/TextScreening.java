package dev.mcpgateway.policy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * How the texts that pass in one direction between an agent and a model are screened.
 *
 * @param injection findings of orders to the model
 * @param hidden findings of text that a person would not see
 * @param lists texts that the operator does not want
 */
public record TextScreening(ScreenRule injection, ScreenRule hidden, List<TextRule> lists) {
    /** Nothing is looked for. */
    public static final TextScreening NONE = new TextScreening(ScreenRule.OFF, ScreenRule.OFF, List.of());

    /** Copies {@code lists}. */
    public TextScreening {
        lists = List.copyOf(lists);
    }

    /** The stronger rule of both for each family, and the lists of both. */
    public TextScreening strongest(TextScreening other) {
        Set<TextRule> all = new LinkedHashSet<>(lists);
        all.addAll(other.lists);
        return new TextScreening(
                injection.strongest(other.injection), hidden.strongest(other.hidden), new ArrayList<>(all));
    }

    /** Whether nothing is looked for. */
    public boolean isOff() {
        return injection.mode() == ScreenMode.OFF && hidden.mode() == ScreenMode.OFF && lists.isEmpty();
    }
}
