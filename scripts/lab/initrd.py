#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""initrd.py OUT < LIST: a "newc" cpio archive that needs neither root nor cpio.

Lines of LIST:
  dir PATH                a folder (those above a file are made as needed)
  file PATH SOURCE        a file with SOURCE's contents and execute bits; of a
                          dynamically linked program its libraries come along
  link PATH TARGET        a symbolic link
  tree PATH SOURCE        every file below the folder SOURCE
"""
import os
import stat
import subprocess
import sys


class Archive:
    """Collects entries and writes them in the format of cpio -H newc."""

    def __init__(self, out):
        self.out = out
        self.seen = set()

    def entry(self, path, mode, data=b""):
        name = path.encode() + b"\0"
        fields = [len(self.seen) + 1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0]
        head = b"070701" + b"".join(b"%08x" % f for f in fields) + name
        self.out.write(head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4))
        self.seen.add(path)

    def parents(self, path):
        above = os.path.dirname(path)
        if above and above not in self.seen:
            self.dir(above)

    def dir(self, path):
        self.parents(path)
        if path not in self.seen:
            self.entry(path, stat.S_IFDIR | 0o755)

    def link(self, path, target):
        self.parents(path)
        if path not in self.seen:
            self.entry(path, stat.S_IFLNK | 0o777, target.encode())

    def file(self, path, source):
        if path in self.seen:
            return
        self.parents(path)
        with open(source, "rb") as file:
            data = file.read()
            mode = 0o755 if os.fstat(file.fileno()).st_mode & 0o111 else 0o644
        self.entry(path, stat.S_IFREG | mode, data)
        if mode == 0o755 and data.startswith(b"\x7fELF"):
            for library in libraries(source):
                self.file(library.lstrip("/"), library)

    def tree(self, path, source):
        for folder, _, names in sorted(os.walk(source)):
            for name in sorted(names):
                full = os.path.join(folder, name)
                self.file(os.path.join(path, os.path.relpath(full, source)), full)


def libraries(program):
    """What ldd finds, and the dynamic loader itself."""
    found = subprocess.run(["ldd", program], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, check=False, text=True)
    words = found.stdout.split() if found.returncode == 0 else []
    return sorted({w for w in words if w.startswith("/")})


def main():
    with open(sys.argv[1], "wb") as out:
        archive = Archive(out)
        for line in sys.stdin:
            words = line.split()
            if words:
                getattr(archive, words[0])(words[1].lstrip("/"), *words[2:])
        archive.entry("TRAILER!!!", 0)


main()
