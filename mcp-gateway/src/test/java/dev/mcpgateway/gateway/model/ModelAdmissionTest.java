package dev.mcpgateway.gateway.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.Source;
import dev.mcpgateway.audit.testing.TestAuditLog;
import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.admission.Admission;
import dev.mcpgateway.gateway.admission.CallerPlaces;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.config.Routing;
import dev.mcpgateway.gateway.http.OwnExchange;
import dev.mcpgateway.gateway.identity.OwnCaller;
import dev.mcpgateway.gateway.model.incident.KnownGood;
import dev.mcpgateway.gateway.model.incident.KnownGoodFile;
import dev.mcpgateway.gateway.model.incident.Mode;
import dev.mcpgateway.gateway.model.incident.Restrictions;
import dev.mcpgateway.gateway.model.incident.SafeMode;
import dev.mcpgateway.gateway.model.incident.StrictGuardrails;
import dev.mcpgateway.gateway.model.kept.KeptState;
import dev.mcpgateway.gateway.model.kept.OwnerSeal;
import dev.mcpgateway.gateway.model.route.HealthTable;
import dev.mcpgateway.gateway.state.StateFile;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.ModelRules;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.rules.KnownNames;
import dev.mcpgateway.policy.rules.PolicyParse;
import dev.mcpgateway.policy.rules.PolicyParser;
import dev.mcpgateway.policy.rules.PolicySource;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A call is screened and planned in one and the same mode, whatever begins or ends while it is screened. */
class ModelAdmissionTest {
    private static final URI PROVIDER = URI.create("https://p.example/v1");

    @TempDir
    Path folder;

    private final Telemetry telemetry = new Telemetry(new Telemetry.Settings(null, 1, "gateway", "0"), () -> 1);
    private final List<ModelRules> screenedBy = new ArrayList<>();
    private TestAuditLog audit;
    private SafeMode safeMode;

    @BeforeEach
    void knownGoodIsTheSecondTarget() throws Exception {
        audit = TestAuditLog.in(folder);
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path key = Files.writeString(
                folder.resolve("profile.pub"),
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keys.getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        KnownGood profile = new KnownGood(
                Instant.EPOCH,
                OptionalInt.empty(),
                StrictGuardrails.STRICTEST,
                Map.of("p", PROVIDER),
                Map.of("gpt", List.of(new KnownGood.Pair("p", "two"))));
        Path file =
                Files.writeString(folder.resolve("known-good.json"), KnownGoodFile.signed(profile, keys.getPrivate()));
        safeMode = new SafeMode(
                new SafeMode.Settings(
                        Files.createDirectory(folder.resolve("state")),
                        Optional.of(new SafeMode.ProfileSource(file, key)),
                        Map.of("p", PROVIDER),
                        Duration.ofMinutes(10)),
                InstantSource.system(),
                audit.log());
    }

    @AfterEach
    void close() {
        audit.close();
        telemetry.close();
    }

    /** The plan of a call during whose screening this happens. */
    private Plan planned(Runnable meanwhile) throws Exception {
        Guardrails guardrails = (_, _, request, further) -> {
            screenedBy.add(further);
            meanwhile.run();
            return new Guardrails.OnCall.Untouched(request);
        };
        List<Models.Target> targets = List.of(new Models.Target("p", "one"), new Models.Target("p", "two"));
        Models.Alias alias = new Models.Alias(
                List.of(new Models.Tier(targets)),
                Models.Strategy.ORDERED,
                false,
                Optional.empty(),
                Optional.empty(),
                List.of());
        Routing routing = new Routing(0, 1, Duration.ofMillis(1), Duration.ofMillis(1), 10, Optional.empty());
        ModelAdmission admission = new ModelAdmission(
                new ModelTable(
                        Map.of("gpt", alias),
                        Map.of("p", new NamedProvider("p")),
                        new HealthTable(targets, routing, () -> 1),
                        Optional.empty()),
                new Safety(safeMode, new Restrictions(new StateFile(folder.resolve("state/restrictions.json")))),
                new Admission(Map.of("p", 1)),
                guardrails,
                Budgets.NONE,
                ModelCache.NONE,
                new ModelEvidence(ContentKeeper.NONE, Observing.NOBODY),
                new ModelRecords(audit.log()),
                telemetry,
                InstantSource.system(),
                1_000,
                new CallerPlaces(10),
                new KeptState(OwnerSeal.load(folder.resolve("state"), new SecureRandom()), Map.of()));
        ModelAsk ask = new ModelAsk(
                new OwnExchange("c", "", null),
                OwnCaller.named("judge", ""),
                ModelRequest.read(
                        ModelApi.CHAT_COMPLETIONS,
                        StrictJson.parse(
                                "{\"model\":\"gpt\",\"messages\":[]}".getBytes(StandardCharsets.UTF_8),
                                JsonLimits.forRequests(1 << 20, 64))),
                Map.of());
        try (Admitted admitted = admission.admit(anybody(), ask, telemetry.begin(1))) {
            return admitted.plan();
        }
    }

    private static Policy anybody() {
        String file = """
                version: 1
                rules:
                  - {id: all, effect: permit, ack_broad: true, actions: model/call, resources: "model:gpt"}
                """;
        return switch (PolicyParser.parse(
                List.of(new PolicySource("p", file.getBytes(StandardCharsets.UTF_8))), KnownNames.none())) {
            case PolicyParse.Parsed(Policy parsed, var _) -> parsed;
            case PolicyParse.Rejected(var problems) -> throw new AssertionError(problems);
        };
    }

    private void begin() {
        assertThat(safeMode.enter("ops", "drill", Source.NONE)).isInstanceOf(Mode.Safe.class);
    }

    private void end() {
        assertThat(safeMode.leave("ops", "over", Source.NONE)).isInstanceOf(SafeMode.Leaving.Asked.class);
        assertThat(safeMode.leave("chief", "over", Source.NONE)).isInstanceOf(SafeMode.Leaving.Left.class);
    }

    @Test
    void whatWasScreenedBeforeSafeModeIsNotAskedOfItsTargets() throws Exception {
        Plan plan = planned(this::begin);

        assertThat(screenedBy).containsExactly(ModelRules.NONE);
        assertThat(plan.isFixed()).isFalse();
        assertThat(plan.first().model()).isEqualTo("one");
    }

    @Test
    void whatIsAskedInSafeModeIsScreenedAsItDemands() throws Exception {
        begin();
        ModelRules strict = safeMode.mode().guardrails();

        Plan plan = planned(this::end);

        assertThat(strict).isNotEqualTo(ModelRules.NONE);
        assertThat(screenedBy).containsExactly(strict);
        assertThat(plan.isFixed()).isTrue();
        assertThat(plan.first().model()).isEqualTo("two");

        assertThat(planned(() -> {}).first().model()).as("the next one").isEqualTo("one");
        assertThat(screenedBy.getLast()).isEqualTo(ModelRules.NONE);
    }
}
