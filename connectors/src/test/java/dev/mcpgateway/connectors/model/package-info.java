/** Requests of models as they are edited, and answers as they are read. */
package dev.mcpgateway.connectors.model;
