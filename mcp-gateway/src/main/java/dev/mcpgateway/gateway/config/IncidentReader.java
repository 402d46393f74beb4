package dev.mcpgateway.gateway.config;

import dev.mcpgateway.gateway.config.GatewayConfig.AdminToken;
import dev.mcpgateway.policy.yaml.YamlObject;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads {@code models.safe_mode} and {@code models.signals}. */
final class IncidentReader {
    private static final Duration WINDOW_MIN = Duration.ofMinutes(1);
    private static final Duration WINDOW_MAX = Duration.ofDays(1);
    private static final Duration WINDOW_DEFAULT = Duration.ofMinutes(15);
    private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

    private IncidentReader() {}

    static Incident read(ConfigReader config, YamlObject models) {
        Optional<YamlObject> safeMode = models.object("safe_mode");
        Optional<Incident.Profile> profile = safeMode.map(section ->
                new Incident.Profile(config.path(section.text("profile")), config.path(section.text("public_key"))));
        Duration window = safeMode.map(
                        section -> section.seconds("leave_window_s", WINDOW_MIN, WINDOW_MAX, WINDOW_DEFAULT))
                .orElse(WINDOW_DEFAULT);
        safeMode.ifPresent(YamlObject::rejectUnknownKeys);
        return new Incident(profile, window, models.object("signals").map(IncidentReader::signals));
    }

    private static Incident.Signals signals(YamlObject section) {
        Incident.Signals signals = new Incident.Signals(
                section.objects("change_windows").stream()
                        .map(IncidentReader::window)
                        .toList(),
                section.flag("two_operators_outside", false));
        if (signals.two() && signals.windows().isEmpty()) {
            section.problem(
                    "two_operators_outside",
                    "without change_windows no time is outside of them",
                    "Write change_windows, or leave it out");
        }
        section.rejectUnknownKeys();
        return signals;
    }

    /** One operator alone could end nothing at night. */
    static void checkTogether(YamlObject root, GatewayConfig config) {
        boolean needsTwo = config.models()
                .flatMap(models -> models.incident().signals())
                .filter(Incident.Signals::two)
                .isPresent();
        if (needsTwo && (operators(config, AdminToken::name) < 2 || operators(config, AdminToken::secret) < 2)) {
            root.problem(
                    "admin",
                    "models.signals.two_operators_outside needs two tokens with the role operator, of two names and two secrets",
                    "Add one to admin.tokens, for somebody else");
        }
    }

    /** Two secrets of one name are one operator who renews a token, and one secret of two names is one token. */
    private static long operators(GatewayConfig config, Function<AdminToken, Object> by) {
        return config.admin().tokens().stream()
                .filter(token -> token.roles().contains("operator"))
                .map(by)
                .distinct()
                .count();
    }

    private static ChangeWindow window(YamlObject entry) {
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        for (String day : entry.texts("days")) {
            int index = DAYS.indexOf(day);
            if (index < 0) {
                entry.problem("days", "'" + day + "' is no day", "Use " + String.join(", ", DAYS));
            } else {
                days.add(DayOfWeek.of(index + 1));
            }
        }
        if (!entry.has("days")) {
            days.addAll(EnumSet.allOf(DayOfWeek.class));
        }
        ChangeWindow window = new ChangeWindow(days, time(entry, "from"), time(entry, "to"), zone(entry));
        entry.rejectUnknownKeys();
        return window;
    }

    private static LocalTime time(YamlObject entry, String key) {
        String text = entry.text(key);
        if (!text.matches("([01][0-9]|2[0-3]):[0-5][0-9]")) {
            entry.problem(key, "'" + text + "' is no time of day", "Write it in quotes, such as \"09:00\"");
            return LocalTime.MIDNIGHT;
        }
        return LocalTime.parse(text);
    }

    private static ZoneId zone(YamlObject entry) {
        String name = entry.text("zone", "UTC");
        try {
            return ZoneId.of(name);
        } catch (DateTimeException unknown) {
            entry.problem("zone", "'" + name + "' is no time zone", "Such as UTC or Europe/Vienna");
            return ZoneOffset.UTC;
        }
    }
}
