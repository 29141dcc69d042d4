#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""includes.py TOP: who may include whom.

Dependencies point one way: uapi <- arch data <- mod headers <- mod/*.c and
arch/*.c.  The table RULES has, for each group of files, the groups that it
may include besides its own; the first pattern that matches a path is its
group.  System headers are not looked at.

The files of a folder in LAYERS include and call downwards only.
"""
import fnmatch
import os
import re
import sys

GROUPS = [
    ("uapi", "uapi/*"),
    ("arch data", "arch/*/arch_data.h"),
    ("types", "mod/types.h"),
    ("walker", "mod/pgtable.*"),
    ("mod header", "mod/*.h"),
    ("mod", "mod/*"),
    ("vmx", "arch/x86/vmx/*"),
    ("svm", "arch/x86/svm/*"),
    ("hyp", "arch/arm64/hyp/switch.h"),
    ("hyp interface", "arch/arm64/hyp/*.h"),
    ("hyp", "arch/arm64/hyp/*"),
    ("arch", "arch/*"),
    ("libmote", "tools/lib/*"),
    ("unit", "selftests/unit/*"),
    ("selftests", "selftests/*"),
    ("tools", "tools/*"),
]

CORE = {"uapi", "arch data", "types", "walker", "mod header"}
RULES = {
    "uapi": set(),
    "arch data": {"uapi", "types"},
    "types": {"uapi"},
    "walker": {"uapi", "types"},
    "mod header": {"uapi", "arch data", "types", "walker"},
    "mod": CORE,
    "arch": CORE | {"hyp interface"},
    "vmx": CORE | {"arch"},
    "svm": CORE | {"arch"},
    # what runs at EL2 without the kernel knows nothing of the core
    "hyp interface": {"uapi", "arch data", "types"},
    "hyp": {"uapi", "arch data", "types", "walker", "hyp interface"},
    "libmote": {"uapi"},
    "tools": {"uapi", "libmote"},
    "selftests": {"uapi", "libmote"},
    # unit tests compile sources of the module and the runner in user space
    "unit": CORE | {"arch", "vmx", "svm", "mod", "libmote", "tools", "selftests"},
}

# Files of a folder from the bottom up, without .c and .h unless the two are not of
# one layer: a name in one line is of one layer.  Headers may be included from their own layer on; what a .c file
# defines may be called from the layers above it.
LAYERS = {
    "arch/x86": """
        mitigate_rules
        arch_data backend x86 insn hostcpu regs_asm lapic_regs
        emergency dump msrmap fpu uret lapic_irq mitigate
        cpuid_host lapic_ipi
        cpuid lapic_timer
        events lapic mtrr msr_legacy walk msr_table
        debug msr tsc lapic_state event_regs guest_regs
        regs reset
        mmio
        emulate control slow exits
        arch
    """,
    "arch/arm64": """
        arch_data stage2_format machine el2.h hostirq
        el2_cpu el2_map lowvisor_boot caches
        lowvisor_build stage2
        lowvisor
        el2
        arm64 vgic.h
        vgic_irq debug fp dump
        vgic_bank timer vgic_cpu vgic_icc
        vgic_dist vgic_redist
        vgic vgic_state vgic_mmio
        idreg
        inject
        sysreg
        regs
        arch
        walk serror
        abort
        exit
    """,
}

# Hooks that mod/arch.h promises to everybody, and who is below them all the same.
HOOKS = re.compile(r"mote_arch_")

# Words that belong to one place, and where that is.
WORDS = [
    (r"\bLINUX_VERSION_CODE\b", "mod/compat.h", "kernel versions belong in mod/compat.h"),
    (r"#\s*if.*\b(CONFIG_X86|CONFIG_ARM64|__x86_64__|__aarch64__)\b", "arch/*|uapi/*|tools/*|selftests/*",
     "architectures belong in arch/"),
]

# Where #include "..." and <...> of our own headers are looked for.
PATHS = {"kernel": ["", "uapi", "uapi/{arch}", "mod", "arch/{arch}"],
         "user": ["uapi", "uapi/{arch}", "tools/lib", "tools/run/{arch}", "selftests/lib"]}


def group(path):
    return next((name for name, pattern in GROUPS if fnmatch.fnmatch(path, pattern)), None)


def sources(top):
    for root in ("uapi", "mod", "arch", "tools", "selftests"):
        for folder, _, names in os.walk(os.path.join(top, root)):
            for name in names:
                if name.endswith((".c", ".h", ".S")):
                    yield os.path.relpath(os.path.join(folder, name), top)


def arch_of(path):
    found = re.search(r"\b(x86|arm64)\b", path)
    return found.group(1) if found else "x86"


def resolve(top, path, quoted, name):
    """The file of ours that an #include names, or None."""
    side = "kernel" if path.startswith(("mod", "arch", "selftests/unit")) else "user"
    folders = [p.format(arch=arch_of(path)) for p in PATHS[side]]
    if quoted:
        folders.insert(0, os.path.dirname(path))
    for folder in folders:
        candidate = os.path.normpath(os.path.join(folder, name))
        if os.path.isfile(os.path.join(top, candidate)):
            return candidate
    return None


def allowed(path, target):
    mine, other = group(path), group(target)
    return mine == other or other in RULES[mine]


def check(top, path):
    with open(os.path.join(top, path), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            for pattern, places, why in WORDS:
                inside = any(fnmatch.fnmatch(path, p) for p in places.split("|"))
                if re.search(pattern, line) and not inside:
                    yield f"{path}:{number}: {why}"
            found = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            target = found and resolve(top, path, found.group(1) == '"', found.group(2))
            if target and not allowed(path, target):
                yield f"{path}:{number}: {group(path)} must not include {target} ({group(target)})"


# ---- layers ----

DEFINITION = re.compile(r"^(?!static(?! inline))[a-z][\w *]*?\b(\w+)\(", re.M)
NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)


def read(top, path):
    """A source without comments and strings, with its lines where they were."""
    with open(os.path.join(top, path), encoding="utf-8") as file:
        return NOISE.sub(lambda m: "\n" * m.group().count("\n"), file.read())


def definitions(text):
    """Functions that others can call: the body follows, and not a semicolon."""
    for found in DEFINITION.finditer(text):
        tail = re.match(r"[^;{}]*\)[^;{}()]*\n?{", text[found.end():])
        if tail:
            yield found.group(1)


def layers_of(top, folder):
    """Number of the layer of each file of ours in a folder."""
    numbers = {name: n for n, line in enumerate(LAYERS[folder].split("\n")) for name in line.split()}
    for path in sorted(os.listdir(os.path.join(top, folder))):
        base, ext = os.path.splitext(path)
        if ext in (".c", ".h"):
            yield f"{folder}/{path}", numbers.get(path, numbers.get(base))


def goes_up(layer, path, other):
    """Whether a call out of one file into another is against the layers."""
    if other.endswith(".h") or os.path.splitext(path)[0] == os.path.splitext(other)[0]:
        return False  # what is in a header is a matter of who includes it
    return layer[other] >= layer[path] + path.endswith(".h")


def check_layers(top, folder):
    layer = dict(layers_of(top, folder))
    for path in [p for p, n in layer.items() if n is None]:
        yield f"{path}:1: has no layer in scripts/lint/includes.py"
        del layer[path]
    text = {path: read(top, path) for path in layer}
    owner = {name: path for path in layer for name in definitions(text[path])}
    for path, source in text.items():
        for number, line in enumerate(source.split("\n"), 1):
            if path.endswith(".h") and not line.startswith("\t"):
                continue  # prototypes: only what inline functions do counts
            for name in re.findall(r"\w+", line):
                other = owner.get(name, path)
                if goes_up(layer, path, other) and not HOOKS.match(name):
                    yield f"{path}:{number}: {name}() is of {other}, which is not below"
    for path in layer:
        with open(os.path.join(top, path), encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                found = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
                target = found and resolve(top, path, True, found.group(1))
                if target in layer and layer[target] > layer[path]:
                    yield f"{path}:{number}: {target} is of a higher layer"


def main():
    top = sys.argv[1]
    for path in sorted(sources(top)):
        for finding in check(top, path):
            print(finding)
    for folder in LAYERS:
        for finding in check_layers(top, folder):
            print(finding)


main()
