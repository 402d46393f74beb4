package dev.mcpgateway.gateway;

import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditReader;
import dev.mcpgateway.gateway.admin.AdminTokens;
import dev.mcpgateway.gateway.admin.DoctorEndpoint;
import dev.mcpgateway.gateway.call.CallIds;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.model.ExpectedCost;
import dev.mcpgateway.gateway.model.Onlooker;
import dev.mcpgateway.gateway.model.doctor.Doctor;
import java.util.List;
import java.util.Optional;

/** Who probes models for operators, where the configuration says so. */
record DoctorWiring(Optional<Doctor> doctor, AuditLog audit, Wiring wiring) {
    /** Beside whoever looks at answers otherwise. */
    static DoctorWiring of(Models models, Optional<MoneyWiring> money, Wiring wiring, AuditLog audit, Onlooker beside) {
        Optional<Doctor> doctor = models.doctor()
                .flatMap(_ -> money)
                .map(MoneyWiring::money)
                .map(known -> new Doctor(
                        models,
                        new Doctor.Means(
                                known,
                                new ExpectedCost(known, wiring.clock()),
                                new AuditReader(audit.address().directory()),
                                new CallIds(wiring.clock(), wiring.ids())::next,
                                wiring.secureRandom(),
                                wiring.clock()),
                        beside));
        return new DoctorWiring(doctor, audit, wiring);
    }

    Onlooker or(Onlooker other) {
        return doctor.<Onlooker>map(each -> each).orElse(other);
    }

    List<Route> operatorsRoutes(AdminTokens tokens) {
        return doctor.map(each -> new DoctorEndpoint(each, tokens, audit, wiring.nanoClock()).routes())
                .orElse(List.of());
    }
}
