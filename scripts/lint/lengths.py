#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""lengths.py < TAGS: how long functions and files are; informs, fails nothing."""
import collections
import re
import statistics
import sys


def main():
    lengths = []
    files = collections.Counter()
    for line in sys.stdin:
        name, path, *_ = line.split("\t")
        span = re.search(r"\tline:(\d+).*\tend:(\d+)", line)
        if span:
            first, last = map(int, span.groups())
            lengths.append((last - first + 1, path, name))
            files[path] = max(files[path], last)
    if not lengths:
        return
    lengths.sort(reverse=True)
    print(f"{len(lengths)} functions, median {statistics.median(l[0] for l in lengths):.0f}"
          f" lines, {sum(l[0] > 50 for l in lengths)} over 50")
    for length, path, name in lengths[:8]:
        print(f"  {length:4} {path} {name}")
    for path, length in files.most_common(5):
        print(f"  {length:4} lines: {path}")


main()
