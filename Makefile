# SPDX-License-Identifier: GPL-2.0-only
#
# The human entry.  What each target does is in scripts/ and docs/lab.md.
#
#	make			mote.ko for the running kernel (KDIR=), and tools;
#				ARCH= and CROSS_COMPILE= as for the kernel
#	make demo		a Linux guest in mote in an emulated host
#	make check		all tests; TEST=pattern, KERNEL=6.1|6.12|debug|all,
#				HOST=one or several; without it, in all hosts
#	make bench		mote and KVM side by side
#	make lab-shell		a shell in an emulated host
#	make lint		what a reviewer should not have to say
#	make install		module and runner, under DESTDIR
#
# HOST is the emulated host: x86-vmx, x86-svm, x86-svm-bochs, arm64-vhe, arm64-nvhe.

KERNEL	?= 6.1
TEST	?= *
KDIR	?= /lib/modules/$(shell uname -r)/build
DESTDIR	?=
PREFIX	?= /usr/local
BUILD	?= $(CURDIR)/build

export ARCH CROSS_COMPILE
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
	@$(LAB) check '$(or $(HOST),all)' '$(KERNEL)' '$(TEST)'

demo:
	@$(LAB) demo '$(or $(HOST),x86-vmx)' '$(KERNEL)'

bench:
	@$(LAB) bench '$(or $(HOST),x86-vmx)' '$(KERNEL)'

lab-shell:
	@$(LAB) shell '$(or $(HOST),x86-vmx)' '$(KERNEL)'

lint:
	@BUILD='$(BUILD)' scripts/lint/lint

install: all
	@$(LAB) install '$(KDIR)' '$(DESTDIR)' '$(PREFIX)'

clean:
	rm -rf '$(BUILD)'

.PHONY: all modules tools selftests unit check demo bench lab-shell lint install clean
