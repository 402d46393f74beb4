package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.wire.JsonDocument.Name;

/**
 * One parameter of an operation, and where its argument goes.
 *
 * @param place the part of the request
 * @param name its name there
 * @param property the member of the tool's arguments
 * @param form how its value is written
 * @param required whether a request is none without it
 */
record Parameter(Place place, String name, Name property, Form form, boolean required) {

    /** The part of a request that holds a parameter. */
    enum Place {
        PATH,
        QUERY,
        HEADER,
        COOKIE;

        /** As descriptions and the names of properties say it. */
        String word() {
            return switch (this) {
                case PATH -> "path";
                case QUERY -> "query";
                case HEADER -> "header";
                case COOKIE -> "cookie";
            };
        }
    }

    /** How a value becomes text (OpenAPI 3.1.1, "Style Values"). */
    enum Form {
        /** Items with commas between them; members as {@code k,v}. */
        COMMAS,
        /** The same with members as {@code k=v}. */
        COMMAS_EXPLODED,
        /** The parameter once per item; an object cannot be written so. */
        REPEATED,
        /** Items with encoded blanks between them. */
        BLANKS,
        /** Items with encoded bars between them. */
        PIPES,
        /** {@code name[member]=value}. */
        BRACKETS,
        /** The value's JSON text. */
        JSON
    }
}
