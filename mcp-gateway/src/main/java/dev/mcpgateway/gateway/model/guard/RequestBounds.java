package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.policy.ModelRules;
import dev.mcpgateway.policy.ScreenAction;
import dev.mcpgateway.policy.ScreenMode;
import dev.mcpgateway.policy.ScreenRule;
import dev.mcpgateway.policy.TextScreening;
import dev.mcpgateway.policy.TokenInput;
import java.util.List;

/** What a request may ask for, whatever its texts say. */
final class RequestBounds {
    private static final Name LOGPROBS = Name.of("logprobs");
    private static final Name TOP_LOGPROBS = Name.of("top_logprobs");
    private static final Name INPUT = Name.of("input");
    private static final Name INCLUDE = Name.of("include");
    private static final Name IN_OUTPUT = Name.of("message.output_text.logprobs");
    private static final List<Name> GEMINI = List.of(Name.of("responseLogprobs"), Name.of("logprobs"));
    private static final Name GENERATION_CONFIG = Name.of("generationConfig");

    private RequestBounds() {}

    /**
     * Refuses a request that asks for too much.
     *
     * @param answersMayChange whether texts of the answer may be redacted or withheld
     * @throws Refused if it does
     */
    static void require(ModelRules rules, ModelRequest request, boolean answersMayChange) {
        JsonDocument body = request.body();
        long most = rules.inputBytesMax().orElse(Long.MAX_VALUE);
        if (body.bytes().length > most) {
            throw new Refused(Refusal.saying(
                    Reason.GUARDRAIL, "it has " + body.bytes().length + " of at most " + most + " bytes"));
        }
        if (!rules.tools().isEmpty()) {
            OfferedTools.of(request).require(rules.tools());
        }
        if (request.api() == ModelApi.EMBEDDINGS && isLookedAt(rules)) {
            int input = body.at(INPUT);
            if (input != JsonDocument.NONE && RequestText.hasTokens(body, input)) {
                throw new Refused(
                        Refusal.saying(Reason.GUARDRAIL, "'input' must be text: numbers of tokens cannot be screened"));
            }
        }
        if (answersMayChange && asksForTokens(body)) {
            // the tokens repeat the text in pieces of a few characters, in which nothing is ever found
            throw new Refused(Refusal.saying(Reason.GUARDRAIL, "log-probabilities cannot be screened"));
        }
    }

    /** Whether what users say is looked at, with a finding that could change it, and no word says that tokens may pass. */
    private static boolean isLookedAt(ModelRules rules) {
        TextScreening requests = rules.requests();
        boolean looks = requests.lists().stream().anyMatch(list -> mayChange(list.rule()))
                || (rules.userIsUntrusted() && (mayChange(requests.injection()) || mayChange(requests.hidden())));
        return looks && rules.tokenInput() != TokenInput.PASS;
    }

    private static boolean mayChange(ScreenRule rule) {
        return rule.mode() == ScreenMode.ENFORCE && rule.action() != ScreenAction.FLAG;
    }

    private static boolean asksForTokens(JsonDocument body) {
        int include = body.at(INCLUDE);
        if (body.is(include, Kind.ARRAY)) {
            for (int each = body.first(include); each != JsonDocument.NONE; each = body.next(include, each)) {
                if (body.stringEquals(each, IN_OUTPUT)) {
                    return true;
                }
            }
        }
        return asks(body, body.at(LOGPROBS))
                || asks(body, body.at(TOP_LOGPROBS))
                || GEMINI.stream().anyMatch(name -> asks(body, body.at(GENERATION_CONFIG, name)));
    }

    private static boolean asks(JsonDocument body, int node) {
        return node != JsonDocument.NONE
                && !body.is(node, Kind.FALSE)
                && !body.is(node, Kind.NULL)
                && !body.raw(node).equals("0");
    }
}
