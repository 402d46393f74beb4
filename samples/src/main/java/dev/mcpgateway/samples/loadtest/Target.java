package dev.mcpgateway.samples.loadtest;

import java.util.List;
import java.util.Map;

/**
 * Something that is driven.
 *
 * @param name short name, as in tables and plots
 * @param what what is switched on here that was not in the target before
 * @param url where requests go
 * @param headers request headers
 * @param scriptVariables environment of wrk's script: which tool, which era
 * @param pids processes whose CPU time counts; empty where none does
 * @param counterUrl where the upstream tells how many calls it got; empty where it cannot
 */
record Target(
        String name,
        String what,
        String url,
        Map<String, String> headers,
        Map<String, String> scriptVariables,
        List<Long> pids,
        String counterUrl) {
    Target {
        headers = Map.copyOf(headers);
        scriptVariables = Map.copyOf(scriptVariables);
        pids = List.copyOf(pids);
    }
}
