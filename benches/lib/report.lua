-- wrk's figures as one line of JSON; nothing here runs once per request.
-- usage: wrk -s report.lua URL [-- METHOD [BODY]]      (a file with the body)

function init(args)
    wrk.method = args[1] or "GET"
    if args[2] then
        wrk.body = assert(io.open(args[2], "rb")):read("*a")
    end
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests": %d, "seconds": %f, "bytes": %d, "socket_errors": %d, "status_errors": %d, ' ..
        '"p50_us": %d, "p99_us": %d}\n',
        summary.requests, summary.duration / 1e6, summary.bytes,
        errors.connect + errors.read + errors.write + errors.timeout, errors.status,
        latency:percentile(50), latency:percentile(99)))
end
