package dev.mcpgateway.policy;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the policy says about one call. */
public sealed interface Decision {

    /** The call may happen. */
    record Allow(Permit permit) implements Decision {}

    /**
     * The call must not happen.
     *
     * @param reason one of the constants of {@link Deny}; for logs and audit, not for the caller
     * @param ruleId the forbid that decided; {@code null} when none did
     */
    record Deny(String reason, @Nullable String ruleId) implements Decision {

        /** No permit matches the caller and the feature. */
        public static final String NO_PERMIT = "no_permit";

        /**
         * Only permits with a wildcard name the resource, and a server could take its URI for another one: it has a segment
         * of dots or encodes what needs no encoding. A permit that names it exactly would do.
         */
        public static final String INDIRECT_URI = "indirect_uri";

        /** A forbid matches. */
        public static final String FORBIDDEN = "forbidden";

        /** A forbid could not be evaluated, so it counts as matching. */
        public static final String POLICY_ERROR = "policy_error";
    }

    /** Only scopes are missing: {@code scopes} are all that the operation needs, those already held included. */
    record NeedsScope(SortedSet<String> scopes) implements Decision {

        /** Copies {@code scopes}. */
        public NeedsScope {
            scopes = Collections.unmodifiableSortedSet(new TreeSet<>(scopes));
        }
    }
}
