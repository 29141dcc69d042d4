#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# mote-run with whole guests: stock Linux, plain and packed, bare metal, and
# what it says when something is wrong.

CONSOLE=ttyAMA0
. /selftests/lib/guests.sh
echo 1..7

linux /guest/Image 'poweroff -f' 0
result $? linux_to_a_prompt
stats_at_the_end
gzip -1 -c /guest/Image >/tmp/Image.gz
linux /tmp/Image.gz 'reboot -f' 16
result $? linux_in_gzip_and_reboot
rm /tmp/Image.gz

echo "a line for the guest" | "$RUN" --flat /selftests/arm64/bare --mem 2M --stats >$OUT 2>&1 &&
	grep -q '^hello from bare metal' $OUT && grep -q '^a line for the guest' $OUT &&
	grep -q '^bye' $OUT && grep -q ' 5 instructions emulated' $OUT
result $? bare_metal

run 1 --kernel /selftests/arm64/bare && grep -q 'not an arm64 Linux Image' $OUT
result $? no_image
run 1 --kernel /guest/Image --mem 16M && grep -q 'more --mem' $OUT
result $? too_little_memory

guests_end
