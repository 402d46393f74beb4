package dev.mcpgateway.gateway.admin;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.AuditEvent.AdminAction;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.model.doctor.Doctor;
import dev.mcpgateway.gateway.model.doctor.Examination;
import dev.mcpgateway.gateway.model.doctor.Finding;
import dev.mcpgateway.gateway.model.doctor.Probe;
import dev.mcpgateway.gateway.model.money.Usd;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;

/**
 * {@code /models/doctor}: what can be probed and what it costs at most (GET), which calls came in a trace of late (GET with
 * {@code trace}), and one probe (POST). For operators alone; each
 * order is in the audit log before anything is sent.
 */
public final class DoctorEndpoint {
    private static final Set<String> MEMBERS = Set.of("alias", "provider", "model", "way");

    private static final Pattern TRACE = Pattern.compile("[0-9a-f]{32}");

    private final Doctor doctor;
    private final AdminTokens tokens;
    private final AuditLog audit;
    private final BoundedBody bodies;

    /** Lets operators ask this one. */
    public DoctorEndpoint(Doctor doctor, AdminTokens tokens, AuditLog audit, LongSupplier nanoClock) {
        this.doctor = doctor;
        this.tokens = tokens;
        this.audit = audit;
        this.bodies = Order.bodies(nanoClock);
    }

    /** The rows of the port's table. */
    public List<Route> routes() {
        return List.of(new Route("/models/doctor", Set.of("GET", "POST"), Access.AUTHENTICATED, true, this::handle));
    }

    private void handle(Exchange exchange) throws InterruptedException {
        String operator = tokens.operator(exchange, AdminTokens.OPERATOR);
        if (exchange.method().equals("POST")) {
            probe(exchange, operator);
            return;
        }
        Fields query = Request.extractQueryParameters(exchange.request());
        String trace = query.getValue("trace");
        if (trace == null) {
            plan(exchange);
        } else if (TRACE.matcher(trace).matches()) {
            calls(exchange, trace);
        } else {
            throw Order.bad("trace must be the id of a trace, 32 hexadecimal digits");
        }
    }

    private void calls(Exchange exchange, String trace) {
        try {
            AdminEndpoints.json(
                    exchange,
                    200,
                    doctor.inTrace(trace).stream()
                            .map(each -> "{\"call\":" + AdminEndpoints.quote(each.text("call"))
                                    + ",\"alias\":" + AdminEndpoints.quote(each.text("model.alias"))
                                    + ",\"refused\":" + AdminEndpoints.quote(each.text("detail.reason")) + "}")
                            .collect(Collectors.joining(",", "{\"calls\":[", "]}\n")));
        } catch (IOException unreadable) {
            throw new Refused(Refusal.saying(Reason.NOT_DONE, "the audit log cannot be read"));
        }
    }

    private void plan(Exchange exchange) {
        String planned = doctor.planned().entrySet().stream()
                .map(entry -> AdminEndpoints.quote(entry.getKey()) + ":" + AdminEndpoints.quote(entry.getValue()))
                .collect(Collectors.joining(","));
        String probes = doctor.probes().stream()
                .map(probe -> "{" + json(probe) + ",\"most_usd\":" + usd(doctor.most(probe)) + "}")
                .collect(Collectors.joining(","));
        AdminEndpoints.json(
                exchange,
                200,
                "{\"planned\":{" + planned + "},\"left_usd\":\"" + Usd.text(doctor.left()) + "\",\"probes\":[" + probes
                        + "]}\n");
    }

    private void probe(Exchange exchange, String operator) throws InterruptedException {
        Order order = Order.read(exchange, bodies, MEMBERS);
        Probe wanted = doctor.probes().stream()
                .filter(probe -> probe.alias().equals(order.text("alias"))
                        && probe.way().word().equals(order.text("way"))
                        && (probe.way() == Probe.Way.ROUTE
                                || (probe.target().provider().equals(order.text("provider"))
                                        && probe.target().model().equals(order.text("model")))))
                .findFirst()
                .orElseThrow(() -> Order.bad("there is no such probe: GET /models/doctor lists them"));
        record(exchange, operator, wanted, "asked");
        try {
            Examination found = doctor.examine(wanted, result -> record(exchange, operator, wanted, result));
            AdminEndpoints.json(exchange, 200, json(wanted, found));
        } catch (Doctor.CannotProbe why) {
            String result = "nothing was sent: " + why.getMessage();
            record(exchange, operator, wanted, result);
            throw new Refused(Refusal.saying(Reason.NOT_DONE, result));
        }
    }

    private void record(Exchange exchange, String operator, Probe probe, String result) {
        try {
            audit.append(new AdminAction(
                    Actor.NONE,
                    new Source(exchange.remoteAddress(), exchange.remotePort(), ""),
                    "models.doctor",
                    operator,
                    probe.toString(),
                    result,
                    ""));
        } catch (AuditUnavailable failure) {
            throw new Refused(Refusal.of(Reason.AUDIT_UNAVAILABLE, String.valueOf(failure.getMessage())));
        }
    }

    private static String json(Probe probe, Examination found) {
        return "{" + json(probe)
                + ",\"call\":" + AdminEndpoints.quote(found.call())
                + ",\"mark\":" + AdminEndpoints.quote(found.mark())
                + ",\"request_id\":" + AdminEndpoints.quote(found.requestId())
                + ",\"cost_usd\":" + usd(found.nanoUsd() < 0 ? OptionalLong.empty() : OptionalLong.of(found.nanoUsd()))
                + ",\"findings\":["
                + found.findings().stream().map(DoctorEndpoint::json).collect(Collectors.joining(",")) + "]}\n";
    }

    private static String json(Probe probe) {
        boolean isOfRoute = probe.way() == Probe.Way.ROUTE;
        return "\"alias\":" + AdminEndpoints.quote(probe.alias())
                + ",\"provider\":"
                + AdminEndpoints.quote(isOfRoute ? "" : probe.target().provider())
                + ",\"model\":"
                + AdminEndpoints.quote(isOfRoute ? "" : probe.target().model())
                + ",\"way\":" + AdminEndpoints.quote(probe.way().word());
    }

    private static String json(Finding finding) {
        return "{\"check\":" + AdminEndpoints.quote(finding.check())
                + ",\"verdict\":" + AdminEndpoints.quote(finding.verdict().word())
                + ",\"says\":" + AdminEndpoints.quote(finding.says())
                + ",\"todo\":" + AdminEndpoints.quote(finding.todo()) + "}";
    }

    private static String usd(OptionalLong nanoUsd) {
        return nanoUsd.isEmpty() ? "null" : "\"" + Usd.text(nanoUsd.getAsLong()) + "\"";
    }
}
