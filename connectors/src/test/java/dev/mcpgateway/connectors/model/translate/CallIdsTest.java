package dev.mcpgateway.connectors.model.translate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Ids of calls are what each protocol takes, one for each call, and come back as they were. */
class CallIdsTest {
    @Test
    void whatIsMadePlainComesBackAndNoTwoBecomeOne() {
        Set<String> seen = new HashSet<>();
        for (String id : List.of(
                "toolu_1", "", "a.b", "a:b", "a b", "ä", "🙂", "\n", "x".repeat(500) + ".", "gwid_", "gwid_YS5i")) {
            String plain = CallIds.plain(id);

            assertThat(plain).as(id).matches("[a-zA-Z0-9_-]+");
            assertThat(CallIds.unwrapped(plain)).isEqualTo(id);
            assertThat(seen.add(plain)).as(id).isTrue();
        }
    }

    @Test
    void whatTheGatewayHasNotWrittenStaysAsItIs() {
        for (String id : List.of("toolu_1", "gwid_%", "gwid_YQ==", "gwid_YR", "gwid_gA", "Gwid_YS5i")) {
            assertThat(CallIds.unwrapped(id)).isEqualTo(id);
        }
    }

    @Test
    void anIdThatIsMadeHereIsNotTooLongForAnyProvider() {
        String call = new UUID(0x0193_0000_0000_7000L, 0x8000_0000_0000_0001L).toString();
        Served served = new Served(call, "google", "m", 1, false);

        String last = CallIds.make(served, Sequence.CALLS_MAX - 1);

        assertThat(last.length()).isLessThanOrEqualTo(40);
        assertThat(CallIds.isMade(last)).isTrue();
        assertThat(CallIds.plain(last)).isEqualTo(last);
        assertThat(CallIds.make(Transcripts.SERVED, 0)).isEqualTo("gwcall_c1_0");
    }
}
