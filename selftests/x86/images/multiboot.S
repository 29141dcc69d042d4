/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel of 60 lines for the runner's multiboot loader (Multiboot
 * Specification 0.6.96): checks what it is given, prints, and ends with
 * --debug-exit status 1 (value 0) when all is well.
 */
#define MAGIC		0x1badb002
#define FLAGS		0x3		/* modules on pages, memory map */
#define LOADER_MAGIC	0x2badb002

#define INFO_FLAGS	0
#define INFO_CMDLINE	16
#define INFO_MODS_COUNT	20
#define INFO_MODS_ADDR	24

#define HAS_MEMORY	(1 << 0)
#define HAS_CMDLINE	(1 << 2)
#define HAS_MODS	(1 << 3)
#define HAS_MMAP	(1 << 6)

#define COM1		0x3f8
#define DEBUG_EXIT	0xf4

	.code32
	.section .text
	.balign 4
	.long	MAGIC, FLAGS, -(MAGIC + FLAGS)

	.globl	_start
_start:
	cmp	$LOADER_MAGIC, %eax
	jne	fail
	mov	INFO_FLAGS(%ebx), %eax
	and	$(HAS_MEMORY | HAS_CMDLINE | HAS_MODS | HAS_MMAP), %eax
	cmp	$(HAS_MEMORY | HAS_CMDLINE | HAS_MODS | HAS_MMAP), %eax
	jne	fail
	cmpl	$1, INFO_MODS_COUNT(%ebx)
	jne	fail
	/* The module is flat.bin: its first byte */
	mov	INFO_MODS_ADDR(%ebx), %esi
	mov	(%esi), %esi
	cmpb	$0xb0, (%esi)
	jne	fail

	mov	$message, %esi
	mov	$COM1, %dx
print:	lodsb
	test	%al, %al
	jz	ok
	out	%al, (%dx)
	jmp	print

ok:	xor	%eax, %eax
	out	%al, $DEBUG_EXIT
fail:	mov	$1, %al
	out	%al, $DEBUG_EXIT
stop:	hlt
	jmp	stop

message:
	.asciz	"hello from multiboot\n"
