/**
 * Marked calls of the gateway's own, by the one path, and what came of them compared with what was to come: faults that still
 * return 200. Nobody is probed without an operator who asks for it, and no probe is without permit, reservation and records.
 */
package dev.mcpgateway.gateway.model.doctor;
