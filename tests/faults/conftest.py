"""A folder for all of it, and a small disk."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import pytest

# The folders are removed and the children ended at an ordinary exit.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


@pytest.fixture(scope="session")
def program():
    return os.environ["ALMANAC_PROGRAM"]


@pytest.fixture(scope="module")
def folder():
    made = tempfile.mkdtemp(prefix="almanac-faults-")
    # PostgreSQL runs as another user below it.
    os.chmod(made, 0o711)
    yield pathlib.Path(made)
    shutil.rmtree(made, ignore_errors=True)


class Disk:
    """A file system of its own with so many bytes."""

    def __init__(self, folder, size_mib):
        self.folder = folder
        self.filler = folder / "filler"
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size_mib}m", "almanac-test", folder]
        result = subprocess.run(mount, capture_output=True, text=True)
        if result.returncode:
            pytest.skip(f"left out: no small disk can be mounted here ({result.stderr.strip()})")

    def free(self):
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def leave(self, size):
        """Fills it until only so many bytes are free."""
        with open(self.filler, "ab") as filler:
            # In small pieces: what is full is full to the last page.
            while (more := self.free() - size) > 0:
                try:
                    filler.write(bytes(min(more, 65536)))
                    filler.flush()
                except OSError:
                    break

    def clear(self):
        self.filler.unlink(missing_ok=True)

    def end(self):
        subprocess.run(["umount", self.folder], check=True)


@pytest.fixture
def disk(folder, request):
    made = Disk(folder / f"disk-{request.node.name[:40]}", 64)
    yield made
    made.end()
