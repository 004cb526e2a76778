"""Bugs that nobody chose: small changes of the lines that a search reaches, drawn from a seed.

Used by `tools/mutate --cover` and `--draw`. Four kinds of change are made, each to one line:

    negated_condition   if (a)           if (!(a))
    dropped_statement   f(a);            nothing
    off_by_one          a < b, a + 1     a <= b, a
    swapped_arguments   f(a, b)          f(b, a)

The lines are those that worlds of `--swarm` reach, found by gcov. A change counts if it compiles. Which of
them are drawn follows from the seed and from what stands in each line, so what else is changed in the
sources moves few.
"""

import difflib
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile

FOLDERS = ("actors/crawl", "net/bitcoin", "store")
KINDS = {
    "negated_condition": "a negated condition",
    "dropped_statement": "a dropped statement",
    "off_by_one": "a bound that is off by one",
    "swapped_arguments": "swapped arguments",
}

# What is said to a log or counted for a search promises nothing; memory that is asked for early is as good as late.
SILENT = re.compile(r"\b(assert|static_assert|log\.write|reached\(net::probe|reached\(probe|reserve|prefetch\w*)\b")
NO_STATEMENT = re.compile(r"(return|break|continue|case|default|throw|goto|using|else|namespace|template|public|private"
                          r"|struct|class|enum|friend|static|constexpr|const|auto|if|for|while|do|switch)\b|[#}{]")
COMPARISON = re.compile(r"(?<= )(<=|>=|<|>)(?= )")
STEP = re.compile(r" [+-] 1\b(?![.'\d])")
CALL = re.compile(r"([\w:.>\]-]*[\w\]])\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
SYMMETRIC = re.compile(r"(^|::)(min|max|tie|pair|swap|if|for|while|switch|catch|return)$")
LITERAL = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])\'')


class stale(Exception):
    """What is known of the covered lines does not fit, in one line."""


def digest_of(text):
    return hashlib.sha256(text.encode()).hexdigest()


def masked(line):
    """The line with nothing in its literals and no comment: what is found in it lies where it lies in the line."""
    without = LITERAL.sub(lambda m: m[0][0] + "_" * (len(m[0]) - 2) + m[0][-1], line)
    comment = without.find("//")
    return without if comment < 0 else without[:comment] + " " * (len(without) - comment)


def closing(text, opened):
    """Where the parenthesis closes that is open at `opened`; -1 if not in this text."""
    depth = 0
    for i in range(opened, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0:
            return i
    return -1


def negated_conditions(line, bare, _before):
    for found in re.finditer(r"\bif \(", bare):
        end = closing(bare, found.end() - 1)
        begin = found.end()
        if end < 0 or bare[:found.start()].endswith("constexpr "):
            continue
        if ";" in bare[begin:end]:  # if (declaration; condition)
            begin = bare.rindex(";", begin, end) + 2
        elif re.match(r"(const |auto |auto&|auto\*)", bare[begin:end]):
            continue
        yield line[:begin] + "!(" + line[begin:end] + ")" + line[end:]


def dropped_statements(line, bare, before):
    text = bare.strip()
    if not text.endswith(";") or NO_STATEMENT.match(text) or SILENT.search(text):
        return
    if text.count("(") != text.count(")") or text.count("{") != text.count("}"):
        return
    last = before.strip()[-1:]
    if last in (";", "{", "}"):
        yield ""
    elif last == ")" or before.strip().endswith("else"):  # A branch of its own, without braces.
        yield line[:len(line) - len(line.lstrip())] + "{}\n"


def off_by_one(line, bare, _before):
    other = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
    if "template" in bare or "operator" in bare or SILENT.search(bare):
        return
    for found in COMPARISON.finditer(bare):
        yield line[:found.start()] + other[found[0]] + line[found.end():]
    for found in STEP.finditer(bare):
        yield line[:found.start()] + line[found.end():]


def arguments_of(text):
    """What stands between commas that are in no brackets."""
    parts, depth, begin = [], 0, 0
    for i, c in enumerate(text):
        depth += (c in "([{<") - (c in ")]}>")
        if c == "," and depth == 0:
            parts.append((begin, i))
            begin = i + 1
    return parts + [(begin, len(text))]


def swapped_arguments(line, bare, _before):
    if SILENT.search(bare) or not bare.startswith(" "):  # A function's own parameters stand at the front.
        return
    for found in CALL.finditer(bare):
        if SYMMETRIC.search(found[1]):
            continue
        at = found.start(2)
        spans = [(at + a, at + b) for a, b in arguments_of(found[2])]
        for (a, b), (c, d) in zip(spans, spans[1:]):
            one, two = line[a:b].strip(), line[c:d].strip()
            if one and two and one != two:
                yield line[:a] + line[a:b].replace(one, two) + line[b:c] + line[c:d].replace(two, one) + line[d:]


MAKERS = {
    "negated_condition": negated_conditions,
    "dropped_statement": dropped_statements,
    "off_by_one": off_by_one,
    "swapped_arguments": swapped_arguments,
}


def candidates(path, text, covered, seed):
    """Every change of the covered lines of one source: (draw, kind, path, line number, new line)."""
    lines = text.splitlines(keepends=True)
    met = {}
    for number, line in enumerate(lines, 1):
        nth = met[line] = met.get(line, 0) + 1
        if number not in covered or line.lstrip().startswith("//"):
            continue
        before = masked(lines[number - 2].rstrip("\n")) if number > 1 else ""
        for kind, make in MAKERS.items():
            for i, changed in enumerate(make(line, masked(line), before)):
                draw = digest_of(f"{seed}|{path}|{kind}|{line.strip()}|{nth}|{i}")
                yield draw, kind, path, number, changed


def compile_commands(build):
    """How each source of FOLDERS is compiled: (path, source, words before "-o", folder to be in)."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as commands:
        for one in json.load(commands):
            for folder in FOLDERS:
                path = folder + "/" + os.path.basename(one["file"])
                if one["file"].endswith("/" + path):
                    words = shlex.split(one["command"])
                    yield path, one["file"], words[:words.index("-o")], one["directory"]


def compiles(path, text, build):
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, os.path.basename(path))
        with open(source, "w", encoding="utf-8") as out:
            out.write(text)
        for known, _, words, directory in compile_commands(build):
            if known == path:
                check = [*words, "-fsyntax-only", source]
                return subprocess.run(check, cwd=directory, capture_output=True, check=False).returncode == 0
    return False


def patch_text(path, before, after, kind, number, search):
    lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), "a/" + path, "b/" + path)
    return (f"Promise: drawn: {KINDS[kind]} in line {number} of {path}.\n"
            f"Seen by a user: nobody has said; if no promise is broken, it should not be here.\n"
            f"Search: {search}\n\n" + "".join(lines))


def draw(count, seed, root, covered_file, build, into, search):
    """Writes `count` patches into a folder and yields their names. The four kinds take turns, and no line is changed
    by two of them. Fewer, if there are no more."""
    try:
        with open(covered_file, encoding="utf-8") as known:
            files = json.load(known)["files"]
    except FileNotFoundError:
        raise stale(f"{covered_file}: not there; `tools/mutate --cover` makes it") from None
    waiting = {kind: [] for kind in MAKERS}
    texts = {}
    for path, one in sorted(files.items()):
        try:
            with open(os.path.join(root, path), encoding="utf-8") as source:
                texts[path] = source.read()
        except FileNotFoundError:
            texts[path] = ""
        if digest_of(texts[path]) != one["digest"]:
            raise stale(f"{path} is not what it was when its lines were looked at: `tools/mutate --cover` looks again")
        for candidate in candidates(path, texts[path], set(one["lines"]), seed):
            waiting[candidate[1]].append(candidate)
    for kind in waiting:
        waiting[kind].sort(reverse=True)
    os.makedirs(into, exist_ok=True)
    changed, drawn = set(), 0
    while drawn != count and any(waiting.values()):
        for kind in MAKERS:
            while drawn != count and waiting[kind]:
                nth, _, path, number, line = waiting[kind].pop()
                lines = texts[path].splitlines(keepends=True)
                lines[number - 1] = line
                if (path, number) in changed or not compiles(path, "".join(lines), build):
                    continue
                changed.add((path, number))
                name = f"drawn_{kind}_{os.path.splitext(os.path.basename(path))[0]}_{nth[:6]}"
                with open(os.path.join(into, name + ".patch"), "w", encoding="utf-8") as out:
                    out.write(patch_text(path, texts[path], "".join(lines), kind, number, search))
                drawn += 1
                yield name
                break


def counting_objects(build, into):
    """How each source of FOLDERS is compiled so that it counts its lines: (path, arguments of subprocess.run).

    Only these are compiled: all else is linked as `build` has it, which costs a tenth of a build that counts."""
    shutil.rmtree(into, ignore_errors=True)
    for path, source, words, directory in compile_commands(build):
        target = os.path.join(into, path + ".o")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        # ccache would give back what another tree has compiled, which counts for that one.
        yield path, {"args": [*words, "-O0", "--coverage", "-o", target, "-c", source], "cwd": directory,
                     "env": {**os.environ, "CCACHE_DISABLE": "1"}, "capture_output": True, "text": True}


def link_of(build, objects, program):
    """How the command is linked from these objects, which come before the libraries that have the same."""
    ask = ["ninja", "-t", "commands", "seedwalk"]
    told = subprocess.run(ask, cwd=build, capture_output=True, text=True, check=True)
    count = [os.path.join(folder, name) for folder, _, names in os.walk(objects) for name in sorted(names)
             if name.endswith(".o")]
    mine = f" -o {shlex.quote(program)} --coverage {shlex.join(sorted(count))} "
    link = told.stdout.splitlines()[-1].replace(" -o seedwalk ", mine)
    return {"args": link, "shell": True, "cwd": build, "capture_output": True, "text": True}


def covered_lines(tree, build):
    """What gcov knows of the sources of FOLDERS that were run in `build`: {path: {"digest": ..., "lines": [...]}}."""
    lines = {}
    for folder, _, names in os.walk(build):
        for name in sorted(n for n in names if n.endswith(".gcda")):
            ask = ["gcov", "--json-format", "--stdout", name]
            told = subprocess.run(ask, cwd=folder, capture_output=True, check=True)
            for document in told.stdout.splitlines():
                told_of = json.loads(document)
                compiled_in = told_of["current_working_directory"]
                for one in told_of["files"]:
                    path = os.path.relpath(os.path.join(compiled_in, one["file"]), tree)
                    if path.endswith(".cpp") and os.path.dirname(path) in FOLDERS:
                        found = lines.setdefault(path, set())
                        found.update(x["line_number"] for x in one["lines"] if x["count"] > 0)
    result = {}
    for path, found in sorted(lines.items()):
        with open(os.path.join(tree, path), encoding="utf-8") as source:
            result[path] = {"digest": digest_of(source.read()), "lines": sorted(found)}
    return result
