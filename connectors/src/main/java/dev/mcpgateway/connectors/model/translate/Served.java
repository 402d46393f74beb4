package dev.mcpgateway.connectors.model.translate;

/**
 * What a reply's translation must know beyond the reply.
 *
 * @param callId the gateway's own id of the call: letters, digits, dash and underscore. It stands in for ids that the
 *     provider does not give
 * @param owner as in the {@link Target} that replied
 * @param model the provider's name of the model, where its replies do not name it
 * @param createdSeconds when the call began, in seconds since 1970
 * @param usageWanted as in {@link RequestTranslation.Translated}
 */
public record Served(String callId, String owner, String model, long createdSeconds, boolean usageWanted) {

    /** Checks that both names can stand inside an id. */
    public Served {
        if (!callId.matches("[A-Za-z0-9_-]{1,64}") || !Target.isOwner(owner)) {
            throw new IllegalArgumentException("not usable inside ids");
        }
    }
}
