/**
 * Model calls from one protocol to another. The translation is pure, without network, clock, threads or chance;
 * {@link dev.mcpgateway.connectors.model.translate.TranslatingProvider} puts it around a provider.
 *
 * <p>Start at {@link dev.mcpgateway.connectors.model.translate.Translator}. A pair of protocols is a reader and a writer:
 * {@code ChatAsk}, {@code MessagesAsk} and {@code ResponsesAsk} read requests into an {@code Ask}; {@code ChatWriter},
 * {@code MessagesWriter}, {@code GeminiWriter} and {@code ConverseWriter} write it. {@code ChatSource}, {@code MessagesSource},
 * {@code GeminiSource} and {@code ConverseSource} read replies into {@code Piece}s, {@code Sequence} puts these in an order that every protocol has,
 * {@code ChatSink}, {@code MessagesSink} and {@code ResponsesSink} write them. A whole reply goes the way of a streamed one,
 * so that both say the same.
 *
 * <p>Offered: chat completions to messages, Gemini and Converse; messages to chat completions, Gemini and Converse; Responses
 * to all four.
 *
 * <table>
 * <caption>What one protocol says and another does not</caption>
 * <tr><th>In the request</th><th>Becomes</th></tr>
 * <tr><td>stored state ({@code store}, {@code previous_response_id}, {@code conversation}, {@code background},
 *     {@code prompt}), hosted tools, custom tools, containers, audio, {@code n > 1}, log-probabilities, {@code functions},
 *     file ids, {@code truncation: auto}, arguments in the history that are no JSON object, a result without its call (for
 *     Gemini), more stop sequences than there are</td><td>refused, always</td></tr>
 * <tr><td>{@code json_object}</td><td>refused by messages; chat targets need {@code Feature.JSON_OBJECT}</td></tr>
 * <tr><td>media by URL</td><td>passed on; Gemini needs {@code Feature.MEDIA_URL}, documents for chat and all of it for Converse are refused: the gateway
 *     fetches nothing</td></tr>
 * <tr><td>{@code seed}, penalties, {@code logit_bias}, {@code top_k}, {@code verbosity}, {@code strict} for Gemini,
 *     {@code parallel_tool_calls: false} for Gemini and Converse, a temperature above 1 for messages and Converse, a given beginning of the answer,
 *     whatever is unknown</td><td>refused or told, as {@code Target.lossesRefused} says</td></tr>
 * <tr><td>{@code cache_control}</td><td>at its exact place to messages, from chat too, and as {@code cachePoint} to Converse with {@code Feature.CACHE_POINTS}; else told</td></tr>
 * <tr><td>instructions in the middle</td><td>kept by chat and by messages with {@code Feature.LATE_SYSTEM}; else moved to
 *     the beginning, told</td></tr>
 * <tr><td>{@code user}, service tier, cache keys, metadata, a picture's detail, names, citations</td><td>told where the
 *     target has no place for them; between OpenAI's protocols and messages the hash of the user, told</td></tr>
 * <tr><td>empty texts; texts of blanks for messages and Converse</td><td>left out, and messages with nothing else; told, but for an empty
 *     text beside others. A conversation of such alone is refused by all but chat</td></tr>
 * <tr><td>ids of calls</td><td>unchanged where the target takes them, else one that it does for the call and its result
 *     ({@code CallIds}); not told: labels without effect</td></tr>
 * <tr><td>a schema of arguments without its type, for messages and Converse</td><td>that of an object, not told: it is what it means</td></tr>
 * <tr><td>effort, budget of thinking</td><td>the nearest that the target has; told unless it is the same. Chat targets need
 *     {@code Feature.REASONING_EFFORT}, messages and Converse {@code Feature.OUTPUT_EFFORT}; else refused or told</td></tr>
 * <tr><td>the wish to read thoughts ({@code summary}, {@code display: summarized})</td><td>kept by Gemini and by messages with
 *     {@code Feature.ADAPTIVE_THINKING}; else refused or told</td></tr>
 * <tr><td>a tool's error flag</td><td>labelled text in chat, and in Converse without {@code Feature.RICH_RESULTS}, told</td></tr>
 * <tr><td>pictures in tool results</td><td>moved behind them for chat and Gemini, and for Converse without {@code Feature.RICH_RESULTS}, told</td></tr>
 * <tr><td>no output limit, for messages</td><td>{@code Target.outputTokensDefault}, told</td></tr>
 * <tr><td>the name of a JSON schema, the id and the status of an item of Responses, {@code null}, {@code include_usage}
 *     </td><td>not told: labels without effect</td></tr>
 * </table>
 *
 * <p><b>Opaque reasoning state</b> travels through the agent and back to its {@code owner} alone: in chat completions as
 * {@code extra_content.<owner>} of the message or the call, in messages as signature or data of a thinking block, in
 * Responses as encrypted content. The two latter hold a token {@code gw1.<owner>.<kind>.<text>.<state>} whose text
 * {@link dev.mcpgateway.connectors.model.translate.StateKey} has sealed: agents cannot read it, and what the gateway has not
 * sealed is sent to nobody, told. What is passed through loses blocks with such tokens ({@code ForeignState}). A signature of
 * Gemini's that came without text goes back in a part of its own.
 *
 * <p><b>In replies</b> blocks, parts and citations that the agent's protocol does not have are told; fields about the
 * provider are not. A call whose arguments are no JSON object breaks the reply, unless the output limit or a filter cut it:
 * then a whole message leaves it out, and its stop reason says why. A stop sequence that the provider does not name ends
 * as a normal end.
 */
package dev.mcpgateway.connectors.model.translate;
