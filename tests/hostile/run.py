# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs every case against lppack and against the second implementation; prints TAP. Arguments: names of cases.

HOSTILE_KEEP names a folder that the bundles are copied into, as a corpus for the fuzzer.
"""
import concurrent.futures
import importlib.util
import os
import re
import resource
import shutil
import subprocess
import sys

import hostile
import lpb
import lpb_read

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("top_builddir", ".")
MEMORY_MAX = 768 << 10          # KiB that lppack may ever use: three of the largest modules and the sanitizer's own


def load_cases():
    folder = os.path.join(HERE, "cases")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".py"):
            spec = importlib.util.spec_from_file_location("case_" + name[:-3], os.path.join(folder, name))
            spec.loader.exec_module(importlib.util.module_from_spec(spec))


def statuses():
    """Names of exit statuses, from the one table."""
    with open(os.path.join(TOP, "include/lppack/error.h"), encoding="utf-8") as f:
        found = {int(number): name for name, number in re.findall(r"X\((\w+), (\d+),", f.read())}
    return {0: "OK", **found}


STATUS = statuses()
BUNDLES = lpb.scratch("bundles")
os.mkdir(BUNDLES)


def lppack(*arguments):
    """Without libtool's wrapper where there is one: it costs more than the verification."""
    real = os.path.join(BUILD, ".libs", "lppack")
    program = real if os.path.exists(real) else os.path.join(BUILD, "lppack")
    environment = dict(os.environ, LD_LIBRARY_PATH=os.path.join(BUILD, ".libs"), LC_ALL="C.UTF-8")
    return subprocess.run([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


# --- One case ---

def lay_out(name, files):
    """Makes the key files; returns lppack's options for them and the folders in the order in which they mask."""
    folder = lpb.scratch(name + ".keys")
    os.makedirs(folder)
    for path, data in files.items():
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full) if data is not None else full, exist_ok=True)
        if data is not None:
            with open(full, "wb") as f:
                f.write(data)
    if any(path.startswith(("etc/", "usr/")) for path in files):
        return ["--root", folder], [os.path.join(folder, lpb_read.ADMIN), os.path.join(folder, lpb_read.VENDOR)]
    return ["--keys", folder], [folder]


class Prepared:
    def __init__(self, case):
        made = case.make()
        data, files = made if isinstance(made, tuple) else (made, {"trusted.pub": hostile.KEY.public_pem()})
        self.case = case
        self.data = data
        self.path = os.path.join(BUNDLES, case.name + ".lpb")
        with open(self.path, "wb") as f:
            f.write(data)
        self.options, self.folders = lay_out(case.name, files)


def check_output(prepared, result, problems):
    text = (result.stderr + result.stdout).decode(errors="surrogateescape")
    if lpb_read.FORBIDDEN_RE.search(text) or re.search("[\ud800-\udfff]", text):
        problems.append("prints control characters: %r" % text)
    if re.search(r"Sanitizer|runtime error", text):
        problems.append("sanitizer: " + text)
    if result.returncode and not (prepared.path.encode() in result.stderr or
                                  any(folder.encode() in result.stderr for folder in prepared.folders) or
                                  b"keys.d" in result.stderr):
        problems.append("the message names no file: %r" % result.stderr)


def check_lppack(prepared, expected, verb, *options):
    problems = []
    result = lppack(verb, *prepared.options, *options, prepared.path)
    got = STATUS.get(result.returncode, str(result.returncode))
    if got not in expected.split():
        first = result.stderr.decode(errors="replace").split("\n")[0]
        problems.append("lppack %s: %s instead of %s: %s" % (verb, got, expected, first))
    check_output(prepared, result, problems)
    return problems


def check_narrow(prepared):
    """extract is a narrow reader; it must not leave a module behind when it refuses."""
    folder = lpb.scratch(prepared.case.name + ".out")
    os.mkdir(folder)
    problems = check_lppack(prepared, prepared.case.narrow, "extract", "--kernel", hostile.IDS[hostile.NARROW].hex(),
                            "-o", folder)
    left = os.listdir(folder)
    if bool(left) != (prepared.case.narrow == "OK"):
        problems.append("lppack extract left %r" % left)
    for name in left:
        with open(os.path.join(folder, name), "rb") as f:
            if lpb.sha256(f.read()).encode() not in prepared.data:
                problems.append("lppack extract wrote a module that the bundle does not tell of")
    shutil.rmtree(folder)
    return problems


def check_second(prepared):
    try:
        lpb_read.read(prepared.data, lpb_read.read_keys(prepared.folders))
    except lpb_read.Broken as broken:
        if prepared.case.full == "OK":
            return ["lpb_read: refused: %s" % broken]
        return [] if broken.rule in prepared.case.rules else ["lpb_read: another rule: %s" % broken]
    return [] if prepared.case.full == "OK" else ["lpb_read: accepted"]


def check(case):
    prepared = Prepared(case)
    problems = check_lppack(prepared, case.full, "verify")
    problems += check_narrow(prepared)
    return problems + check_second(prepared)


# --- What is not one case ---

FAILURES = ("rauc CVE-2026-34155", "fwupd CVE-2020-10759", "Mender: ", "MEN-1412", "rpm#1672", "opkg CVE-2020-7982",
            "rpm#2486", "GHSA-pwqf-9h7j-7mv8", "openssl#3028", "tokio-tar CVE-2025-62518", "general parser",
            "apko CVE-2026-42574", "decompression bombs", "terminal escapes", "libjcat 0.2.6")


def spec_rules():
    with open(os.path.join(TOP, "format-spec/lppack-1.md"), encoding="utf-8") as f:
        return re.findall(r"\*\*\[([A-Z][0-9]+)\]\*\*", f.read())


def check_names():
    """Each rule of the text has a case that breaks it, and each case names rules of the text."""
    rules = spec_rules()
    named = {rule for case in hostile.CASES for rule in case.rules}
    broken = {case.rules[0] for case in hostile.CASES if case.full != "OK"}
    problems = ["rule %s stands twice in the text" % rule for rule in set(rules) if rules.count(rule) > 1]
    problems += ["rule %s has no case of its own" % rule for rule in rules if rule not in broken]
    problems += ["no rule %s in the text" % rule for rule in sorted(named - set(rules))]
    likes = " ".join(case.like for case in hostile.CASES if case.like)
    problems += ["no case for the failure %s" % failure for failure in FAILURES if failure not in likes]
    names = [case.name for case in hostile.CASES]
    return problems + ["two cases are named %s" % name for name in set(names) if names.count(name) > 1]


SPEC = """stream: made-by-lppack
serial: 5
version: "5 \u00e9"
fixes:
  - id: CVE-2026-0001
    summary: "one: \\"quoted\\""
    since: 4
    functions: [seq_read]
  - id: CVE-2026-0002
    not_for: ["*-b-*"]
kernels:
  - module: a.ko
    kernel: a.vmlinuz
  - module: b.ko
    kernel: b.vmlinuz
  - module: c.ko
    kernel: c.vmlinuz
"""


def make_inputs(folder):
    for name, options in (("a", hostile.PLAIN), ("b", hostile.PLAIN + ("--signed",)),
    ("c", ("--builder", "klp-build"))):
        release = ("--release", "6.1.0-%s-test" % name)
        for path, kind in ((name + ".ko", options), (name + ".vmlinuz", ("--kind", "vmlinuz"))):
            with open(os.path.join(folder, path), "wb") as f:
                f.write(hostile.module(*release, *kind))
    with open(os.path.join(folder, "spec.yaml"), "w", encoding="utf-8") as f:
        f.write(SPEC)


def check_created(*options):
    """lppack create's bundles are accepted by the second implementation."""
    folder = lpb.scratch("created")
    os.makedirs(folder)
    make_inputs(folder)
    out, key = os.path.join(folder, "out.lpb"), os.path.join(folder, "key")
    lppack("keygen", "-o", key)
    result = lppack("create", os.path.join(folder, "spec.yaml"), "-o", out, "--key", key + ".key", *options)
    if result.returncode:
        return ["lppack create: %s" % result.stderr.decode(errors="replace")]
    try:
        with open(out, "rb") as f:
            lpb_read.read(f.read(), lpb_read.read_keys([folder]))
    except lpb_read.Broken as broken:
        return ["lpb_read refuses a bundle by lppack create: %s" % broken]
    finally:
        shutil.rmtree(folder)
    return []


def check_fuzz():
    """All these bundles through the fuzzer's harness, which reads the unsigned ones too."""
    result = subprocess.run([os.path.join(BUILD, "tests/fuzz/replay_bundle"), BUNDLES], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
    return [result.stdout.decode(errors="replace")] if result.returncode else []


def check_memory():
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return ["a child used %d KiB" % peak] if peak > MEMORY_MAX else []


class Tap:
    def __init__(self, planned):
        self.n = 0
        print("1..%d" % planned, flush=True)

    def result(self, name, problems):
        self.n += 1
        print("%sok %d - %s" % ("not " if problems else "", self.n, name))
        for problem in problems:
            print("# " + problem.replace("\n", "\n# "), flush=True)


def main(names):
    load_cases()
    cases = [case for case in hostile.CASES if not names or case.name in names]
    tap = Tap(len(cases) + (0 if names else 5))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, problems in zip(cases, pool.map(check, cases)):
            tap.result("%s: %s" % (case.name, case.why), problems)
    if not names:
        tap.result("every rule has a case, every case a rule", check_names())
        tap.result("bundles by lppack create", check_created())
        tap.result("bundles by lppack create --independent", check_created("--independent"))
        tap.result("memory", check_memory())
        tap.result("the fuzzer's harness", check_fuzz())
    if os.environ.get("HOSTILE_KEEP"):
        shutil.copytree(BUNDLES, os.environ["HOSTILE_KEEP"], dirs_exist_ok=True)


if __name__ == "__main__":
    main(sys.argv[1:])
