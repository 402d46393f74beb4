package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.yaml.Problem;
import java.util.List;

/** What {@link PolicyParser#parse} found. */
public sealed interface PolicyParse {

    /** The files are a policy; {@code warnings} name what is allowed but probably not meant. */
    record Parsed(Policy policy, List<Problem> warnings) implements PolicyParse {

        /** Copies {@code warnings}. */
        public Parsed {
            warnings = List.copyOf(warnings);
        }
    }

    /** At least one problem, so no policy at all. */
    record Rejected(List<Problem> problems) implements PolicyParse {

        /** Copies {@code problems}. */
        public Rejected {
            problems = List.copyOf(problems);
        }
    }
}
