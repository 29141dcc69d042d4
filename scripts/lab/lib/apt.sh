# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A private apt: its own sources and lists in the cache, so that Debian 12's
# kernels and Debian 13's Bochs can be had on either release without root.
# The mirror, proxies and keys are those of the machine's own apt.

APT_DIR=$CACHE/apt
APT_KERNELS=bookworm	# the release that carries both 6.1 and 6.12
APT_ARCHS=$(printf '%s\n' "$MACHINE_DEB" arm64 | sort -u | paste -sd ,)
APT_BOCHS=trixie	# the release that carries Bochs 3.0

apt_run() {
	local tool=$1
	shift
	"$tool" -q -o Dir::Etc::SourceList="$APT_DIR/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$APT_DIR/lists" \
		-o Dir::Cache="$APT_DIR" -o Acquire::Languages=none \
		-o APT::Sandbox::User="$(id -un)" \
		-o APT::Architectures="$APT_ARCHS" "$@"
}

# apt_mirror PATTERN: the address of the first Debian archive whose release
# matches, by its name in sources.list ("stable", too) or by its code name.  Origin
# and code name are unknown until lists are fetched: accept them empty.
apt_mirror() {
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(RELEASE)|$(CODENAME)|$(REPO_URI)|$(ORIGIN)' \
		'Created-By: Packages' |
		awk -F '|' -v p="$1" '($1 ~ p || $2 ~ p) && ($4 == "" || $4 == "Debian") {
			if (!found++)
				print $3
		}'
}

apt_sources() {
	local main security by codename
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	main=$(apt_mirror "^$codename\$")
	security=$(apt_mirror -security)
	by="signed-by=/usr/share/keyrings/debian-archive-keyring.gpg"
	[ -n "$main" ] || die "apt on this machine knows no Debian mirror for $codename"
	echo "deb [arch=$APT_ARCHS $by] $main $APT_KERNELS main"
	echo "deb [arch=$APT_ARCHS $by] ${security:-${main%/}-security} $APT_KERNELS-security main"
	echo "deb [arch=$APT_ARCHS $by] $main $APT_KERNELS-backports main"
	echo "deb-src [$by] $main $APT_BOCHS main"
}

# apt_update: fetch the lists, once a day or when the sources change; old lists serve when that fails
apt_update() {
	with_lock apt apt_update_locked
}

apt_update_locked() {
	local sources
	sources=$(apt_sources)
	[ -z "$(find "$APT_DIR/stamp" -mtime -1 2>/dev/null)" ] ||
		[ "$sources" != "$(cat "$APT_DIR/sources.list")" ] || return 0
	mkdir -p "$APT_DIR/lists/partial" "$APT_DIR/archives/partial"
	echo "$sources" >"$APT_DIR/sources.list"
	say "fetching package lists"
	if apt_run apt-get -o APT::Update::Error-Mode=any update >"$APT_DIR/log" 2>&1; then
		touch "$APT_DIR/stamp"
	elif [ -e "$APT_DIR/stamp" ]; then
		say "package lists could not be fetched; using those of $(date -r "$APT_DIR/stamp" +%F)"
	else
		tail -n 20 "$APT_DIR/log" >&2
		die "package lists could not be fetched"
	fi
}

# apt_newest REGEX: the package of the highest version among those whose whole
# name matches
apt_newest() {
	apt_run apt-cache pkgnames | grep -Ex "$1" | sort -V | tail -n 1
}

apt_version() {
	apt_run apt-cache show --no-all-versions "$1" | sed -n 's/^Version: //p'
}

# apt_unpack DIR PACKAGE...: packages, without those they depend on
apt_unpack() {
	local dir=$1 tmp deb
	shift
	tmp=$(mktemp -d "$CACHE/unpack.XXXXXX")
	(cd "$tmp" && run_logged "$CACHE/log/download.log" apt_run apt-get download "$@") || exit 1
	for deb in "$tmp"/*.deb; do
		dpkg -x "$deb" "$dir"
	done
	rm -rf "$tmp"
}
