"""A PostgreSQL server of a test's own, to be crashed or given a small disk.

Unlike the project's it is as safe as a production server: what is tested is that it
comes up again with everything that was committed, and nothing else.
"""

import os
import pathlib
import secrets
import shutil
import subprocess

import postgres
from toolbox import free_port, is_root, remove, write_private

SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 128MB
fsync = on
synchronous_commit = on
full_page_writes = on
wal_level = minimal
max_wal_senders = 0
"""
MEMORY = pathlib.Path("/dev/shm")
ROOM = 2 << 30
# Mounts a file system on the folder $1 that only the server sees, then starts it. The
# mount is gone with the server's last process.
MOUNT = 'mount -t tmpfs -o size={size} tmpfs "$0" && chmod 777 "$0" && exec "$@"'


def can_mount():
    """Say whether the machine lets this user mount file systems of its own."""
    probe = [*mounting(1 << 20), "/mnt", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def mounting(size):
    """Return the command to which a folder and a command with its mount are added."""
    mapping = [] if is_root() else ["--user", "--map-root-user"]
    return ["unshare", *mapping, "--mount", "sh", "-c", MOUNT.format(size=size)]


def as_owner():
    """Return the command that goes on as the account of the server after a mount."""
    if is_root():
        account = postgres.account()
        user, group = account["user"], account["group"]
        return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
    return [
        "unshare",
        "--user",
        f"--map-user={os.geteuid()}",
        f"--map-group={os.getegid()}",
    ]


def place():
    """Return a folder to put clusters in: in memory, where fsync costs no time.

    The server does the same there. A crash of the machine is not what is tested.
    """
    # the account that runs the server must reach its programs
    home = postgres.home()
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        return MEMORY
    return home


class Cluster:
    """The server, its databases and how to reach it.

    :param name: of its folder
    :param disk: bytes of the small file system in the folder ``disk``, if one is wanted
    """

    def __init__(self, name, disk=0):
        self.folder = folder = place() / name
        self.small = folder / "disk"
        self.disk = disk
        self.port = str(free_port())
        self.password = secrets.token_urlsafe(24)
        self._create()
        self.start()

    def _create(self):
        self.folder.mkdir(mode=0o700)
        self.small.mkdir()
        write_private(self.folder / "password", self.password)
        if is_root():
            owner = postgres.account()
            for path in (self.folder, self.small, self.folder / "password"):
                os.chown(path, owner["user"], owner["group"])
        command = [postgres.binaries() / "initdb", "-D", self.folder / "data"]
        command += ["-U", postgres.USER, "--pwfile", self.folder / "password"]
        command += ["-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8"]
        done = postgres.as_account(*command, "--no-sync", capture_output=True)
        if done.returncode:
            raise RuntimeError(f"no PostgreSQL for the test: {done.stderr}")
        with open(self.folder / "data" / "postgresql.conf", "a") as out:
            out.write(SETTINGS)

    def _control(self, *arguments):
        return [
            postgres.binaries() / "pg_ctl",
            "-D",
            self.folder / "data",
            "-s",
            "-w",
            *arguments,
        ]

    def start(self):
        options = ["-o", f"-p {self.port}", "-l", self.folder / "log", "start"]
        command = self._control(*options)
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        if self.disk:
            mount = [*mounting(self.disk), self.small, *as_owner(), *command]
            done = subprocess.run(
                [str(part) for part in mount], cwd="/", check=False, **quiet
            )
        else:
            done = postgres.as_account(*command, **quiet)
        if done.returncode:
            raise RuntimeError((self.folder / "log").read_text()[-2000:])

    def stop(self, mode):
        """Stop the server.

        :param mode: ``fast`` when in order; ``immediate`` leaves as much as a crash
            does, and the next start recovers from the log
        """
        postgres.as_account(*self._control("-m", mode, "stop"))

    def drop(self):
        self.stop("immediate")
        remove(self.folder)

    def variables(self):
        """Return the environment variables that lead clients, and Odoo, to it."""
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": self.port,
            "PGUSER": postgres.USER,
            "PGPASSWORD": self.password,
        }

    def copy_database(self, name):
        """Copy a database from the server that the environment leads to."""
        file = self.folder / "copy"
        programs = postgres.binaries()
        subprocess.run(
            [programs / "pg_dump", "-Fc", "-Z", "0", "-f", file, name], check=True
        )
        own = {**os.environ, **self.variables()}
        subprocess.run([programs / "createdb", name], env=own, check=True)
        subprocess.run(
            [programs / "pg_restore", "-j", "2", "--no-owner", "-d", name, file],
            env=own,
            check=True,
        )
        file.unlink()
