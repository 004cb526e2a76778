"""Crawls as processes of their own, for tests that talk to them on loopback."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time


def free_port():
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def eventually(condition, seconds=20.0, pause=0.005):
    """What `condition` returns once that is true; None if it stays false for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(pause)
    return None


def is_listening(port):
    wanted = "0100007F:%04X" % port
    with open("/proc/net/tcp") as table:
        return any(f[1] == wanted and f[3] == "0A" for f in map(str.split, table) if len(f) > 3)


class Crawl:
    """`seedwalk crawl` on regtest, listening on 127.0.0.1."""

    def __init__(self, binary, port, *options):
        self.binary = binary
        self.port = port
        self.db = tempfile.mkdtemp(prefix="seedwalk-crawl-")
        self.log = open(os.path.join(self.db, "log"), "w+")
        self.process = subprocess.Popen(
            [binary, "crawl", "--network", "regtest", "--allow-unroutable", "--no-dns", "--quiet",
             "--listen", "127.0.0.1:%d" % port, "--db", os.path.join(self.db, "db"), *options],
            stdout=self.log, stderr=self.log)

    def ask(self, command, **members):
        """The lines of an answer; an empty list if the crawl does not answer."""
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(10)
                s.connect(os.path.join(self.db, "db", "control.sock"))
                s.sendall(json.dumps({"command": command, **members}).encode() + b"\n")
                lines = []
                for line in s.makefile():
                    lines.append(json.loads(line))
                    if lines[-1]["type"] in ("end", "error"):
                        return lines
        except OSError:
            pass
        return []

    def peers(self):
        return [x for x in self.ask("peers") if x["type"] == "peer"]

    def send_signal(self, number):
        self.process.send_signal(number)

    def text(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def stop(self):
        """Ends it in order; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        shutil.rmtree(self.db, ignore_errors=True)
        return self.process.returncode
