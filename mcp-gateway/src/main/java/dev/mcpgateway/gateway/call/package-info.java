/** The words that all paths share: stages, reasons for a refusal, call ids. A leaf: it knows no other package. */
package dev.mcpgateway.gateway.call;
