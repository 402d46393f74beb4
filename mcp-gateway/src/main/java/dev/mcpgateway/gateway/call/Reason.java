package dev.mcpgateway.gateway.call;

import java.util.Locale;

/**
 * Every reason for which a request is refused: one row each, and a new one does not compile without its columns. The
 * outward texts say what the caller can do and nothing about rules, upstreams or other callers.
 */
public enum Reason {
    BAD_PROTOCOL(Stage.RECEIVE, 505, -31505, Form.HTTP, "Only HTTP/1.1 is served here."),
    BAD_HOST(Stage.RECEIVE, 403, -31403, Form.HTTP, "This Host is not served here."),
    BAD_ORIGIN(Stage.RECEIVE, 403, -31403, Form.HTTP, "Requests from this Origin are not allowed."),
    BAD_PATH(Stage.RECEIVE, 404, -31404, Form.HTTP, "There is nothing at this path."),
    BAD_METHOD(Stage.RECEIVE, 405, -31405, Form.HTTP, "At this path other HTTP methods are served."),
    BAD_MEDIA_TYPE(Stage.RECEIVE, 415, -31415, Form.HTTP, "Send Content-Type: application/json."),
    ENCODED_BODY(Stage.RECEIVE, 415, -31415, Form.HTTP, "Send the body without Content-Encoding."),
    NOT_ACCEPTABLE(Stage.RECEIVE, 406, -31406, Form.HTTP, "Send Accept: application/json, text/event-stream."),

    NO_TOKEN(Stage.IDENTIFY, 401, -31401, Form.HTTP, "An access token is needed: Authorization: Bearer …"),
    MALFORMED_CREDENTIALS(Stage.IDENTIFY, 400, -31400, Form.HTTP, "The request's credentials are malformed."),
    BAD_TOKEN(Stage.IDENTIFY, 401, -31401, Form.HTTP, "The access token is not valid here."),
    WRONG_AUDIENCE(Stage.IDENTIFY, 401, -31401, Form.HTTP, "The access token is not valid here."),
    WRONG_SOURCE(Stage.IDENTIFY, 403, -31403, Form.HTTP, "The key may not be used from this address."),
    STOPPED(Stage.IDENTIFY, 401, -31401, Form.HTTP, "The access token is not valid here."),
    NOT_OPERATOR(Stage.IDENTIFY, 403, -31403, Form.HTTP, "This is for operators with a token and the role for it."),
    BAD_ORDER(Stage.READ, 400, -31400, Form.HTTP, "The request does not say what is to be done."),
    NOT_DONE(Stage.ANSWER, 500, -31500, Form.HTTP, "It was not done."),
    BAD_PROOF(Stage.IDENTIFY, 401, -31401, Form.HTTP, "The proof of possession is not valid here."),
    PROOF_NEEDS_NONCE(
            Stage.IDENTIFY,
            401,
            -31401,
            Form.HTTP,
            "The proof of possession needs the nonce of the DPoP-Nonce header."),
    TOO_MANY_BAD_TOKENS(
            Stage.IDENTIFY, 429, -31429, Form.HTTP, "Too many access tokens that are not valid. Try again later."),
    KEYS_UNAVAILABLE(
            Stage.IDENTIFY, 503, -31503, Form.HTTP, "Access tokens cannot be verified at the moment. Try again."),

    TOO_LARGE(Stage.READ, 413, -31413, Form.HTTP, "The request body is too large."),
    TOO_SLOW(Stage.READ, 408, -31408, Form.HTTP, "The request body did not arrive in time."),
    TOO_MANY_BODIES(Stage.READ, 429, -31429, Form.HTTP, "Too much is sent at once. Try again later."),
    NO_ROOM_FOR_BODY(Stage.READ, 503, -31503, Form.HTTP, "There is no room for the request at the moment. Try again."),
    BROKEN_BODY(Stage.READ, 400, -31400, Form.HTTP, "The request body could not be read."),
    NOT_JSON(Stage.READ, 400, -32700, Form.RPC, "Parse error"),
    NOT_JSON_RPC(Stage.READ, 400, -32600, Form.RPC, "Invalid request"),
    BAD_MODEL_REQUEST(Stage.READ, 400, -31400, Form.HTTP, "The request cannot be understood."),
    BAD_ENVELOPE(Stage.READ, 400, -32602, Form.RPC, "Invalid params"),
    HEADER_MISMATCH(Stage.READ, 400, -32020, Form.RPC, "Header mismatch"),
    UNSUPPORTED_VERSION(Stage.READ, 400, -32022, Form.RPC, "Unsupported protocol version"),
    BAD_VERSION_HEADER(Stage.READ, 400, -31400, Form.RPC, "Unsupported MCP-Protocol-Version"),
    UNKNOWN_METHOD(Stage.READ, 404, -32601, Form.RPC, "Method not found"),
    BAD_PARAMS(Stage.READ, 200, -32602, Form.RPC, "Invalid params"),
    NO_SESSION(Stage.READ, 400, -31400, Form.RPC, "Mcp-Session-Id is missing: start with initialize"),
    UNKNOWN_SESSION(Stage.READ, 404, -31404, Form.RPC, "Session not found: start again with initialize"),
    TOO_MANY_SESSIONS(Stage.READ, 429, -31429, Form.RPC, "Too many open sessions: end one with DELETE"),

    TOO_MANY_STREAMS(Stage.READ, 429, -31429, Form.RPC, "Too many open streams: close one"),

    BAD_CURSOR(Stage.SHAPE, 200, -32602, Form.RPC, "Invalid cursor"),
    CATALOG_NOT_READY(Stage.GATHER, 503, -31503, Form.RPC, "The tool list is not ready yet. Try again."),

    UNKNOWN_TOOL(Stage.LOCATE, 200, -32602, Form.RPC, "Unknown tool"),
    TOOL_HIDDEN(Stage.LOCATE, 200, -32602, Form.RPC, "Unknown tool"),
    TOOL_STOPPED(Stage.LOCATE, 200, -32602, Form.RPC, "Unknown tool"),
    TOOL_QUARANTINED(Stage.LOCATE, 200, -32602, Form.RPC, "Unknown tool"),
    UNKNOWN_PROMPT(Stage.LOCATE, 200, -32602, Form.RPC, "Unknown prompt"),
    PROMPT_HIDDEN(Stage.LOCATE, 200, -32602, Form.RPC, "Unknown prompt"),
    UNKNOWN_RESOURCE(Stage.LOCATE, 200, -32602, Form.RPC, "Resource not found"),
    RESOURCE_HIDDEN(Stage.LOCATE, 200, -32602, Form.RPC, "Resource not found"),
    UNKNOWN_MODEL(
            Stage.LOCATE,
            404,
            -31404,
            Form.HTTP,
            "The model does not exist or is not yours to use. The list of models has those that are."),
    MODEL_HIDDEN(
            Stage.LOCATE,
            404,
            -31404,
            Form.HTTP,
            "The model does not exist or is not yours to use. The list of models has those that are."),
    MODEL_NOT_HERE(
            Stage.ROUTE,
            400,
            -31400,
            Form.HTTP,
            "The model is not served at this path: its provider cannot do this, and it is not translated."),
    RESIDENCY(
            Stage.ROUTE,
            403,
            -31403,
            Form.HTTP,
            "Nobody who could take this request is where your data may go. Retrying will not help."),
    NO_MODEL_FITS(Stage.ROUTE, 400, -31400, Form.HTTP, "Nobody who serves the model can take this request."),
    PROMPT_TOO_LONG(
            Stage.ROUTE, 400, -31400, Form.HTTP, "The prompt is too long: it does not fit into the model's context."),
    MODELS_RESTING(
            Stage.ROUTE, 503, -31503, Form.HTTP, "Nobody who serves the model takes requests now. Try again later."),
    MODEL_MISMATCH(Stage.FORWARD, 502, -31502, Form.HTTP, "Another model answered than was asked for."),
    UNKNOWN_KEPT(Stage.ROUTE, 404, -31404, Form.HTTP, "Nothing of that id is kept for you."),
    SAFE_MODE(Stage.ROUTE, 503, -31503, Form.HTTP, "The model is not available at the moment."),
    READ_ONLY(Stage.AUTHORIZE, 403, -31403, Form.HTTP, "In safe mode nothing is changed here but to stop or narrow."),
    NEEDS_SCOPE(Stage.LOCATE, 403, -31403, Form.HTTP, "The access token lacks a scope for this."),

    PARAM_HEADER_MISMATCH(Stage.CHECK, 400, -32020, Form.RPC, "Header mismatch"),
    BAD_REQUEST_STATE(Stage.CHECK, 200, -32602, Form.RPC, "Invalid requestState"),
    ARGUMENTS_TOO_LARGE(Stage.CHECK, 200, -31413, Form.TOOL, "The arguments are too large."),
    BAD_ARGUMENTS(Stage.CHECK, 200, -32602, Form.TOOL, "The arguments do not fit the input schema."),
    GUARDRAIL(Stage.CHECK, 403, -31403, Form.HTTP, "A guardrail refuses this request. Retrying will not help."),
    DENIED(Stage.AUTHORIZE, 200, -31403, Form.TOOL, "This call is not allowed."),
    POLICY_ERROR(Stage.AUTHORIZE, 200, -31403, Form.TOOL, "This call is not allowed."),
    RATE_LIMITED(Stage.ADMIT, 429, -31429, Form.HTTP, "Too many calls. Try again later."),
    TOO_MANY_MODEL_CALLS(Stage.ADMIT, 429, -31429, Form.HTTP, "Too many calls at once. Try again later."),
    TOO_MANY_SUBSCRIPTIONS(Stage.ADMIT, 200, -31429, Form.RPC, "Too many subscriptions in this session: end one"),
    UPSTREAM_BUSY(Stage.ADMIT, 200, -31429, Form.TOOL, "The upstream server is busy. Try again later."),
    OVER_BUDGET(
            Stage.BUDGET,
            429,
            -31429,
            Form.HTTP,
            "The budget for models has less left than this call can cost. Retrying will not help."),
    BUDGET_HELD(
            Stage.BUDGET,
            429,
            -31429,
            Form.HTTP,
            "The budget for models has too little free at the moment for what this call can cost. Try again in a moment,"
                    + " or with a smaller limit of the answer's tokens."),
    TOO_MANY_TOKENS(Stage.BUDGET, 429, -31429, Form.HTTP, "Too many tokens. Try again later."),
    NO_PRICE(
            Stage.BUDGET,
            403,
            -31403,
            Form.HTTP,
            "This model, or what is asked of it, has no price, and the budget is one of money."),
    LEDGER_UNAVAILABLE(Stage.BUDGET, 503, -31503, Form.HTTP, "Costs cannot be recorded at the moment. Try again."),
    CONTENT_NOT_KEPT(
            Stage.RECORD,
            503,
            -31503,
            Form.HTTP,
            "What is asked and answered must be kept, and cannot be at the moment. Try again or ask for less."),
    AUDIT_UNAVAILABLE(Stage.RECORD, 503, -31503, Form.HTTP, "Calls cannot be recorded at the moment. Try again."),
    CREDENTIAL_UNAVAILABLE(
            Stage.CREDENTIAL, 200, -31502, Form.TOOL, "The upstream server cannot be reached at the moment."),
    CONSENT_NEEDED(
            Stage.CREDENTIAL, 200, -31402, Form.TOOL, "The user must first allow the use of this server in a browser."),
    CONSENT_PAGE(
            Stage.CREDENTIAL, 200, -31402, Form.RPC, "The user must first allow the use of this server in a browser."),
    CONSENT_NOT_GIVEN(Stage.CREDENTIAL, 200, -31402, Form.TOOL, "The user did not allow the use of this server."),
    NOT_WATCHED(Stage.FORWARD, 200, -31501, Form.RPC, "The resource's server does not tell of its changes"),
    UPSTREAM_TIMED_OUT(
            Stage.FORWARD,
            200,
            -31504,
            Form.TOOL,
            "The upstream server did not answer in time. The call may have run."),
    UPSTREAM_DOWN(Stage.FORWARD, 200, -31502, Form.TOOL, "The upstream server cannot be reached at the moment."),
    UPSTREAM_MALFORMED(Stage.FORWARD, 200, -31502, Form.TOOL, "The upstream server sent an answer that is not valid."),
    INPUT_NOT_RELAYED(
            Stage.FORWARD,
            200,
            -31422,
            Form.TOOL,
            "The upstream server asks for further input, which is not passed on. The call was not completed."),
    INPUT_NOT_GIVEN(
            Stage.FORWARD,
            200,
            -31422,
            Form.TOOL,
            "The upstream server asks for further input, which was not given. The call was not completed."),
    CANCELLED(Stage.FORWARD, 200, 0, Form.NONE, ""),
    PROVIDER_REFUSED(Stage.FORWARD, 502, -31502, Form.HTTP, "The provider of the model refused the request."),
    PROVIDER_FAILED(Stage.FORWARD, 502, -31502, Form.HTTP, "The provider of the model failed."),
    UNTRANSLATABLE(
            Stage.FORWARD, 400, -31400, Form.HTTP, "The request cannot be translated for the provider of the model."),
    STREAM_BROKEN(Stage.RELAY, 502, -31502, Form.HTTP, "The answer broke off before its end."),
    RESULT_TOO_LARGE(
            Stage.SCREEN,
            200,
            -31413,
            Form.TOOL,
            "The call was executed, but its result is too large to be passed on. Ask for less, for example fewer rows"
                    + " or a smaller range."),
    SCREENED(
            Stage.SCREEN,
            200,
            -31451,
            Form.TOOL,
            "The call was executed, but its result is withheld by a security control. Retrying will not help."),
    RESULT_INVALID(
            Stage.SCREEN,
            200,
            -31502,
            Form.TOOL,
            "The call was executed, but its result does not fit the output schema and is withheld."),
    INTERNAL(Stage.ANSWER, 500, -32603, Form.RPC, "Internal error");

    /** How a refusal looks to the agent. */
    public enum Form {
        /** The HTTP status says it; the body repeats it as JSON. */
        HTTP,
        /** A JSON-RPC error. */
        RPC,
        /** For a tool a result with {@code isError: true}, which the model reads; for anything else a JSON-RPC error. */
        TOOL,
        /** Nobody is there to be told. */
        NONE
    }

    private final Stage stage;
    private final int httpStatus;
    private final int rpcCode;
    private final Form form;
    private final String text;

    Reason(Stage stage, int httpStatus, int rpcCode, Form form, String text) {
        this.stage = stage;
        this.httpStatus = httpStatus;
        this.rpcCode = rpcCode;
        this.form = form;
        this.text = text;
    }

    /** The stage that refuses. */
    public Stage stage() {
        return stage;
    }

    /** HTTP status towards agents of the modern era; {@link Form#RPC} refusals of method and cursor are 200 in legacy. */
    public int httpStatus() {
        return httpStatus;
    }

    /** JSON-RPC error code; own codes are outside -32768…-32000 as MCP asks. */
    public int rpcCode() {
        return rpcCode;
    }

    /** How the refusal looks. */
    public Form form() {
        return form;
    }

    /** What the agent reads. */
    public String text() {
        return text;
    }

    /** The stable code in audit records, metrics and logs. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
