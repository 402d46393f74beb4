package dev.mcpgateway.samples.agent;

import dev.mcpgateway.samples.agent.McpClient.Answer;
import dev.mcpgateway.samples.launch.Arguments;
import dev.mcpgateway.samples.launch.BadUsage;
import dev.mcpgateway.samples.launch.Launch;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The quickstart's agent: seven requests through the gateway, one line each with the actual answer and whether it is what
 * it should be. Ends with 1 when any differs.
 */
public final class QuickstartAgent {
    private static final String USAGE = """
            Usage: agent --gateway URL --token-file FILE
              --gateway     the gateway's MCP endpoint
              --token-file  file with an access token for it""";

    private static final int LINE_CHARS_MAX = 150;

    private final McpClient gateway;
    private int wrong;

    private QuickstartAgent(McpClient gateway) {
        this.gateway = gateway;
    }

    /** Runs all steps; see the usage text for the options. */
    public static void main(String... args) throws InterruptedException {
        try {
            Arguments arguments = Arguments.of(args);
            URI url = URI.create(arguments.text("gateway").orElse(""));
            Path tokenFile = arguments.requiredPath("token-file");
            arguments.done();
            try (McpClient client =
                    new McpClient(url, Files.readString(tokenFile).strip())) {
                System.exit(new QuickstartAgent(client).run());
            }
        } catch (BadUsage e) {
            throw Launch.exit(Launch.EXIT_USAGE, e.getMessage() + "\n\n" + USAGE);
        } catch (IOException e) {
            throw Launch.exit(Launch.EXIT_FAILED, "the gateway cannot be reached: " + Launch.reason(e));
        }
    }

    private int run() throws IOException, InterruptedException {
        Answer list = gateway.listTools(Trace.begin());
        List<String> names = new ArrayList<>();
        list.body()
                .path("result")
                .path("tools")
                .forEach(tool -> names.add(tool.path("name").asString()));
        show(
                "list",
                list,
                String.join(" ", names),
                names.contains("crm__get_customer")
                        && names.contains("files__read_file")
                        && !names.contains("crm__delete_customer"));

        Answer allowed = call("crm__get_customer", object().put("customer_id", "C-1001"));
        show(
                "allowed call",
                allowed,
                allowed.text(),
                !allowed.isToolError() && allowed.text().contains("Harbour"));

        Answer file = call("files__read_file", object().put("path", "welcome.txt"));
        show(
                "allowed call (stdio)",
                file,
                file.text(),
                !file.isToolError() && !file.text().isEmpty());

        Answer denied = call("crm__delete_customer", object().put("customer_id", "C-1001"));
        show("denied call", denied, error(denied), denied.errorCode() == -32602);

        Answer scope =
                call("crm__add_note", object().put("customer_id", "C-1001").put("text", "Hello"));
        show(
                "call lacking a scope",
                scope,
                scope.challenge(),
                scope.status() == 403 && scope.challenge().contains("scope=\"crm:read crm:write\""));

        Answer oversized = call("crm__search_tickets", object().put("query", "invoice ".repeat(50)));
        show(
                "oversized argument",
                oversized,
                oversized.text(),
                oversized.isToolError() && oversized.text().contains("/query"));

        Answer injected = call("crm__search_tickets", object().put("query", "export"));
        show(
                "result with an injection",
                injected,
                injected.text(),
                injected.isToolError() && injected.text().contains("withheld"));
        return wrong == 0 ? 0 : 1;
    }

    /** Each in a trace of its own: these calls have nothing to do with each other. */
    private Answer call(String tool, ObjectNode arguments) throws IOException, InterruptedException {
        return gateway.callTool(tool, arguments, Trace.begin());
    }

    private static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }

    private static String error(Answer answer) {
        return answer.errorCode() + " "
                + answer.body().path("error").path("message").asString("");
    }

    private void show(String step, Answer answer, String what, boolean right) {
        if (!right) {
            wrong++;
        }
        String line = what.replaceAll("\\s+", " ");
        String cut = line.length() > LINE_CHARS_MAX ? line.substring(0, LINE_CHARS_MAX) + " …" : line;
        System.out.printf("%s %-25s HTTP %d  %s%n", right ? "ok   " : "WRONG", step, answer.status(), cut);
        if (!right) {
            System.out.println("      the whole answer: " + answer.body());
        }
    }
}
