package dev.mcpgateway.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final Admission admission = new Admission(Map.of("crm", 2, "files", 1));

    private Admission.Place admit(String caller, String tool, int perMinute) {
        return admission.admit(caller, tool, perMinute, "crm");
    }

    private Reason refusal(String caller, String tool, int perMinute, String upstream) {
        try (Admission.Place place = admission.admit(caller, tool, perMinute, upstream)) {
            throw new AssertionError("admitted: " + place);
        } catch (Refused refused) {
            return refused.why().reason();
        }
    }

    @Test
    void theRateIsOfOneCallerAndOneTool() {
        for (int i = 0; i < 3; i++) {
            admit("alice", "crm__a", 3).close();
        }

        assertThat(refusal("alice", "crm__a", 3, "crm")).isEqualTo(Reason.RATE_LIMITED);
        admit("alice", "crm__b", 3).close();
        admit("bob", "crm__a", 3).close();
    }

    @Test
    void aLimitedCallIsToldWhenToComeAgain() {
        admit("alice", "crm__a", 1).close();

        assertThatThrownBy(() -> admit("alice", "crm__a", 1))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.why().retryAfterSeconds()).isBetween(1, 61));
    }

    @Test
    void aLimitedCallTakesNoPlace() {
        admit("alice", "crm__a", 1).close();
        for (int i = 0; i < 5; i++) {
            assertThat(refusal("alice", "crm__a", 1, "crm")).isEqualTo(Reason.RATE_LIMITED);
        }

        admit("bob", "crm__a", 9);
        admit("bob", "crm__a", 9);
        assertThat(refusal("bob", "crm__a", 9, "crm")).isEqualTo(Reason.UPSTREAM_BUSY);
    }

    @Test
    void aPlaceIsFreeAgainOnceClosed() {
        Admission.Place first = admit("alice", "crm__a", 100);
        admit("alice", "crm__a", 100);
        assertThat(refusal("alice", "crm__a", 100, "crm")).isEqualTo(Reason.UPSTREAM_BUSY);
        admission.admit("alice", "files__a", 100, "files").close();

        first.close();

        admit("alice", "crm__a", 100);
        assertThat(refusal("alice", "crm__a", 100, "crm")).isEqualTo(Reason.UPSTREAM_BUSY);
    }

    @Test
    void anUpstreamThatIsNotThereIsAProgrammersMistake() {
        assertThatThrownBy(() -> admission.admit("alice", "x__a", 1, "x")).isInstanceOf(IllegalArgumentException.class);
    }
}
