"""
A PostgreSQL server with PostGIS for one file of tests: a new cluster on loopback, which nobody else can reach.

It is made of Debian's packages, runs as the user `postgres` where the tests run
as root, which the server refuses to be, and is gone at the end.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUIRED = "SCHOOLMAP_REQUIRE_POSTGRES"
"""Set where a missing server is a failure."""
ADMIN = "chief"
# signs that an address has to write in another way, and a quotation mark
PASSWORD = "Kirsch/kern@17%" + secrets.token_hex(4)
_SETTINGS = (
    *("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=20", "shared_buffers=16MB"),
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "jit=off"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a server listens."""

    port: int

    def address(self, user: str = ADMIN, password: str = PASSWORD, database: str = "postgres") -> str:
        """Return an address, with signs that are none of an address written as they must be."""
        from urllib.parse import quote  # noqa: PLC0415

        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"


def _programs() -> Path | None:
    """Return the folder of the newest server that has PostGIS."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    with_postgis = [
        path.parent
        for path in found
        if Path(f"/usr/share/postgresql/{path.parts[-3]}/extension/postgis.control").is_file()
    ]
    return with_postgis[-1] if with_postgis else None


def _as_postgres(folder: Path) -> list[str]:
    """Return what goes before a command that the server's user has to run, who gets the folder."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres")
    return ["runuser", "-u", "postgres", "--"]


@contextmanager
def running() -> Iterator[Server]:
    """Start a server and stop it at the end; skip, or fail where one is required, if there is none to start."""
    programs = _programs()
    if programs is None:
        if os.environ.get(REQUIRED):
            pytest.fail("PostgreSQL with PostGIS is required: apt-get install postgresql postgresql-postgis")
        pytest.skip("no PostgreSQL with PostGIS is installed")
    with tempfile.TemporaryDirectory(prefix="schoolmap-pg-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        folder.chmod(0o711)
        before = _as_postgres(folder)
        word, cluster = folder / "password", folder / "cluster"
        word.write_text(PASSWORD, encoding="utf-8")
        word.chmod(0o644)

        def run(program: str, *arguments: str) -> None:
            subprocess.run(  # noqa: S603
                [*before, str(programs / program), "-D", str(cluster), *arguments],
                check=True,
                capture_output=True,
                cwd="/",
                env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
            )

        run(
            "initdb",
            "-U",
            ADMIN,
            "-A",
            "scram-sha-256",
            "--pwfile",
            str(word),
            "-E",
            "UTF8",
            "--no-sync",
            "--no-instructions",
        )
        word.unlink()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = " ".join(f"-c {setting}" for setting in (*_SETTINGS, f"port={port}"))
        run("pg_ctl", "-w", "-t", "60", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Server(port=port)
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
