/** Tests of the detectors: each finds the fault that it is for, and keeps quiet for an ordinary week. */
package dev.mcpgateway.gateway.model.signals;
