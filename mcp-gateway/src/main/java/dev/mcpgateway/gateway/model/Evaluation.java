package dev.mcpgateway.gateway.model;

import dev.mcpgateway.gateway.model.route.Breaker;
import dev.mcpgateway.gateway.model.route.TargetKey;
import java.util.Optional;

/**
 * What one answer of a judge says of another answer.
 *
 * @param judgedCall id of the call whose answer was judged
 * @param target who gave that answer; empty when it is none of those that are configured
 * @param served what that answer called its model
 * @param thousandths the score
 * @param label empty for none
 * @param explanation empty for none
 * @param change of the target's breaker, if the score made one
 */
public record Evaluation(
        String judgedCall,
        Optional<TargetKey> target,
        String served,
        int thousandths,
        String label,
        String explanation,
        Optional<Breaker.Change> change) {
    /** What is evaluated. */
    static final String NAME = "answer_quality";

    double score() {
        return thousandths / 1000.0;
    }
}
