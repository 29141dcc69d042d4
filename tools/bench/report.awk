# SPDX-License-Identifier: GPL-2.0-only
# awk -v host=H -v kernel=K -v json=FILE -f report.awk KVM MOTE: the rows of two
# runs of mote-bench side by side, as a table and as JSON.

function ratio(kvm, mote) { return kvm > 0 ? sprintf("%.3f", mote / kvm) : "null" }

$1 != "row" { next }
FNR == NR { kvm[$2] = $4; unit[$2] = $3; name[++rows] = $2; next }
{ mote[$2] = $4 }

END {
	printf "%-22s %-13s %12s %12s %8s\n", "row", "unit", "KVM", "mote", "mote/KVM"
	printf "{\"host\": \"%s\", \"kernel\": \"%s\", \"rows\": [", host, kernel >json
	for (i = 1; i <= rows; i++) {
		n = name[i]
		if (!(n in mote)) {
			print "report: mote has no row " n
			bad = 1
			continue
		}
		r = ratio(kvm[n], mote[n])
		printf "%-22s %-13s %12.1f %12.1f %8s\n", n, unit[n], kvm[n], mote[n], r
		printf "%s\n{\"name\": \"%s\", \"unit\": \"%s\", \"kvm\": %s, \"mote\": %s, \"ratio\": %s}",
			(i > 1 ? "," : ""), n, unit[n], kvm[n], mote[n], r >json
	}
	print "\n]}" >json
	exit !rows || bad
}
