#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""runner.py MODE RUNDIR [OPTION=VALUE...] -- EMULATOR ARG...

Runs an emulated host whose serial port is a pseudo terminal, whose name is
added to the emulator's arguments.  MODE is check, demo, exec, bench or shell;
what each expects of the serial port is below.  Exit status: that of the line
"LAB END <status>" which the host prints last, or 1.
"""
import collections
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
import tty

END = re.compile(rb"LAB END (\d+)")
TAIL = 100


class Stop(Exception):
    """The run is over; the argument is the exit status."""


class Host:
    """The emulator and the far end of its serial port."""

    def __init__(self, command, rundir):
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.log = open(rundir + "/serial.log", "wb")
        self.process = subprocess.Popen(command + [os.ttyname(self.slave)],
                                        stdin=subprocess.DEVNULL,
                                        start_new_session=True)
        self.tail = collections.deque(maxlen=TAIL)
        self.partial = b""

    def send(self, data):
        os.write(self.master, data)

    def alive(self):
        return self.process.poll() is None

    def read(self, timeout, *others):
        """Bytes from the serial port, b"" after TIMEOUT; with file numbers in
        OTHERS also when one of those is readable."""
        ready, _, _ = select.select([self.master, *others], [], [], timeout)
        if self.master not in ready:
            return b""
        data = os.read(self.master, 65536)
        self.log.write(data)
        self.log.flush()
        return data

    def lines(self, data):
        """Whole lines (without end) out of DATA and what was left before."""
        *whole, self.partial = (self.partial + data).split(b"\n")
        whole = [line.rstrip(b"\r") for line in whole]
        self.tail.extend(whole)
        return whole

    def kill(self):
        """End the emulator's whole session; it has nothing worth saving."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.log.close()


def emit(data):
    """Show bytes at once."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(1, view):]
        except BlockingIOError:
            select.select([], [1], [])


class Mode:
    """What the modes share: lines are shown; END and time limits end the run."""

    def __init__(self, options):
        self.limit = float(options.get("limit", 600))
        self.deadline = time.monotonic() + self.limit

    def show(self, line):
        emit(line + b"\n")

    def line(self, host, line):
        end = END.search(line)
        if end:
            raise Stop(int(end.group(1)))
        self.show(line)

    def data(self, host, data):
        for line in host.lines(data):
            self.line(host, line)

    def overdue(self, host):
        if time.monotonic() > self.deadline:
            self.lost(host, f"time limit of {self.limit:.0f} s")

    def lost(self, host, why):
        """The host gave no verdict."""
        emit(f"# host lost: {why}; its last {TAIL} lines:\n".encode())
        for line in [*host.tail, host.partial]:
            emit(b"#   " + line + b"\n")
        raise Stop(1)

    def run(self, host):
        """Until Stop."""
        while True:
            data = host.read(1)
            if data:
                self.data(host, data)
            elif not host.alive():
                self.lost(host, "the emulator ended")
            self.overdue(host)

    def finish(self, status):
        """The last word on STATUS."""
        return status


class Exec(Mode):
    """A command's output, as it comes."""


class Check(Mode):
    """Nested KTAP: shows it, counts it, and holds every test to its time.

    A test that overruns its wall time is ended by the host, which is asked
    for it; a host that does not answer within GRACE is lost."""

    GRACE = 60
    RESULT = re.compile(rb"(  )?(ok|not ok) \d+ ?(.*)")

    def __init__(self, options):
        super().__init__(options)
        self.slowness = float(options["slowness"])
        with open(options["tests"], encoding="ascii") as file:
            tests = [line.split() for line in file]
        self.pending = [("lab/boot", 60), ("lab/load", 30)]
        self.pending += [(t[0], int(t[1])) for t in tests] + [("lab/unload", 60)]
        self.counts = collections.Counter()
        self.inner = collections.Counter()
        self.asked = False
        self.next_test()

    def next_test(self):
        self.inner.clear()
        self.asked = False
        if self.pending:
            wall = 30 + self.pending[0][1] * self.slowness
            self.deadline = time.monotonic() + wall

    def line(self, host, line):
        super().line(host, line)
        result = self.RESULT.match(line)
        if not result:
            return
        inner, verdict, name = result.groups()
        kind = "passed" if verdict == b"ok" else "failed"
        if verdict == b"ok" and re.search(rb"# *SKIP", name, re.I):
            kind = "skipped"
        if inner:
            self.inner[kind] += 1
        else:
            self.top(kind)

    def top(self, kind):
        """The end of a test.  Its subtests count; the test itself only if it
        has none, or if it failed although none of them did."""
        self.counts += self.inner
        if not self.inner or (kind == "failed" and not self.inner["failed"]):
            self.counts[kind] += 1
        self.pending.pop(0)
        self.next_test()

    def overdue(self, host):
        if time.monotonic() < self.deadline:
            return
        if self.asked or len(self.pending) == 0:
            self.lost(host, "a time limit")
        host.send(b"kill\n")
        self.asked = True
        self.deadline = time.monotonic() + self.GRACE

    def finish(self, status):
        self.counts += self.inner
        for name, _ in self.pending:
            emit(f"not ok {name} # did not run to its end\n".encode())
            self.counts["failed"] += 1
        c = self.counts
        emit(f"# counts: {c['passed']} {c['failed']} {c['skipped']}\n".encode())
        return 1 if status or c["failed"] or not c["passed"] else 0


class Stream(Mode):
    """Shows the serial port as it comes, parts of lines too."""

    def __init__(self, options):
        super().__init__(options)
        self.text = bytearray()
        self.shown = 0

    def data(self, host, data):
        host.lines(data)
        self.text += data
        # what may become the line that ends the run is held back
        start = self.text.rfind(b"\n") + 1
        line = self.text[start:start + len(b"LAB END")]
        until = start if line and b"LAB END".startswith(line) else len(self.text)
        end = re.search(END.pattern + rb"\r?\n", self.text)
        if end:
            until = end.start()
        emit(self.text[self.shown:until])
        self.shown = max(self.shown, until)
        if end:
            raise Stop(int(end.group(1)))


class Demo(Stream):
    """Types into the guest's console and asks for what it must have shown."""

    PROMPT = b"guest # "
    TYPE = [b"uname -a\r", b"poweroff -f\r"]

    def __init__(self, options):
        super().__init__(options)
        self.answered = 0
        self.typed = 0

    def data(self, host, data):
        super().data(host, data)
        found = self.text.find(self.PROMPT, self.answered)
        if found >= 0 and self.typed < len(self.TYPE):
            self.answered = found + len(self.PROMPT)
            host.send(self.TYPE[self.typed])
            self.typed += 1

    def finish(self, status):
        wanted = {"the guest's Linux version": rb"Linux version \d",
                  "the guest's prompt": re.escape(self.PROMPT),
                  "the output of uname -a": rb"\nLinux \S+ \d+\.\d+.* GNU/Linux"}
        for what, pattern in wanted.items():
            if not re.search(pattern, self.text):
                emit(f"demo: {what} was not seen\n".encode())
                status = status or 1
        emit(b"\ndemo: " + (b"failed\n" if status else b"passed\n"))
        return status


class Bench(Mode):
    """The lines between the JSON markers go to a file."""

    def __init__(self, options):
        super().__init__(options)
        self.path = options["json"]
        self.json = None

    def show(self, line):
        if line == b"LAB JSON BEGIN":
            self.json = []
        elif line == b"LAB JSON END":
            with open(self.path, "wb") as file:
                file.write(b"\n".join(self.json).strip() + b"\n")
            self.json = None
        elif self.json is not None:
            self.json.append(line)
        else:
            super().show(line)


class Shell(Stream):
    """The user's terminal is the serial port; Ctrl-] ends the run."""

    ESCAPE = b"\x1d"

    def run(self, host):
        saved = termios.tcgetattr(0) if os.isatty(0) else None
        try:
            if saved:
                tty.setraw(0)
            self.proxy(host)
        finally:
            if saved:
                termios.tcsetattr(0, termios.TCSADRAIN, saved)
            emit(b"\r\n")

    def proxy(self, host):
        user = [0]
        while True:
            data = host.read(1, *user)
            if data:
                self.data(host, data)
            elif not host.alive():
                self.lost(host, "the emulator ended")
            if user and select.select(user, [], [], 0)[0]:
                keys = os.read(0, 1024)
                if self.ESCAPE in keys:
                    raise Stop(0)
                if keys:
                    host.send(keys)
                else:
                    user = []


MODES = {"check": Check, "demo": Demo, "exec": Exec, "bench": Bench, "shell": Shell}


def interrupted(_signal, _frame):
    raise Stop(130)


def main():
    split = sys.argv.index("--")
    name, rundir, *options = sys.argv[1:split]
    mode = MODES[name](dict(option.split("=", 1) for option in options))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    host = Host(sys.argv[split + 1:], rundir)
    try:
        mode.run(host)
        status = 1
    except Stop as stop:
        status = stop.args[0]
    finally:
        host.kill()
    sys.exit(mode.finish(status))


main()
