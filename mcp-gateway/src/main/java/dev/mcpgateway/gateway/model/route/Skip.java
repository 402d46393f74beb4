package dev.mcpgateway.gateway.model.route;

import dev.mcpgateway.gateway.config.Models;
import java.util.Locale;

/** A target that is not asked, and why. */
public record Skip(Models.Target target, Why why) {
    /** Why a target is not asked. In the order in which it is looked at. */
    public enum Why {
        /** The caller's data may not go where it is. */
        RESIDENCY("the caller's data may not go where it is", false),
        /** It does not serve what was asked for. */
        PROTOCOL("it speaks another protocol", false),
        /** It has not got a capability that the request needs. */
        CAPABILITY("it lacks a capability that the request needs", false),
        /** The request is too long for it. */
        CONTEXT("the request is too long for it", false),
        /** Its breaker is open. */
        BREAKER("it is left alone because of failures", true),
        /** It is well again, and this call is not among those that it gets. */
        RAMP("it gets few calls after failures", true),
        /** Its provider asked for a pause of it, or of all its models. */
        COOLING("its provider has asked for a pause", true);

        private final String says;
        private final boolean passes;

        Why(String says, boolean passes) {
            this.says = says;
            this.passes = passes;
        }

        /** The same as a sentence. */
        public String says() {
            return says;
        }

        /** Whether it may be otherwise soon. */
        public boolean passes() {
            return passes;
        }

        /** As records spell it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
