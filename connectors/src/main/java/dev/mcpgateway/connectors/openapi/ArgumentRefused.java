package dev.mcpgateway.connectors.openapi;

/** An argument that no request can carry safely. The message names the argument, never its value; agents read it. */
final class ArgumentRefused extends Exception {
    private static final long serialVersionUID = 1L;

    ArgumentRefused(String argument, String why) {
        super("argument '" + argument + "' " + why, null, false, false);
    }

    String why() {
        return String.valueOf(getMessage());
    }
}
