package dev.mcpgateway.gateway;

import dev.mcpgateway.gateway.call.CallIds;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.model.Onlooker;
import dev.mcpgateway.gateway.model.judge.Judge;
import dev.mcpgateway.gateway.model.route.HealthTable;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import java.util.List;

/** Who judges answers, where the configuration says so. */
final class JudgeWiring {
    private JudgeWiring() {}

    /** The judge, which is closed before everything that it asks by; nobody without its section. */
    static Onlooker of(
            Models models,
            HealthTable health,
            Wiring wiring,
            Incidents incidents,
            Telemetry telemetry,
            List<AutoCloseable> transports) {
        return models.judge()
                .<Onlooker>map(settings -> {
                    Judge judge = new Judge(
                            settings,
                            models.aliases(),
                            health,
                            new Judge.Means(
                                    rest(incidents),
                                    telemetry.judging(),
                                    new CallIds(wiring.clock(), wiring.ids())::next,
                                    wiring.ids(),
                                    wiring.secureRandom(),
                                    wiring.nanoClock()));
                    transports.addFirst(judge);
                    return judge;
                })
                .orElse(Onlooker.NONE);
    }

    /** In safe mode, and for restricted tenants. */
    private static Judge.Rest rest(Incidents incidents) {
        return new Judge.Rest() {
            @Override
            public boolean rests() {
                return incidents.safeMode().isOn();
            }

            @Override
            public boolean rests(Caller caller) {
                return incidents.restrictions().coversOneOf(caller.subject());
            }
        };
    }
}
