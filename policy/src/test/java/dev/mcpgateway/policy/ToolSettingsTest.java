package dev.mcpgateway.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ToolSettingsTest {

    private static final ToolEntry EVERYWHERE = entry(
            "*",
            Optional.empty(),
            limits(600, 1000),
            Optional.of(Oversize.TRUNCATE),
            Optional.of(new ScreenRule(ScreenMode.SHADOW, ScreenAction.BLOCK)));
    private static final ToolEntry FILES = entry(
            "files__*",
            Optional.of(true),
            limits(60, 2000),
            Optional.empty(),
            Optional.of(new ScreenRule(ScreenMode.ENFORCE, ScreenAction.FLAG)));
    private static final ToolEntry WRITE =
            entry("files__write", Optional.of(false), CallLimits.NONE, Optional.of(Oversize.REJECT), Optional.empty());

    private static ToolEntry entry(
            String tools,
            Optional<Boolean> readOnly,
            CallLimits limits,
            Optional<Oversize> oversize,
            Optional<ScreenRule> injection) {
        return new ToolEntry(Calls.patterns(tools), readOnly, limits, oversize, injection, Optional.empty());
    }

    private static CallLimits limits(int calls, long bytes) {
        return new CallLimits(OptionalInt.of(calls), OptionalLong.of(bytes));
    }

    private static Policy policy(List<ToolEntry> entries, Rule... rules) {
        return Policy.of(new PolicyRules(List.of(rules), entries, "test"));
    }

    @Test
    void aToolThatNoEntryNamesHasTheDefaults() {
        ToolSettings settings = policy(List.of(FILES)).settings(Calls.tool("crm__x"));

        assertThat(settings).isEqualTo(ToolSettings.DEFAULT);
        assertThat(settings.readOnly()).isFalse();
        assertThat(settings.onLargeResult()).isEqualTo(Oversize.REJECT);
        assertThat(settings.screening().injection()).isEqualTo(new ScreenRule(ScreenMode.SHADOW, ScreenAction.FLAG));
        assertThat(settings.screening().hidden()).isEqualTo(new ScreenRule(ScreenMode.SHADOW, ScreenAction.FLAG));
    }

    @Test
    void ofSeveralEntriesTheStricterWordHoldsInAnyOrder() {
        List<ToolEntry> entries = new ArrayList<>(List.of(EVERYWHERE, FILES, WRITE));
        for (int i = 0; i < entries.size(); i++) {
            Collections.rotate(entries, 1);
            Policy policy = policy(entries);

            assertThat(policy.settings(Calls.tool("files__read")))
                    .isEqualTo(new ToolSettings(
                            true,
                            OptionalInt.of(60),
                            OptionalLong.of(1000),
                            Oversize.TRUNCATE,
                            new ScreenSettings(
                                    new ScreenRule(ScreenMode.ENFORCE, ScreenAction.BLOCK), ScreenRule.DEFAULT)));
            assertThat(policy.settings(Calls.tool("files__write")))
                    .returns(false, ToolSettings::readOnly)
                    .returns(Oversize.REJECT, ToolSettings::onLargeResult);
            assertThat(policy.settings(Calls.tool("crm__x")))
                    .returns(false, ToolSettings::readOnly)
                    .returns(Oversize.TRUNCATE, ToolSettings::onLargeResult);
        }
    }

    @Test
    void ceilingsNarrowWhatAPermitAllows() {
        Rule wide = new Rule(
                "wide",
                Effect.PERMIT,
                List.of(),
                Set.of(Action.CALL_TOOL),
                Calls.patterns("*"),
                Collections.emptySortedSet(),
                Validity.ALWAYS,
                new CallLimits(OptionalInt.of(1000), OptionalLong.empty()));
        Policy policy = policy(List.of(FILES), wide);
        Subject ann = Calls.subject("ann", Set.of(), Set.of());

        Permit files = ((Decision.Allow) policy.decide(Calls.call(ann, "files__read"))).permit();
        Permit crm = ((Decision.Allow) policy.decide(Calls.call(ann, "crm__x"))).permit();

        assertThat(files.limits()).isEqualTo(limits(60, 2000));
        assertThat(crm.limits()).isEqualTo(new CallLimits(OptionalInt.of(1000), OptionalLong.empty()));
    }
}
