-- One tools/call of MCP 2026-07-28 per request, each with an id of its own. Prints one line that the load test reads.
local n = 0
local tool = os.getenv("LOADTEST_TOOL") or "load__lookup"
local modern = (os.getenv("LOADTEST_ERA") or "modern") == "modern"
local meta = ""
if modern then
  meta = ',"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",' ..
    '"io.modelcontextprotocol/clientInfo":{"name":"loadtest","version":"1.0.0"},' ..
    '"io.modelcontextprotocol/clientCapabilities":{}}'
end
local tail = ',"method":"tools/call","params":{"name":"' .. tool .. '","arguments":{' ..
  '"id":"customer-0042-rotterdam","fields":["name","address","orders","status"],"limit":25}' .. meta .. '}}'

wrk.method = "POST"

request = function()
  n = n + 1
  return wrk.format(nil, nil, nil, '{"jsonrpc":"2.0","id":' .. n .. tail)
end

done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("FIGURES %d %d %d %d %d %d %d\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency:percentile(99.9)))
end
