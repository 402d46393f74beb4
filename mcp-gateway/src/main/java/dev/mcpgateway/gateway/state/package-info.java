/** What must survive a restart: small files under {@code state.dir}, written whole or not at all. A leaf. */
package dev.mcpgateway.gateway.state;
