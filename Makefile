# SPDX-License-Identifier: GPL-2.0-only
#
# The human entry.  What each target does is in scripts/ and docs/lab.md.
#
#	make			mote.ko for the running kernel (KDIR=), and tools
#	make demo		a Linux guest in mote in an emulated host
#	make check		all tests; TEST=pattern, KERNEL=6.1|6.12|debug|all
#	make bench		mote and KVM side by side
#	make lab-shell		a shell in an emulated host
#	make lint		what a reviewer should not have to say
#	make install		module and runner, under DESTDIR
#
# HOST is the emulated host: x86-vmx, x86-svm.

HOST	?= x86-vmx
KERNEL	?= 6.1
TEST	?= *
KDIR	?= /lib/modules/$(shell uname -r)/build
DESTDIR	?=
PREFIX	?= /usr/local
BUILD	?= $(CURDIR)/build

LAB	:= BUILD='$(BUILD)' scripts/lab/lab

all: modules tools

modules:
	@$(LAB) module-for '$(KDIR)'

tools:
	@$(LAB) tools

selftests:
	@$(LAB) selftests

unit:
	@$(LAB) unit '$(TEST)'

check:
	@$(LAB) check '$(HOST)' '$(KERNEL)' '$(TEST)'

demo:
	@$(LAB) demo '$(HOST)' '$(KERNEL)'

bench:
	@$(LAB) bench '$(HOST)' '$(KERNEL)'

lab-shell:
	@$(LAB) shell '$(HOST)' '$(KERNEL)'

lint:
	@BUILD='$(BUILD)' scripts/lint/lint

install: all
	$(MAKE) -C '$(KDIR)' M='$(BUILD)/host/mod' INSTALL_MOD_PATH='$(DESTDIR)' modules_install
	install -D -t '$(DESTDIR)$(PREFIX)/bin' '$(BUILD)'/tools/mote-run '$(BUILD)'/tools/mote-info
	install -D -m 644 -t '$(DESTDIR)$(PREFIX)/include/mote' uapi/mote.h uapi/x86/mote_arch.h

clean:
	rm -rf '$(BUILD)'

.PHONY: all modules tools selftests unit check demo bench lab-shell lint install clean
