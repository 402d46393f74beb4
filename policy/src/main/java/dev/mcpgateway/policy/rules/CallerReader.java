package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.CallerCondition;
import dev.mcpgateway.policy.ClaimValue;
import dev.mcpgateway.policy.yaml.YamlNode;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@code principals:} of a rule. */
final class CallerReader {

    private CallerReader() {}

    /** The conditions; none when the key is left out. */
    static List<CallerCondition> read(YamlObject rule) {
        Optional<YamlObject> principals = rule.object("principals");
        if (principals.isEmpty()) {
            return List.of();
        }
        YamlObject object = principals.get();
        List<CallerCondition> conditions = new ArrayList<>();
        texts(object, "issuer").map(CallerCondition.IssuerIn::new).ifPresent(conditions::add);
        texts(object, "subject").map(CallerCondition.SubjectIn::new).ifPresent(conditions::add);
        texts(object, "client_id").map(CallerCondition.ClientIn::new).ifPresent(conditions::add);
        texts(object, "tenant").map(CallerCondition.TenantIn::new).ifPresent(conditions::add);
        texts(object, "groups").map(CallerCondition.InGroup::new).ifPresent(conditions::add);
        object.named("claims").forEach((name, value) -> claim(name, value).ifPresent(conditions::add));
        object.rejectUnknownKeys();
        return conditions;
    }

    private static Optional<Set<String>> texts(YamlObject object, String key) {
        List<String> texts = object.texts(key);
        return texts.isEmpty() ? Optional.empty() : Optional.of(new LinkedHashSet<>(texts));
    }

    private static Optional<CallerCondition> claim(String name, YamlValue written) {
        Set<ClaimValue> values = new LinkedHashSet<>();
        for (YamlValue item : written.oneOrMore()) {
            Optional<ClaimValue> value =
                    item.node() instanceof YamlNode.Scalar scalar ? ClaimValue.of(scalar.value()) : Optional.empty();
            if (value.isEmpty()) {
                item.problem(
                        "a claim is compared with text, a number or a boolean, not with "
                                + item.node().kind(),
                        "");
                return Optional.empty();
            }
            values.add(value.get());
        }
        return values.isEmpty() ? Optional.empty() : Optional.of(new CallerCondition.ClaimIn(name, values));
    }
}
