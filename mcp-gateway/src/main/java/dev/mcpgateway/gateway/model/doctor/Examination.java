package dev.mcpgateway.gateway.model.doctor;

import java.util.List;

/**
 * What came of one probe.
 *
 * @param call the gateway's id of it
 * @param mark the word that it asked for, by which it can be found at the provider
 * @param requestId the provider's id of the request; empty when there is none
 * @param nanoUsd what it cost; below zero if that is not known
 * @param findings in the order of the looks
 */
public record Examination(String call, String mark, String requestId, long nanoUsd, List<Finding> findings) {
    /** Copies the list. */
    public Examination {
        findings = List.copyOf(findings);
    }
}
