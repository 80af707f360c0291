# shellcheck shell=bash disable=SC2154
# Runs clients against a server; for a script that sources this file after tests/server.sh and has set:
#   here      the folder tests/clients
#   almanac   the binary
#   work      a temporary folder
#   quads     the folder where clients that read RDF leave what they read
#   every_promise   not empty: to show also what is kept
# A client is a program with the ending .py or .mjs that is told where the server is as lib/origin.py says,
# prints what lib/report.py prints, and fails when something is broken.

packages=$("$here/install" --folder)
[ -x "$packages/venv/bin/python" ] || { echo "expected packages in $packages: run tests/clients/install" >&2; exit 2; }
# A guard against hanging, not a promise: a machine that others use takes several times as long.
client_seconds=900
clients_run=0
clients_broken=0

# start_server FOLDER [FILLER ..]: a server with the demo and what the fillers add; notes where it is.
start_server() {
    local filler
    # A copy: the binary may be built anew meanwhile.
    cp "$almanac" "$work/almanac"
    almanac=$work/almanac
    # `serve` reads it, maybe before the server has opened it.
    : >"$1.out"
    serve "$1" --demo
    # Node finds packages beside the file that asks for them and above; links, so that the tree stays clean.
    mkdir "$work/node"
    ln -s "$packages/node_modules" "$work/node/node_modules"
    ln -s "$here" "$work/node/clients"
    export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here/lib
    client_environment=(
        ALMANAC_URL="$server_url" ALMANAC_LOG="$1.err"
        ALMANAC_TOKEN="$("$almanac" token add admin --data-dir "$1" 2>"$1.token")"
        ALMANAC_QUADS="$quads"
    )
    for filler in "${@:2}"; do run_file "$filler"; done
}

# run_file FILE [ARGUMENT ..]
run_file() {
    local file=$1
    shift
    case $file in
        *.py) set -- "$packages/venv/bin/python" "$file" "$@" ;;
        *.mjs)
            file=$work/node/clients/${file#"$here"/}
            set -- "$packages/node" --preserve-symlinks --preserve-symlinks-main "$file" "$@"
            ;;
    esac
    env "${client_environment[@]}" timeout "$client_seconds" "$@"
}

# run_client NAME FILE: a line about it, and below it what is broken.
run_client() {
    local began=$SECONDS code=0
    clients_run=$((clients_run + 1))
    run_file "$2" >"$work/$1.out" 2>&1 || code=$?
    printf '   %-22s %s (%d s)\n' "$1" "$(tail -n 1 "$work/$1.out")" $((SECONDS - began))
    if [ "$code" != 0 ]; then
        clients_broken=$((clients_broken + 1))
        [ "$code" != 124 ] || echo "      broken  expected it to end within $client_seconds s"
        [ -n "${every_promise:-}" ] || sed -i '/^kept  /d; /promises kept, [0-9]* broken$/d' "$work/$1.out"
        sed 's/^/      /' "$work/$1.out"
    elif [ -n "${every_promise:-}" ]; then
        sed '$d; s/^/      /' "$work/$1.out"
    fi
}

# finish_clients: fails when a client found something broken, or none was run.
finish_clients() {
    [ "$clients_run" -gt 0 ] || { echo "no such client" >&2; exit 2; }
    [ "$clients_broken" = 0 ]
}
