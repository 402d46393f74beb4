package dev.mcpgateway.policy;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/** What a caller may know of a feature. */
public sealed interface Visibility {

    /** The feature is listed and may be used. */
    record Visible() implements Visibility {}

    /** To this caller the feature does not exist. */
    record Hidden() implements Visibility {}

    /** The feature is not listed, but a use is answered by naming all {@code scopes} it needs. */
    record NeedsScope(SortedSet<String> scopes) implements Visibility {

        /** Copies {@code scopes}. */
        public NeedsScope {
            scopes = Collections.unmodifiableSortedSet(new TreeSet<>(scopes));
        }
    }
}
