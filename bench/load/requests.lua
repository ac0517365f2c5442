-- What wrk sends and says in the end; see wrk.ts. Its one argument is a file: the method, the body (an empty line: none), and then the
-- paths, one a line, of which each request takes one at random.
local requests = {}

function init(args)
  local lines = io.lines(args[1])
  local method, body = lines(), lines()
  local headers = { ["Accept"] = "application/json" }
  if body == "" then body = nil else headers["Content-Type"] = "application/json" end
  for path in lines do
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
  math.randomseed(1)
end

function request()
  return requests[math.random(#requests)]
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"us":%d,"refused":%d,"failed":%d,"p50Us":%d,"p99Us":%d}',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)
  ))
end
