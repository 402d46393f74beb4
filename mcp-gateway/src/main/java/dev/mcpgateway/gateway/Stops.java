package dev.mcpgateway.gateway;

import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.LivePolicy;
import dev.mcpgateway.gateway.identity.LoopbackTestCaller;
import dev.mcpgateway.gateway.identity.VirtualKeys;
import dev.mcpgateway.gateway.kill.KillSwitch;
import dev.mcpgateway.gateway.mcp.McpFace;
import dev.mcpgateway.gateway.state.StateFile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The kill-switch of one gateway, and whom it tells. */
final class Stops {
    private final KillSwitch kills;
    private final LivePolicy policy;
    private volatile @Nullable McpFace face;
    private final List<Runnable> further = new CopyOnWriteArrayList<>();

    /**
     * Stops what the state folder says.
     *
     * @throws IOException if the file is damaged or cannot be read
     */
    Stops(GatewayConfig config, Wiring wiring, LivePolicy policy) throws IOException {
        this.policy = policy;
        this.kills = new KillSwitch(
                new StateFile(config.stateDir().resolve("kills.json")), wiring.clock(), wiring.ids(), this::changed);
        policy.narrow(kills.forbids());
    }

    KillSwitch kills() {
        return kills;
    }

    /** From now on tells the endpoints of changes, also of stops that end by themselves. */
    void tell(McpFace mcp, DeadlineSweeper sweeper) {
        face = mcp;
        sweeper.watch(_ -> kills.look());
    }

    /** Tells this, too, from now on, and of those in force at once. */
    void tell(Runnable listener) {
        further.add(listener);
        listener.run();
    }

    /** One at a time, so that the policy ends with the newest stops whoever comes last. */
    private synchronized void changed() {
        policy.narrow(kills.forbids());
        McpFace mcp = face;
        if (mcp != null) {
            mcp.killsChanged();
        }
        further.forEach(Runnable::run);
    }

    /** Identifiers of the issuers by alias, as callers have them. */
    static Map<String, String> issuers(GatewayConfig config) {
        Map<String, String> issuers = new LinkedHashMap<>();
        config.issuers()
                .forEach((alias, issuer) -> issuers.put(alias, issuer.profile().issuer()));
        config.anonymous().ifPresent(_ -> issuers.put(GatewayConfig.Anonymous.ISSUER, LoopbackTestCaller.ISSUER));
        config.virtualKeys().ifPresent(keys -> issuers.put(keys.issuer(), VirtualKeys.ISSUER));
        return issuers;
    }
}
