# A server of one's own, for a script that sources this file and has set:
#   almanac   the binary
# Sets server_pid and server_url. Only processes that were started here are ended, by their id.

# serve FOLDER [FLAG ..]: starts a server with that data folder on a free port of 127.0.0.1 and waits for
# its line on standard output. What it prints is in FOLDER.out and FOLDER.err.
serve() {
    local folder=$1 tenths
    shift
    # Before the server's shell makes it: it is read at once.
    : >"$folder.out"
    # Tests ask as fast as they can: nobody is held up for it, unless a test is about that.
    ALMANAC_RATES__ENABLED=${ALMANAC_RATES__ENABLED:-false} \
        "$almanac" serve --port 0 --data-dir "$folder" "$@" >"$folder.out" 2>"$folder.err" </dev/null &
    server_pid=$!
    for ((tenths = 0; tenths < 1200; tenths++)); do
        server_url=$(sed -n 's/^listening on //p' "$folder.out")
        [ -z "$server_url" ] || return 0
        kill -0 "$server_pid" 2>/dev/null || break
        sleep 0.1
    done
    echo "no line \`listening on ..\` from: almanac serve --data-dir $folder $*" >&2
    cat "$folder.err" >&2
    return 1
}

# end_server: asks the server to end; its exit code is this function's.
end_server() {
    local pid=${server_pid:?}
    server_pid=
    kill -TERM "$pid"
    wait "$pid"
}

# kill_server: for a trap; leaves nothing behind.
kill_server() {
    [ -z "${server_pid:-}" ] || kill -KILL "$server_pid" 2>/dev/null || true
}

# add_user NAME ROLE FOLDER: adds a user with a random password; prints a token of theirs.
add_user() {
    local password
    password=$(python3 -c 'import secrets; print(secrets.token_urlsafe(24))')
    printf '%s\n' "$password" |
        "$almanac" user add "$1" --role "$2" --password-stdin --data-dir "$3" >/dev/null
    "$almanac" token add "$1" --data-dir "$3" </dev/null
}

# demo_password FOLDER: what `serve FOLDER --demo` said is the administrator's.
demo_password() {
    sed -n 's/^password (shown only now): //p' "$1.err"
}
