package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.wire.JsonDocument.Name;

/** Member names of OpenAPI descriptions, prepared for comparisons. */
final class Keys {
    static final Name OPENAPI = Name.of("openapi");
    static final Name SERVERS = Name.of("servers");
    static final Name URL = Name.of("url");
    static final Name PATHS = Name.of("paths");
    static final Name COMPONENTS = Name.of("components");
    static final Name SECURITY_SCHEMES = Name.of("securitySchemes");
    static final Name REF = Name.of("$ref");

    static final Name OPERATION_ID = Name.of("operationId");
    static final Name SUMMARY = Name.of("summary");
    static final Name DESCRIPTION = Name.of("description");
    static final Name DEPRECATED = Name.of("deprecated");
    static final Name PARAMETERS = Name.of("parameters");
    static final Name REQUEST_BODY = Name.of("requestBody");
    static final Name RESPONSES = Name.of("responses");

    static final Name NAME = Name.of("name");
    static final Name IN = Name.of("in");
    static final Name REQUIRED = Name.of("required");
    static final Name SCHEMA = Name.of("schema");
    static final Name CONTENT = Name.of("content");
    static final Name STYLE = Name.of("style");
    static final Name EXPLODE = Name.of("explode");
    static final Name ENCODING = Name.of("encoding");

    static final Name TYPE = Name.of("type");
    static final Name PROPERTIES = Name.of("properties");
    static final Name ALL_OF = Name.of("allOf");
    static final Name NULLABLE = Name.of("nullable");
    static final Name ENUM = Name.of("enum");
    static final Name EXAMPLES = Name.of("examples");
    static final Name READ_ONLY = Name.of("readOnly");
    static final Name WRITE_ONLY = Name.of("writeOnly");
    static final Name MINIMUM = Name.of("minimum");
    static final Name MAXIMUM = Name.of("maximum");
    static final Name EXCLUSIVE_MINIMUM = Name.of("exclusiveMinimum");
    static final Name EXCLUSIVE_MAXIMUM = Name.of("exclusiveMaximum");

    private Keys() {}
}
