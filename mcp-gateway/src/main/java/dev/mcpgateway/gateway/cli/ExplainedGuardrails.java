package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.policy.ModelRules;
import dev.mcpgateway.policy.ScreenMode;
import dev.mcpgateway.policy.ScreenRule;
import dev.mcpgateway.policy.TextRule;
import dev.mcpgateway.policy.TextScreening;
import dev.mcpgateway.policy.TokenInput;
import dev.mcpgateway.policy.ToolNames;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Words the guardrails that hold for a caller's calls of a model. */
final class ExplainedGuardrails {
    private ExplainedGuardrails() {}

    static void print(PrintWriter out, ModelRules rules) {
        out.println("guardrails");
        out.println("  requests  " + screened(rules.requests()));
        out.println("  answers   " + screened(rules.answers()));
        if (!rules.requests().isOff()) {
            out.println(
                    "  users     are " + (rules.userIsUntrusted() ? "screened for orders and hidden text" : "trusted"));
        }
        if (rules.tokenInput() != TokenInput.UNSAID) {
            out.println("  tokens    " + lower(rules.tokenInput()));
        }
        rules.inputBytesMax().ifPresent(most -> out.println("  input     at most " + most + " bytes"));
        rules.outputTokensMax().ifPresent(most -> out.println("  output    at most " + most + " tokens"));
        for (ToolNames names : rules.tools()) {
            out.println("  tools     " + (names.patterns().isEmpty() ? "none" : String.join(", ", names.patterns())));
        }
    }

    private static String screened(TextScreening screening) {
        List<String> words = new ArrayList<>();
        add(words, "injection", screening.injection());
        add(words, "hidden", screening.hidden());
        for (TextRule list : screening.lists()) {
            add(words, "list " + list.id(), list.rule());
        }
        return words.isEmpty() ? "not screened" : String.join(", ", words);
    }

    private static void add(List<String> words, String what, ScreenRule rule) {
        if (rule.mode() != ScreenMode.OFF) {
            words.add(what + " (" + lower(rule.mode()) + " " + lower(rule.action()) + ")");
        }
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
