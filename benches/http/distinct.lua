-- A walk over URLs that differ from each other, so that a cache must let go of what it holds.
-- usage: wrk -s distinct.lua URL -- FILE     (a file with one request target a line)

local targets = {}
local media = { "application/ld+json", "text/html", "application/json" }
local codings = { "identity", "gzip", "zstd" }
local number = 0

function init(args)
    for target in io.lines(args[1]) do
        targets[#targets + 1] = target
    end
end

function request()
    local round = math.floor(number / #targets)
    local fields = { ["Accept"] = media[round % 3 + 1], ["Accept-Encoding"] = codings[math.floor(round / 3) % 3 + 1] }
    number = number + 1
    return wrk.format("GET", targets[(number - 1) % #targets + 1], fields)
end

function done(summary)
    local errors = summary.errors
    io.write(string.format('{"requests": %d, "errors": %d}\n', summary.requests,
        errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
