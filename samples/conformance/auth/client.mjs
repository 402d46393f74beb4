// What the suite takes for the client under test. It tells auth/run.mjs which server there is for this scenario and ends
// when that has played the scenario with the gateway; what went wrong then stands on standard error.
//
// node client.mjs PORT SERVER_URL

const [port, server] = process.argv.slice(2);
const answer = await fetch(`http://127.0.0.1:${port}/`, {
  method: 'POST',
  body: JSON.stringify({
    scenario: process.env.MCP_CONFORMANCE_SCENARIO,
    context: JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}'),
    server,
  }),
});
const problem = await answer.text();
if (problem !== '') {
  console.error(`Error: ${problem}`);
  process.exit(1);
}
