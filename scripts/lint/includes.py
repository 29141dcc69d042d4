#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""includes.py TOP: who may include whom.

Dependencies point one way: uapi <- arch data <- mod headers <- mod/*.c and
arch/*.c.  The table RULES has, for each group of files, the groups that it
may include besides its own; the first pattern that matches a path is its
group.  System headers are not looked at.
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
    ("hostirq", "arch/arm64/hostirq.*"),
    ("vgic interface", "arch/arm64/vgic.h"),
    ("vgic routing", "arch/arm64/vgic_irq.*"),
    ("vgic registers", "arch/arm64/vgic_bank.*"),
    ("vgic registers", "arch/arm64/vgic_*dist.c"),
    ("vgic", "arch/arm64/vgic*.c"),
    ("timer", "arch/arm64/timer.*"),
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
    "arch": CORE | {"hyp interface", "hostirq", "vgic interface", "timer"},
    # arm64's devices, from below: the timers stand on the GIC, nothing on the timers
    "hostirq": set(),
    "vgic interface": CORE | {"arch"},
    "vgic routing": CORE | {"vgic interface"},
    "vgic registers": CORE | {"vgic routing"},
    "vgic": CORE | {"vgic routing", "vgic registers", "hostirq"},
    "timer": CORE | {"arch", "hostirq", "vgic interface"},
    "vmx": CORE | {"arch"},
    "svm": CORE | {"arch"},
    # what runs at EL2 without the kernel knows nothing of the core
    "hyp interface": {"uapi", "arch data", "types"},
    "hyp": {"uapi", "arch data", "types", "walker", "hyp interface"},
    "libmote": {"uapi"},
    "tools": {"uapi", "libmote"},
    "selftests": {"uapi", "libmote"},
    # unit tests compile sources of the module and the runner in user space
    "unit": CORE | {"arch", "vgic registers", "timer", "hostirq", "vmx", "svm", "mod", "libmote", "tools", "selftests"},
}

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


def main():
    top = sys.argv[1]
    for path in sorted(sources(top)):
        for finding in check(top, path):
            print(finding)


main()
