"""Crawls as processes of their own, for tests that talk to them on loopback. Nothing here sleeps: what
is awaited is a line of a log, or an answer."""

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

PATIENCE_S = 60.0  # Ends what hangs, and proves nothing.
SPARE_DESCRIPTORS = 300  # A crawl wants 256 beside its connections.


def affordable(count):
    """So many connections, or as many as there may be descriptors for."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard == resource.RLIM_INFINITY or hard >= count + SPARE_DESCRIPTORS:
        return count
    print("only %d descriptors may be open" % hard)
    return hard - SPARE_DESCRIPTORS


class ReservedPort:
    """A port that the system chose, and gives to nobody who asks for any as long as this lives. Who
    asks for this one by number may listen on it; before that, dials to it are refused."""

    def __init__(self, host="127.0.0.1"):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((host, 0))
        self.number = self.socket.getsockname()[1]

    def close(self):
        self.socket.close()


class LogLines:
    """What a process writes, line by line."""

    def __init__(self, stream):
        self.lines = []
        self.ended = False
        self.news = threading.Condition()
        threading.Thread(target=self.read, args=(stream,), daemon=True).start()

    def read(self, stream):
        with stream:
            for line in stream:
                with self.news:
                    self.lines.append(line)
                    self.news.notify_all()
        with self.news:
            self.ended = True
            self.news.notify_all()

    def wait_for(self, text, after=0):
        """True once a line from number `after` on has `text`; False if the process ends without."""
        said = lambda: any(text in line for line in self.lines[after:])
        with self.news:
            self.news.wait_for(lambda: said() or self.ended, PATIENCE_S)
            return said()

    def text(self):
        with self.news:
            return "".join(self.lines)


def eventually(condition, seconds=PATIENCE_S):
    """What `condition`, which asks some process and waits for its answer, returns once that is true;
    None if it stays false for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
    return None


class Crawl:
    """`seedwalk crawl` on regtest, listening on 127.0.0.1. `db` is kept, and may be an earlier one's."""

    def __init__(self, binary, port, *options, db=None):
        self.binary = binary
        self.port = port
        self.own_folder = None if db else tempfile.mkdtemp(prefix="seedwalk-crawl-")
        self.db = db or os.path.join(self.own_folder, "db")
        self.process = subprocess.Popen(
            [binary, "crawl", "--network", "regtest", "--allow-unroutable", "--no-dns", "--quiet",
             "--listen", "127.0.0.1:%d" % port, "--db", self.db, *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
        self.log = LogLines(self.process.stderr)

    def listens(self):
        """Waits until it does; False if it ends instead."""
        return self.log.wait_for("msg=listening")

    def ask(self, command, **members):
        """The lines of an answer; an empty list if the crawl does not answer."""
        try:
            folder = os.open(self.db, os.O_PATH | os.O_DIRECTORY)
        except OSError:
            return []
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(PATIENCE_S)
                s.connect("/proc/self/fd/%d/control.sock" % folder)
                s.sendall(json.dumps({"command": command, **members}).encode() + b"\n")
                lines = []
                for line in s.makefile():
                    lines.append(json.loads(line))
                    if lines[-1]["type"] in ("end", "error"):
                        return lines
        except OSError:
            pass
        finally:
            os.close(folder)
        return []

    def peers(self):
        return [x for x in self.ask("peers") if x["type"] == "peer"]

    def send_signal(self, number):
        self.process.send_signal(number)

    def text(self):
        return self.log.text()

    def stop(self):
        """Ends it in order; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.own_folder:
            shutil.rmtree(self.own_folder, ignore_errors=True)
        return self.process.returncode
