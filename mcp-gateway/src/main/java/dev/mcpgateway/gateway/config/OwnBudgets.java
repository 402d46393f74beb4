package dev.mcpgateway.gateway.config;

import dev.mcpgateway.gateway.model.money.Budget;
import dev.mcpgateway.gateway.model.money.Period;
import dev.mcpgateway.gateway.model.money.Spender;
import dev.mcpgateway.gateway.model.money.Usd;
import dev.mcpgateway.policy.yaml.YamlObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Budgets of the gateway's own calls of models, which agents' calls never touch. Nobody waits for most of them, so each has one. */
final class OwnBudgets {
    private OwnBudgets() {}

    /** Reads the required {@code daily_usd} of a section. */
    static long daily(YamlObject section) {
        return section.required("daily_usd")
                .map(value -> {
                    OptionalLong limit = Usd.parse(value.text());
                    if (value.isText() && limit.isEmpty()) {
                        value.problem("'" + value.text() + "' is no sum", "Write US dollars as text, such as \"2.50\"");
                    }
                    return limit.orElse(0);
                })
                .orElse(0L);
    }

    /** Reads {@code models.doctor}. Left out, nothing is probed. */
    static Optional<DoctorSettings> doctor(YamlObject models) {
        return models.object("doctor").map(section -> {
            DoctorSettings settings = new DoctorSettings(daily(section));
            section.rejectUnknownKeys();
            return settings;
        });
    }

    /** The operator's budgets, and those of the judge, of copies and of the doctor. */
    static Optional<MoneySettings> beside(
            YamlObject models,
            Optional<MoneySettings> money,
            Optional<JudgeSettings> judge,
            Optional<DoctorSettings> doctor) {
        if (judge.isEmpty() && doctor.isEmpty()) {
            return money;
        }
        if (money.isEmpty()) {
            String section = judge.isPresent() ? JudgeSettings.JUDGE : DoctorSettings.DOCTOR;
            models.problem(
                    section,
                    "what the " + section + " spends is limited, so it needs prices",
                    "Set prices: {file: prices.yaml}");
            return money;
        }
        Map<String, Budget> own = new LinkedHashMap<>();
        judge.ifPresent(settings -> {
            own.put(JudgeSettings.JUDGE, budget(JudgeSettings.JUDGE, settings.dailyNanoUsd()));
            settings.shadow()
                    .ifPresent(shadow ->
                            own.put(JudgeSettings.SHADOW, budget(JudgeSettings.SHADOW, shadow.dailyNanoUsd())));
        });
        doctor.ifPresent(
                settings -> own.put(DoctorSettings.DOCTOR, budget(DoctorSettings.DOCTOR, settings.dailyNanoUsd())));
        MoneySettings all = money.get();
        for (Budget each : all.budgets()) {
            if (own.containsKey(each.name())) {
                String whose = each.name().equals(DoctorSettings.DOCTOR) ? "doctor" : "judge";
                models.problem(
                        "budgets",
                        "'" + each.name() + "' is what the " + whose + "'s own budget is called",
                        "Rename yours");
                break;
            }
        }
        List<Budget> budgets = new ArrayList<>(all.budgets());
        budgets.addAll(own.values());
        return Optional.of(
                new MoneySettings(all.prices(), all.assumed(), all.weights(), all.teamClaim(), all.keep(), budgets));
    }

    private static Budget budget(String name, long nanoUsd) {
        return new Budget(
                name,
                Budget.Per.ORGANISATION,
                new Budget.Match(
                        Set.of(Spender.GATEWAY), Set.of(name), Set.of(), Set.of(), Set.of(), Map.of(), List.of()),
                Period.DAY,
                new Budget.Limits(OptionalLong.of(nanoUsd), OptionalLong.empty(), OptionalLong.empty()),
                true);
    }
}
