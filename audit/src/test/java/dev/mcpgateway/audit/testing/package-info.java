/** A real log in a temporary folder and storages that fail, for the tests of this module and of those that use it. */
package dev.mcpgateway.audit.testing;
