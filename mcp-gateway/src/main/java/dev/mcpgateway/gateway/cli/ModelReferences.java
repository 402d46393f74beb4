package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.connectors.mcp.NamePattern;
import dev.mcpgateway.gateway.config.DoctorSettings;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.Incident;
import dev.mcpgateway.gateway.config.JudgeSettings;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.config.MoneySettings;
import dev.mcpgateway.gateway.identity.OwnCaller;
import dev.mcpgateway.gateway.keys.KeyFile;
import dev.mcpgateway.gateway.keys.VirtualKey;
import dev.mcpgateway.gateway.model.incident.BadProfile;
import dev.mcpgateway.gateway.model.incident.KnownGood;
import dev.mcpgateway.gateway.model.incident.KnownGoodFile;
import dev.mcpgateway.gateway.model.money.PriceFile;
import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.yaml.Position;
import dev.mcpgateway.policy.yaml.Problem;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.Spelling;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlRead;
import dev.mcpgateway.policy.yaml.YamlReader;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Looks whether what other files say of models is there: providers and models in the file of prices, targets in the
 * known-good profile, places that virtual keys open, rules for the judge and the doctor. The rest of the policy's and the budgets' are looked at where they are read. What
 * may be meant for another gateway or a later configuration is a warning.
 */
final class ModelReferences {
    private final String file;
    private final GatewayConfig config;
    private final Instant now;
    private final Problems problems = new Problems();
    private final Problems warnings = new Problems();

    private ModelReferences(String file, GatewayConfig config, Instant now) {
        this.file = file;
        this.config = config;
        this.now = now;
    }

    /** What was found. */
    record Found(List<Problem> problems, List<Problem> warnings) {}

    /** {@code policy} is empty where it cannot be read, which is told elsewhere. */
    static Found of(String file, GatewayConfig config, Optional<Policy> policy, Instant now) {
        ModelReferences check = new ModelReferences(file, config, now);
        config.models().ifPresent(models -> {
            models.money().ifPresent(money -> check.prices(models, money));
            models.incident().profile().ifPresent(profile -> check.profile(models, profile));
            models.judge().ifPresent(judge -> policy.ifPresent(rules -> check.judge(judge, rules)));
            models.doctor().ifPresent(_ -> policy.ifPresent(rules -> check.doctor(models, rules)));
        });
        if (config.virtualKeys().isPresent()) {
            check.keys();
        }
        return new Found(check.problems.list(), check.warnings.list());
    }

    /** Also what is wrong with the file itself, once. */
    private void prices(Models models, MoneySettings money) {
        switch (PriceFile.read(money.prices())) {
            case PriceFile.Read.Bad(List<Problem> found) -> found.forEach(problems::add);
            case PriceFile.Read.Good(var table) -> {
                rows(models, money.prices());
                LocalDate today = now.atZone(ZoneOffset.UTC).toLocalDate();
                if (money.budgets().stream()
                        .anyMatch(budget ->
                                budget.isEnforced() && budget.limits().nanoUsd().isPresent())) {
                    models.aliases()
                            .forEach((alias, entry) -> entry.targets().stream()
                                    .filter(target -> table.find(target.provider(), target.model(), today)
                                            .isEmpty())
                                    .forEach(target -> warn(
                                            "/models/aliases/" + alias,
                                            target.model() + " of " + target.provider()
                                                    + " has no price today: where a budget in US dollars counts a call, it is refused",
                                            "Add a row to " + money.prices())));
                }
            }
        }
    }

    /** Reads the rows again for their lines; the file was good a moment ago. */
    private void rows(Models models, Path path) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(path);
        } catch (IOException gone) {
            return;
        }
        if (YamlReader.read(path.toString(), bytes) instanceof YamlRead.Tree(var root)) {
            for (YamlObject row : YamlValue.of(root, problems).object().objects("prices")) {
                row(models, row);
            }
        }
    }

    private void row(Models models, YamlObject row) {
        String provider = row.text("provider");
        String model = row.text("model");
        Set<String> served = served(models, provider);
        if (!models.providers().containsKey(provider)) {
            warnings.add(
                    row.position("provider"),
                    "provider '" + provider + "' is not configured",
                    hint(provider, models.providers().keySet()));
        } else if (model.contains("*")
                ? served.stream().noneMatch(new NamePattern(model)::matches)
                : !served.contains(model)) {
            warnings.add(
                    row.position("model"), "no alias is served by '" + model + "' of " + provider, hint(model, served));
        }
    }

    /** The models at a provider that aliases name. */
    private static Set<String> served(Models models, String provider) {
        Set<String> served = new TreeSet<>();
        models.aliases()
                .values()
                .forEach(alias -> alias.targets().stream()
                        .filter(target -> target.provider().equals(provider))
                        .forEach(target -> served.add(target.model())));
        return served;
    }

    /** A profile that cannot be used would serve no model in the hour when it counts. */
    private void profile(Models models, Incident.Profile profile) {
        KnownGood good;
        try {
            good = KnownGoodFile.read(profile.file(), KnownGoodFile.publicKey(profile.publicKey()));
        } catch (BadProfile bad) {
            problem(
                    "/models/safe_mode",
                    String.valueOf(bad.getMessage()),
                    "Make it anew: mcp-gateway safe-mode profile");
            return;
        }
        good.providers().forEach((name, url) -> {
            Models.Provider configured = models.providers().get(name);
            if (configured == null || !configured.baseUrl().equals(url)) {
                problem(
                        "/models/safe_mode/profile",
                        profile.file() + " knows provider " + name + " at " + url + ", where the configuration has "
                                + (configured == null
                                        ? "none"
                                        : configured.baseUrl().toString()),
                        "Safe mode would serve no model. Make it anew: mcp-gateway safe-mode profile");
            }
        });
        good.aliases().forEach((alias, pairs) -> {
            Models.Alias entry = models.aliases().get(alias);
            if (entry == null) {
                warn(
                        "/models/safe_mode/profile",
                        profile.file() + " serves model '" + alias + "', which has no alias",
                        hint(alias, models.aliases().keySet()));
                return;
            }
            for (KnownGood.Pair pair : pairs) {
                boolean isTarget = entry.targets().stream()
                        .anyMatch(target -> target.provider().equals(pair.provider())
                                && target.model().equals(pair.model()));
                if (!isTarget) {
                    warn(
                            "/models/safe_mode/profile",
                            profile.file() + " serves model '" + alias + "' by " + pair.provider() + "/" + pair.model()
                                    + ", which is no target of it",
                            hint(pair.model(), served(models, pair.provider())));
                }
            }
        });
    }

    /** Without a rule the judge scores nothing, and no call shows it. */
    private void judge(JudgeSettings judge, Policy policy) {
        Decision decision = policy.decideModel(
                OwnCaller.named(JudgeSettings.JUDGE, "").subject(), FeatureName.model(judge.alias()), now);
        if (!(decision instanceof Decision.Allow)) {
            warn(
                    "/models/judge",
                    "no rule lets the judge call model '" + judge.alias() + "': nothing would be judged",
                    "Add a rule with principals: {issuer: " + OwnCaller.ALIAS + ", subject: " + JudgeSettings.JUDGE
                            + "}, actions: [model/call], resources: [\"model:" + judge.alias() + "\"]");
        }
    }

    /** Without a rule every probe is refused. */
    private void doctor(Models models, Policy policy) {
        List<String> refused = models.aliases().keySet().stream()
                .filter(alias -> !(policy.decideModel(
                                OwnCaller.named(DoctorSettings.DOCTOR, "").subject(), FeatureName.model(alias), now)
                        instanceof Decision.Allow))
                .toList();
        if (!refused.isEmpty()) {
            warn(
                    "/models/doctor",
                    "no rule lets the doctor probe " + String.join(", ", refused),
                    "Add a rule with principals: {issuer: " + OwnCaller.ALIAS + ", subject: " + DoctorSettings.DOCTOR
                            + "}, actions: [model/call], resources: [\"model:" + refused.getFirst() + "\"]");
        }
    }

    private void keys() {
        KeyFile keyFile = new KeyFile(config.stateDir());
        Map<String, VirtualKey> keys;
        try {
            keys = keyFile.read();
        } catch (IOException unreadable) {
            problem("/virtual_keys", "the virtual keys cannot be read: " + unreadable.getMessage(), "");
            return;
        }
        Set<String> places = new LinkedHashSet<>(config.views().keySet());
        config.models().ifPresent(_ -> places.add(Models.VIEW));
        for (VirtualKey key : keys.values()) {
            if (key.isGood(now)) {
                key.views().stream()
                        .filter(view -> !places.contains(view))
                        .forEach(view -> warnings.add(
                                Position.wholeFile(keyFile.path().toString()),
                                "virtual key " + key.id() + " (" + key.name() + ") is for view '" + view
                                        + "', which is not configured",
                                hint(view, places)));
            }
        }
    }

    private static String hint(String word, Set<String> known) {
        return Spelling.didYouMean(word, known);
    }

    private void problem(String pointer, String message, String hint) {
        problems.add(new Problem(file, 0, 0, pointer, message, hint));
    }

    private void warn(String pointer, String message, String hint) {
        warnings.add(new Problem(file, 0, 0, pointer, message, hint));
    }
}
