package dev.mcpgateway.policy;

import java.util.Collections;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** One condition of a rule on the caller. Holds when the caller has any of the values; never empty. */
public sealed interface CallerCondition {

    /** Whether it holds for {@code subject}. */
    Truth test(Subject subject);

    /** The key of the policy file, such as {@code groups} or {@code claims.tenant}. */
    String key();

    /** The alias of the caller's issuer is one of {@code aliases}. */
    record IssuerIn(Set<String> aliases) implements CallerCondition {

        /** Copies {@code aliases}. */
        public IssuerIn {
            aliases = nonEmpty(aliases);
        }

        @Override
        public Truth test(Subject subject) {
            return truth(aliases.contains(subject.issuer()));
        }

        @Override
        public String key() {
            return "issuer";
        }
    }

    /** The caller's subject is one of {@code subjects}. */
    record SubjectIn(Set<String> subjects) implements CallerCondition {

        /** Copies {@code subjects}. */
        public SubjectIn {
            subjects = nonEmpty(subjects);
        }

        @Override
        public Truth test(Subject subject) {
            return truth(subjects.contains(subject.subject()));
        }

        @Override
        public String key() {
            return "subject";
        }
    }

    /** The caller's client id is one of {@code clientIds}; a caller without one never is. */
    record ClientIn(Set<String> clientIds) implements CallerCondition {

        /** Copies {@code clientIds}. */
        public ClientIn {
            clientIds = nonEmpty(clientIds);
        }

        @Override
        public Truth test(Subject subject) {
            String clientId = subject.clientId();
            return truth(clientId != null && clientIds.contains(clientId));
        }

        @Override
        public String key() {
            return "client_id";
        }
    }

    /** The caller is in at least one of {@code groups}. */
    record InGroup(Set<String> groups) implements CallerCondition {

        /** Copies {@code groups}. */
        public InGroup {
            groups = nonEmpty(groups);
        }

        @Override
        public Truth test(Subject subject) {
            return truth(!Collections.disjoint(groups, subject.groups()));
        }

        @Override
        public String key() {
            return "groups";
        }
    }

    /** The caller's tenant is one of {@code tenants}; a caller without one never is. */
    record TenantIn(Set<String> tenants) implements CallerCondition {

        /** Copies {@code tenants}. */
        public TenantIn {
            tenants = nonEmpty(tenants);
        }

        @Override
        public Truth test(Subject subject) {
            return truth(!subject.tenant().isEmpty() && tenants.contains(subject.tenant()));
        }

        @Override
        public String key() {
            return "tenant";
        }
    }

    /**
     * The claim {@code name} is one of {@code values}, or is a list of which at least one element is. A claim that is
     * missing or null has no value, so the condition does not hold. A claim of a type that none of the values has is an
     * {@link Truth#ERROR}: rule and issuer disagree about what the claim is.
     */
    record ClaimIn(String name, Set<ClaimValue> values) implements CallerCondition {

        /** Copies {@code values}. */
        public ClaimIn {
            values = nonEmpty(values);
        }

        @Override
        public Truth test(Subject subject) {
            JsonNode claim = subject.claims().get(name);
            if (claim == null || claim.isNull()) {
                return Truth.FALSE;
            }
            if (!claim.isArray()) {
                return testOne(claim);
            }
            Truth any = Truth.FALSE;
            for (JsonNode element : claim) {
                switch (testOne(element)) {
                    case TRUE -> {
                        return Truth.TRUE;
                    }
                    case ERROR -> any = Truth.ERROR;
                    case FALSE -> {}
                }
            }
            return any;
        }

        private Truth testOne(JsonNode claim) {
            ClaimValue value = ClaimValue.of(claim).orElse(null);
            if (value != null && values.contains(value)) {
                return Truth.TRUE;
            }
            return value != null && values.stream().anyMatch(wanted -> wanted.getClass() == value.getClass())
                    ? Truth.FALSE
                    : Truth.ERROR;
        }

        @Override
        public String key() {
            return "claims." + name;
        }
    }

    private static Truth truth(boolean holds) {
        return holds ? Truth.TRUE : Truth.FALSE;
    }

    private static <T> Set<T> nonEmpty(Set<T> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("a condition needs at least one value");
        }
        return values.stream().collect(Collectors.toUnmodifiableSet());
    }
}
