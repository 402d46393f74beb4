package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.ModelEntry;
import dev.mcpgateway.policy.Rule;
import dev.mcpgateway.policy.ToolEntry;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlNode;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the files of a policy say so far, with the positions that later checks need. */
final class PolicyDraft {

    private final List<WrittenRule> rules = new ArrayList<>();
    private final List<ToolEntry> entries = new ArrayList<>();
    private final List<WrittenModel> models = new ArrayList<>();
    private final List<WrittenPattern> patterns = new ArrayList<>();
    private final List<WrittenTest> tests = new ArrayList<>();
    private final Set<String> textRuleIds = new HashSet<>();

    /** Reads one file. An empty one adds nothing. */
    void read(YamlValue root, Problems problems) {
        if (root.node() instanceof YamlNode.Scalar scalar && scalar.value().isNull()) {
            return;
        }
        EmptyValues.refuse(root.node(), problems);
        YamlObject file = root.object();
        file.required("version").ifPresent(version -> version.integer(1, 1));
        PatternReader names = new PatternReader(problems, patterns);
        RuleReader ruleReader = new RuleReader(problems, names);
        file.objects("rules").forEach(rule -> ruleReader.read(rule).ifPresent(rules::add));
        ToolEntryReader entryReader = new ToolEntryReader(names);
        file.objects("tools").forEach(entry -> entries.add(entryReader.tools(entry)));
        file.objects("screening").forEach(entry -> entries.add(entryReader.screening(entry)));
        ModelEntryReader modelReader = new ModelEntryReader(problems, names, textRuleIds);
        file.objects("models").forEach(entry -> models.add(new WrittenModel(modelReader.read(entry), entry)));
        TestReader testReader = new TestReader(problems);
        file.objects("tests").forEach(test -> testReader.read(test).ifPresent(tests::add));
        file.rejectUnknownKeys();
    }

    List<WrittenRule> written() {
        return rules;
    }

    List<Rule> rules() {
        return rules.stream().map(WrittenRule::rule).toList();
    }

    List<ToolEntry> entries() {
        return entries;
    }

    List<WrittenModel> writtenModels() {
        return models;
    }

    List<ModelEntry> models() {
        return models.stream().map(WrittenModel::entry).toList();
    }

    List<WrittenPattern> patterns() {
        return patterns;
    }

    List<WrittenTest> tests() {
        return tests;
    }
}
