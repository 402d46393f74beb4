package dev.mcpgateway.policy;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/** What a caller may know of a tool. */
public sealed interface Visibility {

    /** The tool is listed and may be called. */
    record Visible() implements Visibility {}

    /** To this caller the tool does not exist. */
    record Hidden() implements Visibility {}

    /** The tool is not listed, but a call is answered by naming all {@code scopes} it needs. */
    record NeedsScope(SortedSet<String> scopes) implements Visibility {

        /** Copies {@code scopes}. */
        public NeedsScope {
            scopes = Collections.unmodifiableSortedSet(new TreeSet<>(scopes));
        }
    }
}
