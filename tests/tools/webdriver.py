"""A browser without a window, by the WebDriver protocol: Debian's chromium and chromium-driver, and no library."""

import base64
import json
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request


class Browser:
    """Ends with its `with` block, and what it started with it."""

    def __init__(self, size=(1440, 900)):
        for program in ("chromium", "chromedriver"):
            if shutil.which(program) is None:
                sys.exit(f"{program} is missing: tools/install-packages check")
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        self.place = None
        for line in self.driver.stdout:
            if found := re.search(r"successfully on port (\d+)", line):
                self.place = f"http://127.0.0.1:{found[1]}"
                break
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     "--disable-background-networking", f"--window-size={size[0]},{size[1]}"]
        options = {"binary": shutil.which("chromium"), "args": arguments}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options,
                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        self.session = ""
        made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = "/session/" + made["sessionId"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.place + self.session + path, data, {"Content-Type": "application/json"},
                                         method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as e:
            raise RuntimeError(e.read().decode()[:1000]) from None

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        """What the body of a function gives back, or promises."""
        return self.call("POST", "/execute/sync", {"script": script, "args": arguments})

    def develop(self, command, **parameters):
        """A command of Chrome's DevTools protocol."""
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def until(self, script, what, patience=60):
        """Waits until a script gives something true, and returns it."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if value := self.run(f"return {script}"):
                return value
        raise AssertionError(f"{what}: not within {patience} s")

    def element(self, selector):
        found = self.call("POST", "/element", {"using": "css selector", "value": selector})
        return next(iter(found.values()))

    def click(self, selector):
        self.call("POST", f"/element/{self.element(selector)}/click", {})

    def type(self, selector, text):
        self.call("POST", f"/element/{self.element(selector)}/value", {"text": text})

    def clear(self, selector):
        self.call("POST", f"/element/{self.element(selector)}/clear", {})
        self.run("document.querySelector(arguments[0]).dispatchEvent(new Event('input'))", selector)

    def text(self, selector):
        return self.call("GET", f"/element/{self.element(selector)}/text")

    def press(self, key):
        actions = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def pointer(self, *steps):
        """("move", x, y), ("down",) and ("up",), one after the other."""
        kinds = {"move": "pointerMove", "down": "pointerDown", "up": "pointerUp"}
        actions = [{"type": kinds[step[0]], "button": 0} | ({"x": round(step[1]), "y": round(step[2]), "duration": 0}
                                                             if step[0] == "move" else {}) for step in steps]
        self.call("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": actions}]})

    def wheel(self, x, y, by, key=None):
        turn = {"type": "scroll", "x": round(x), "y": round(y), "deltaX": 0, "deltaY": by, "duration": 0}
        sources = [{"type": "wheel", "id": "wheel", "actions": [{"type": "pause"}, turn, {"type": "pause"}]}]
        if key:
            held = [{"type": "keyDown", "value": key}, {"type": "pause"}, {"type": "keyUp", "value": key}]
            sources.append({"type": "key", "id": "keys", "actions": held})
        self.call("POST", "/actions", {"actions": sources})

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("GET", "/screenshot")))

    def console(self):
        """What was said there since the last time that somebody asked: errors, mostly."""
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})]

    def requests(self):
        """Where requests went since the last time that somebody asked."""
        log = self.call("POST", "/se/log", {"type": "performance"})
        said = [json.loads(entry["message"])["message"] for entry in log]
        return [one["params"]["request"]["url"] for one in said if one["method"] == "Network.requestWillBeSent"]


CONTROL, ENTER, ESCAPE = "\ue009", "\ue007", "\ue00c"
