package dev.mcpgateway.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;

/**
 * Combines the entries that name a feature; of two that differ the stricter one holds, whatever their order: read-only only
 * if one says so and none denies it, the smaller ceiling, reject before truncate, the stronger screening.
 */
final class SettingsIndex {

    private record Pattern(FeaturePattern pattern, ToolEntry entry) {}

    /** A canonical name without a kind: entries hold for features of all kinds. */
    private record Name(String alias, String own) {}

    private final Map<Name, List<ToolEntry>> exact = new HashMap<>();
    private final Map<String, List<Pattern>> byAlias = new HashMap<>();
    private final List<ToolEntry> everywhere = new ArrayList<>();

    SettingsIndex(List<ToolEntry> entries) {
        for (ToolEntry entry : entries) {
            for (FeaturePattern pattern : entry.names()) {
                if (pattern.isEverything()) {
                    everywhere.add(entry);
                } else if (pattern.isExact()) {
                    exact.computeIfAbsent(new Name(pattern.alias(), pattern.own()), absent -> new ArrayList<>())
                            .add(entry);
                } else {
                    byAlias.computeIfAbsent(pattern.alias(), alias -> new ArrayList<>())
                            .add(new Pattern(pattern, entry));
                }
            }
        }
    }

    ToolSettings of(FeatureName feature) {
        List<ToolEntry> named = exact.getOrDefault(new Name(feature.alias(), feature.own()), List.of());
        List<Pattern> patterns = byAlias.getOrDefault(feature.alias(), List.of());
        if (everywhere.isEmpty() && named.isEmpty() && patterns.isEmpty()) {
            return ToolSettings.DEFAULT;
        }
        Set<ToolEntry> entries = new LinkedHashSet<>(everywhere);
        for (Pattern pattern : patterns) {
            if (pattern.pattern().matchesOwn(feature.own())) {
                entries.add(pattern.entry());
            }
        }
        entries.addAll(named);
        return strictest(entries);
    }

    private static ToolSettings strictest(Set<ToolEntry> entries) {
        CallLimits limits = CallLimits.NONE;
        Optional<Boolean> readOnly = Optional.empty();
        Optional<Oversize> oversize = Optional.empty();
        Optional<ScreenRule> injection = Optional.empty();
        Optional<ScreenRule> hidden = Optional.empty();
        for (ToolEntry entry : entries) {
            limits = limits.narrowest(entry.limits());
            readOnly = both(readOnly, entry.readOnly(), Boolean::logicalAnd);
            oversize = both(oversize, entry.onLargeResult(), (a, b) -> a.compareTo(b) >= 0 ? a : b);
            injection = both(injection, entry.injection(), ScreenRule::strongest);
            hidden = both(hidden, entry.hidden(), ScreenRule::strongest);
        }
        return new ToolSettings(
                readOnly.orElse(false),
                limits.callsPerMinute(),
                limits.resultBytesMax(),
                oversize.orElse(Oversize.REJECT),
                new ScreenSettings(injection.orElse(ScreenRule.DEFAULT), hidden.orElse(ScreenRule.DEFAULT)));
    }

    private static <T> Optional<T> both(Optional<T> a, Optional<T> b, BinaryOperator<T> stricter) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.isEmpty() ? b : a;
        }
        return Optional.of(stricter.apply(a.get(), b.get()));
    }
}
