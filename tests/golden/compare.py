#!/usr/bin/python3
"""Holds `seedwalk wire` against messages that other programs serialised.

    compare.py SEEDWALK LINES...

Each line of the files LINES is an object with `command`, `fields` and `hex`. The bytes of all of
them, as one stream, are decoded by `seedwalk wire decode`; each message must have the same command
and fields, and `seedwalk wire encode` must make the same bytes of its fields alone. Ends with 1 if
anything differs.
"""

import collections
import json
import subprocess
import sys


def seedwalk(program, *arguments, text):
    run = subprocess.run([program, "wire", *arguments, "--network", "regtest", "--hex", "-"],
                         input=text, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        print(f"{program} wire {arguments[0]} ended with {run.returncode}: {run.stderr}")
    return run


def differences(expected, told, encoded):
    if told.get("ok") is not True:
        yield f"refused: {told.get('error')} at {told.get('offset')}"
        return
    if told["command"] != expected["command"]:
        yield f"command {told['command']}"
    if told["fields"] != expected["fields"]:
        yield f"fields {json.dumps(told['fields'])[:400]}"
    if "payload" in told:
        yield "the fields alone do not make its bytes"
    if encoded != expected["hex"]:
        yield f"encoded {encoded[:400]}"


def main():
    program, *files = sys.argv[1:]
    expected = [json.loads(line) for name in files for line in open(name, encoding="utf-8")]
    stream = "\n".join(message["hex"] for message in expected)
    told = [json.loads(line) for line in seedwalk(program, "decode", text=stream).stdout.splitlines()]
    by_hand = "\n".join(json.dumps({"command": t["command"], "fields": t.get("fields", {})}) for t in told)
    encoded = seedwalk(program, "encode", text=by_hand).stdout.splitlines()
    wrong = 0
    for i, message in enumerate(expected):
        if i >= len(told) or i >= len(encoded):
            print(f"message {i}, {message['command']}, and all after it: nothing was told of it")
            wrong += len(expected) - i
            break
        for difference in differences(message, told[i], encoded[i]):
            wrong += 1
            if wrong <= 10:
                print(f"message {i}, {message['command']}: {difference}\n  should be {message['hex'][:400]}\n"
                      f"  {json.dumps(message['fields'])[:400]}")
    wrong += max(0, len(told) - len(expected))
    kinds = collections.Counter(message["command"] for message in expected)
    print(f"{len(expected)} messages of {len(kinds)} commands, {wrong} differences")
    return 0 if wrong == 0 and expected else 1


if __name__ == "__main__":
    sys.exit(main())
