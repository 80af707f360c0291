-- A walk over request targets, whose requests are made before the first is sent.
-- usage: wrk -s walk.lua URL -- FILE     (a file with one request target a line)

dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "report.lua")

local requests = {}
local number = 0

function init(args)
    for target in io.lines(args[1]) do
        requests[#requests + 1] = wrk.format("GET", target)
    end
end

function request()
    number = number % #requests + 1
    return requests[number]
end
