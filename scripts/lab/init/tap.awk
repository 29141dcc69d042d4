# SPDX-License-Identifier: GPL-2.0-only
# A test's TAP, indented below its result.  Progress lines of the kselftest
# harness are dropped: the serial port is the dearest device of an emulated
# host.  /tmp/sum gets "planned seen failed".

function out(line) { print "  " line; fflush() }

/^TAP version|^KTAP version/ { out("KTAP version 1"); next }
/^1\.\.[0-9]+/ { planned = substr($1, 4) + 0 }
/^ok / { seen++ }
/^not ok / { seen++; failed++ }
/^# +(RUN|OK) / { next }
/^# (Starting|PASSED|FAILED|Totals)/ { next }
/^(#|ok |not ok |1\.\.)/ { out($0); next }
/^  / { out($0); next }
{ out("# " $0) }
END { print planned + 0, seen + 0, failed + 0 > "/tmp/sum" }
