/** Tests of probes of models, without a network. */
package dev.mcpgateway.gateway.model.doctor;
