#!/usr/bin/env python3
"""Seedwalk against full nodes of bcoin on loopback.

    interop.py SEEDWALK NODES.JS

Started by `run`, which fetches bcoin and sees to it that nothing leaves this machine.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

from crawl_process import PATIENCE_S, LogLines, ReservedPort

SEEDWALK, NODES_JS = sys.argv[1:3]
COUNT = 20
PORT = ReservedPort("0.0.0.0")
LISTEN_PORT = ReservedPort()
LISTEN = "127.0.0.1:%d" % LISTEN_PORT.number


def setUpModule():
    for port in PORT, LISTEN_PORT:
        unittest.addModuleCleanup(port.close)


class Nodes:
    """The process of all bcoin nodes."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["node", NODES_JS, str(COUNT), str(PORT.number)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.about = self.next_event()
        assert self.about and self.about["event"] == "ready", self.about
        self.addresses = [node["address"] for node in self.about["nodes"]]

    def next_event(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def dial(self, node, to):
        self.process.stdin.write(json.dumps({"do": "dial", "node": node, "to": to}) + "\n")
        self.process.stdin.flush()

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(PATIENCE_S)
        self.process.stdout.close()


class Listening:
    """A crawl that accepts connections and dials nobody."""

    def __init__(self, folder, *more):
        self.process = subprocess.Popen(
            [SEEDWALK, "crawl", "--network", "regtest", "--allow-unroutable", "--no-dns",
             "--db", os.path.join(folder, "db"), "--listen", LISTEN, "--exclude", "127.0.0.0/8",
             "--json", "--quiet", *more],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.log = LogLines(self.process.stderr)
        if not self.log.wait_for("msg=listening"):
            raise AssertionError("it does not listen:\n" + self.log.text())

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        with self.process.stdout as out:
            report = json.loads(out.read())
        self.process.wait(PATIENCE_S)
        return self.process.returncode, report

    def end(self):
        """Leaves nothing behind, whatever went wrong."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def seedwalk(*arguments):
    done = subprocess.run([SEEDWALK, *arguments], capture_output=True, text=True,
                          timeout=PATIENCE_S)
    if done.returncode != 0:
        raise AssertionError(f"seedwalk {' '.join(arguments)}: {done.returncode}\n{done.stderr}")
    return done.stdout


def rows(text):
    return [json.loads(line) for line in text.splitlines()]


class CrawlingBcoin(unittest.TestCase):
    """We dial them."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.nodes = Nodes()

    @classmethod
    def tearDownClass(cls):
        cls.nodes.stop()
        cls.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def test_a_crawl_finds_every_node_and_replays_when_they_are_gone(self):
        report = json.loads(seedwalk(
            "crawl", "--network", "regtest", "--allow-unroutable", "--once",
            "--connect", self.nodes.addresses[0], "--db", self.path("db"),
            "--record", self.path("crawl.rec"), "--json", "--quiet"))
        self.assertEqual(report["known"], COUNT)
        self.assertEqual(report["good"], COUNT)
        self.assertEqual(report["outcomes"], {"complete": COUNT})
        # It answers in order: the ping behind getaddr is answered when the answer is out, and no
        # visit waits for a quiet time.
        self.assertEqual(report["collections"], {"pong": COUNT})

        found = {row["address"]: row for row in rows(seedwalk("db", "list", "--json", "--db",
                                                              self.path("db")))}
        self.assertEqual(sorted(found), sorted(self.nodes.addresses))
        for address, row in found.items():
            with self.subTest(address):
                self.assertTrue(row["good"])
                self.assertEqual(row["user_agent"], self.nodes.about["agent"])
                self.assertEqual(row["protocol_version"], self.nodes.about["protocol"])
                self.assertEqual(row["start_height"], 0)
        for address in self.nodes.addresses:
            visit = json.loads(seedwalk("db", "get", address, "--json", "--db",
                                        self.path("db")))["visits"][0]
            self.assertEqual((visit["addr_answer"], visit["addr_ended_by"]), ("complete", "pong"))
        seedwalk("db", "check", "--db", self.path("db"))
        # Whom each of them told us of is what it knew.
        self.assertEqual(report["addresses"],
                         sum(len(node["knows"]) for node in self.nodes.about["nodes"]))

        self.nodes.stop()
        replayed = json.loads(seedwalk("replay", self.path("crawl.rec"), "--json"))
        self.assertTrue(replayed["verified"])
        self.assertTrue(replayed["complete"])
        self.assertEqual(replayed["hash"], report["hash"])


class BcoinDialsUs(unittest.TestCase):
    """They dial us."""

    @classmethod
    def setUpClass(cls):
        cls.nodes = Nodes()

    @classmethod
    def tearDownClass(cls):
        cls.nodes.stop()

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def listen(self, *more):
        crawl = Listening(self.folder.name, *more)
        self.addCleanup(crawl.end)
        return crawl

    def await_events(self, wanted):
        """The next events of those names, one of each node at least; what came, by node."""
        came = {}
        while wanted:
            event = self.nodes.next_event()
            self.assertIsNotNone(event)
            key = (event["node"], event["event"])
            came[key] = event
            wanted.discard(key)
        return came

    def dial_and_see(self, node, arrived):
        """Dials, and expects the first that comes of it to be an event that `arrived` takes."""
        self.nodes.dial(node, LISTEN)
        event = self.nodes.next_event()
        while event["node"] != node:
            event = self.nodes.next_event()
        self.assertTrue(arrived(event), event)
        return event

    def dial_and_open(self, node):
        return self.dial_and_see(node, lambda event: event["event"] == "open")

    def test_it_is_answered(self):
        crawl = self.listen("--user-agent", "/Seedwalk-interop:1/")
        greeting = self.dial_and_open(0)
        self.assertEqual(greeting["agent"], "/Seedwalk-interop:1/")
        self.assertEqual(greeting["services"], 0)
        self.await_events({(0, "pong")})
        code, _ = crawl.stop()
        self.assertEqual(code, 0)
        self.await_events({(0, "closed")})

    def test_it_is_turned_away_politely_when_we_are_full(self):
        crawl = self.listen("--max-inbound", "2")
        self.dial_and_open(1)
        self.await_events({(1, "pong")})
        self.nodes.dial(2, LISTEN)
        self.await_events({(2, "pong")})
        self.nodes.dial(3, LISTEN)
        # The handshake shows it that we live; then we say goodbye.
        came = self.await_events({(3, "open"), (3, "closed")})
        self.assertNotIn((1, "closed"), came)
        self.assertNotIn((2, "closed"), came)
        code, _ = crawl.stop()
        self.assertEqual(code, 0)
        self.await_events({(1, "closed"), (2, "closed")})

    def test_it_is_banned_by_its_user_agent_and_refused_when_it_comes_back(self):
        crawl = self.listen()
        self.dial_and_open(4)
        self.await_events({(4, "pong")})
        crawl.stop()
        self.await_events({(4, "closed")})

        # The same folder: a ban outlives the crawl that spoke it.
        crawl = self.listen("--ban-user-agent", "/bcoin:*")
        self.dial_and_see(4, lambda event: event["event"] == "closed" and event["connected"])
        code, _ = crawl.stop()
        self.assertEqual(code, 0)

        crawl = self.listen()
        self.dial_and_open(5)
        self.nodes.dial(4, LISTEN)
        came = self.await_events({(4, "closed"), (5, "pong")})
        self.assertNotIn((4, "open"), came)
        code, _ = crawl.stop()
        self.assertEqual(code, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
