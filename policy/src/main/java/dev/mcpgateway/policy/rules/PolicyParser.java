package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.PolicyRules;
import dev.mcpgateway.policy.yaml.Position;
import dev.mcpgateway.policy.yaml.Problem;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlNode;
import dev.mcpgateway.policy.yaml.YamlRead;
import dev.mcpgateway.policy.yaml.YamlReader;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.util.List;

/**
 * Parses policy files. Pure: the same files and names always give the same result, so a file that loads today loads
 * tomorrow, whatever its rules' validity.
 */
public final class PolicyParser {

    /** Files of one policy. */
    public static final int FILES_MAX = 100;

    /** Rules of one policy: as many as the cost of a decision is measured with. */
    public static final int RULES_MAX = 10_000;

    private PolicyParser() {}

    /** The hash that a policy of these files has, as {@link Policy#hash()} defines it; also for files that are none. */
    public static String hash(List<PolicySource> files) {
        return PolicyHash.of(files);
    }

    /**
     * Parses {@code files} as one policy. Rules may stand in any file and order. No files, or files without rules, are a
     * policy that denies everything.
     */
    public static PolicyParse parse(List<PolicySource> files, KnownNames known) {
        Problems problems = new Problems();
        Problems warnings = new Problems();
        PolicyDraft draft = new PolicyDraft();
        if (files.size() > FILES_MAX) {
            problems.add(
                    Position.wholeFile(files.getFirst().name()), "there are more than " + FILES_MAX + " files", "");
            return new PolicyParse.Rejected(problems.list());
        }
        for (PolicySource file : files) {
            switch (YamlReader.read(file.name(), file.bytes())) {
                case YamlRead.Refused(List<Problem> refused) -> refused.forEach(problems::add);
                case YamlRead.Tree(YamlNode root) -> draft.read(YamlValue.of(root, problems), problems);
            }
        }
        RuleSetCheck.check(draft, known, problems, warnings);
        if (!problems.isEmpty()) {
            return new PolicyParse.Rejected(problems.list());
        }
        PolicyRules rules = new PolicyRules(draft.rules(), draft.entries(), draft.models(), PolicyHash.of(files));
        PolicyTestRun.run(rules, draft.tests(), problems);
        return problems.isEmpty()
                ? new PolicyParse.Parsed(Policy.of(rules), warnings.list())
                : new PolicyParse.Rejected(problems.list());
    }
}
