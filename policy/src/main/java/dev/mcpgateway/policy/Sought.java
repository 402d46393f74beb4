package dev.mcpgateway.policy;

/** What an evaluation is about, and so when a pattern of a rule reaches it. */
sealed interface Sought {

    /** The upstream's alias. */
    String alias();

    /** True when a rule of {@code effect} under {@code pattern} reaches it, the pattern's alias being equal. */
    boolean isReachedBy(Effect effect, FeaturePattern pattern);

    /** True when patterns with a wildcard cannot judge it; see {@link UriSpelling}. */
    boolean isIndirect();

    /** One feature. */
    record Feature(FeatureName name) implements Sought {

        @Override
        public String alias() {
            return name.alias();
        }

        @Override
        public boolean isReachedBy(Effect effect, FeaturePattern pattern) {
            return pattern.matchesOwn(name.own());
        }

        @Override
        public boolean isIndirect() {
            return name.kind() == FeatureKind.RESOURCE && UriSpelling.isIndirect(name.own());
        }
    }

    /**
     * The resources of a template, of which only the text before the first variable is certain. A permit reaches it when it
     * could name one of them, a forbid when it names all.
     */
    record Template(String alias, String prefix) implements Sought {

        @Override
        public boolean isReachedBy(Effect effect, FeaturePattern pattern) {
            return switch (effect) {
                case PERMIT -> pattern.mayNameUnder(prefix);
                case FORBID -> pattern.namesAllUnder(prefix);
            };
        }

        @Override
        public boolean isIndirect() {
            return UriSpelling.isIndirect(prefix);
        }
    }
}
