#!/usr/bin/env python3
"""Follows a document: runs the commands of its ```sh blocks in their order, as they stand there but for the server's
URL and the password, in one shell and the current folder; judges each by what the document says of it.

usage: follow.py FILE URL PASSWORD [HEADING]     HEADING: only what stands below it

- `# 201` at the end of a command with curl: the status (after redirects, if they are followed). Without it: 2xx, 3xx.
- A ```text block right behind a ```sh block: each of its lines occurs in what the block printed.
"""

import dataclasses
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

PRELUDE = r"""
set -uo pipefail
curl() {
    command curl -sS --max-time 60 --write-out '%{stderr}status %{http_code}\n' "$@" 2>>"$folder/$line.curl"
}
"""


@dataclasses.dataclass
class Block:
    """Commands as (line, text), and the lines that have to occur in what they print."""

    commands: list
    expected: list


def commands(text, line):
    """The commands of a block that begins at a line; one that is not complete goes on in the next line."""
    found, begun, first = [], "", line
    for number, piece in enumerate(text.splitlines(), line):
        begun, first = (begun + "\n" + piece, first) if begun else (piece, number)
        try:
            words = shlex.split(begun, comments=True)  # refuses an open quote, and a backslash at the end
        except ValueError:
            continue
        if words:
            found.append((first, begun))
        begun = ""
    assert not begun, f"line {first}: not a complete command"
    return found


def blocks(text, heading):
    """The blocks of a document, or of one section of it."""
    found, section, end = [], None, 0
    for match in re.finditer(r"^## ([^\n]*)$|^```(\w*)\n(.*?)^```$", text, re.M | re.S):
        title, kind, content = match.groups()
        section = title or section
        if title or (heading and section != heading):
            continue
        if kind == "sh":
            found.append(Block(commands(content, text[: match.start(3)].count("\n") + 1), []))
            end = match.end()
        elif kind == "text" and text[end : match.start()] == "\n":
            found[-1].expected += [line for line in content.splitlines() if line]
    return found


def script(found):
    """All commands as one script: each prints into a file of its own, and leaves its exit code in another."""
    parts = [PRELUDE]
    for number, text in (command for block in found for command in block.commands):
        printed = f'"$folder/{number}.out" 2>"$folder/{number}.err"'
        parts.append(f"line={number}\n{{\n{text}\n}} >{printed}\necho $? >\"$folder/{number}.code\"\n")
    return "".join(parts)


def fault(folder, number, text):
    """What is wrong with how a command went; nothing if it went as the document says."""

    def said(ending):
        file = folder / f"{number}.{ending}"
        return file.read_text(errors="replace") if file.exists() else ""

    stated = re.search(r"#\s+(\d{3})\s*$", text)
    calls = [call.removeprefix("status ") for call in said("curl").splitlines()]
    wanted = stated[1] if stated else "2xx or 3xx"
    good = [call == wanted if stated else call[:1] in ("2", "3") for call in calls]
    if said("code").strip() != "0":
        return f"ended with {said('code').strip() or 'nothing'}: {said('curl')}{said('err')}{said('out')}"
    if not all(good) or (stated and not calls):
        return f"expected {wanted}, found {', '.join(calls) or 'no call of curl'}\n{said('out')}"
    return None


def faults(folder, found):
    """Each thing that is not as the document says, with its line."""
    for block in found:
        wrong = [(number, fault(folder, number, text)) for number, text in block.commands]
        yield from ((number, why) for number, why in wrong if why)
        printed = "".join((folder / f"{number}.out").read_text(errors="replace") for number, _ in block.commands)
        for line in block.expected:
            if line not in printed:
                yield block.commands[0][0], f"expected `{line}` in what was printed:\n{printed}"


def main(arguments):
    if len(arguments) not in (3, 4):
        sys.exit(__doc__)
    file, url, password, heading = [*arguments, None][:4]
    document = pathlib.Path(file).read_text(encoding="utf-8")
    found = blocks(document.replace("http://127.0.0.1:8000", url).replace("PASSWORD", password), heading)
    count = sum(len(block.commands) for block in found)
    assert count, f"{file}: no commands to follow"
    with tempfile.TemporaryDirectory() as folder:
        text = f"folder={shlex.quote(folder)}\n{script(found)}"
        subprocess.run(["bash", "-c", text], stdin=subprocess.DEVNULL, check=False)
        wrong = list(faults(pathlib.Path(folder), found))
    for number, why in wrong:
        print(f"{file}:{number}: {why.strip()[:2000]}", file=sys.stderr)
    if wrong:
        sys.exit(1)
    print(f"   {count} commands of {pathlib.Path(file).name} did what it says")


if __name__ == "__main__":
    main(sys.argv[1:])
