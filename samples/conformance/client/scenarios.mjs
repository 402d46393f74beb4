// What a client does in each client scenario of the suite, one function per scenario. An agent's `listed` waits until the
// gateway has read the server's list. A call that is answered with an error fails the scenario.

import assert from 'node:assert/strict';

/** Tools of `http-invalid-tool-headers` that no client may call. */
const INVALID_TOOLS = [
  'invalid_empty_header',
  'invalid_object_header',
  'invalid_array_header',
  'invalid_null_header',
  'invalid_number_header',
  'invalid_duplicate_same_case',
  'invalid_duplicate_diff_case',
  'invalid_space_in_name',
  'invalid_colon_in_name',
  'invalid_non_ascii_name',
  'invalid_control_char_name',
];

const tools = (agent) => agent.listed('listTools', 'tools');

async function call(agent, name, args = {}) {
  const result = await agent.callTool({ name, arguments: args });
  assert.ok(!result.isError, `${name}: ${JSON.stringify(result)}`);
}

export const SCENARIOS = {
  async tools_call(agent) {
    await tools(agent);
    await call(agent, 'add_numbers', { a: 5, b: 3 });
  },

  // The server offers nothing, so there is nothing to call: what is tested is how the gateway asks for that.
  async 'request-metadata'(agent) {
    assert.deepEqual((await agent.listTools()).tools, []);
  },

  async 'http-standard-headers'(agent) {
    for (const { name } of await tools(agent)) {
      await call(agent, name);
    }
    for (const { uri } of await agent.listed('listResources', 'resources')) {
      await agent.readResource({ uri });
    }
    for (const { name } of await agent.listed('listPrompts', 'prompts')) {
      await agent.getPrompt({ name });
    }
  },

  async 'http-custom-headers'(agent, { toolCalls }) {
    await tools(agent);
    for (const { name, arguments: args } of toolCalls) {
      // null or left out, no header may be sent; null is against the tool's own schema, so the gateway does not let it through
      const given = Object.entries(args).filter(([, value]) => value !== null);
      await call(agent, name, Object.fromEntries(given));
    }
  },

  async 'http-invalid-tool-headers'(agent) {
    for (const { name } of await tools(agent)) {
      assert.ok(!INVALID_TOOLS.includes(name), `${name} is listed`);
    }
    await call(agent, 'valid_tool', { region: 'eu' });
    for (const name of INVALID_TOOLS) {
      await assert.rejects(agent.callTool({ name, arguments: {} }), name);
    }
  },

  async 'sep-2322-client-request-state'(agent) {
    await tools(agent);
    // another call while the answer to this one is awaited: neither may carry what belongs to the other
    agent.whenAsked = () => call(agent, 'test_mrtr_unrelated');
    await call(agent, 'test_mrtr_echo_state');
    agent.whenAsked = undefined;
    await call(agent, 'test_mrtr_no_state');
    await call(agent, 'test_mrtr_no_result_type');
  },

  // A gateway that followed the reference would do so when it reads the list, or when it checks arguments.
  async 'json-schema-ref-no-deref'(agent) {
    await agent.listTools();
    await agent.callTool({ name: 'lookup_user', arguments: { id: 'a', profile: {} } }).catch(() => {});
    await agent.listTools(undefined, { cacheMode: 'refresh' });
  },

  async 'json-schema-2020-12-preservation'(agent) {
    const focal = (await tools(agent)).find(({ name }) => name === 'json_schema_2020_12_tool');
    await call(agent, 'json_schema_echo', { schema: focal.inputSchema });
  },
};
