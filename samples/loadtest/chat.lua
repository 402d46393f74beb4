-- One chat completion per request, 125 bytes, whole or streamed. Prints one line that the load test reads.
local stream = os.getenv("LOADTEST_STREAM") == "yes" and ',"stream":true' or ""
wrk.method = "POST"
wrk.body = '{"model":"' .. (os.getenv("LOADTEST_MODEL") or "fast") .. '","messages":[{"role":"user","content":' ..
  '"Where is order 4711, and when will it be delivered?"}],"temperature":0' .. stream .. '}'

done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("FIGURES %d %d %d %d %d %d %d\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency:percentile(99.9)))
end
