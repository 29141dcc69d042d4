/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The loader of the emulated PC: a 512-byte ROM in the video slot, which the
 * BIOS calls before it looks for a drive.  Kernel, initrd, command line and
 * zero page are in RAM already (ram.py); what is left is to ask the BIOS for
 * its memory map, to enter long mode and to jump to vmlinux, as the 64-bit boot
 * protocol has it (Documentation/x86/boot.rst).
 *
 * Defined by ram.py: ZP address of the zero page, END end of the image,
 * ENTRY where vmlinux starts, BASE where the image begins.
 */
	.set	E820, 0x10000		/* a count, then entries from +0x10 */
	.set	TABLES, 0x20000
	.set	ROM, 0xc0000
	.set	MARK, 0x5a		/* in CMOS byte 0x7e: we have been here */

	.code16
	.globl	_start
_start:	.byte	0x55, 0xaa, 1
	cli
	cld
	/*
	 * A second call means that the kernel has rebooted.  The image in RAM
	 * is used up: end the emulator through its port instead.
	 */
	mov	$0x7e, %al
	out	%al, $0x70
	in	$0x71, %al
	cmp	$MARK, %al
	jne	first
	mov	$0x8900, %dx
	mov	$(bye - _start), %si
	mov	$8, %cx
	rep outsb %cs:(%si), %dx
1:	hlt
	jmp	1b
bye:	.ascii	"Shutdown"

first:	mov	$0x7e, %al
	out	%al, $0x70
	mov	$MARK, %al
	out	%al, $0x71

	/* the memory map: INT 15h, AX=E820h until EBX is 0 */
	mov	$(E820 >> 4), %ax
	mov	%ax, %es
	xor	%ebx, %ebx
	xor	%bp, %bp
	mov	$0x10, %di
2:	mov	$0xe820, %eax
	mov	$20, %ecx
	mov	$0x534d4150, %edx
	int	$0x15
	jc	3f
	add	$20, %di
	inc	%bp
	test	%ebx, %ebx
	jnz	2b
3:	mov	%bp, %es:0

	cli
	in	$0x92, %al		/* A20 on */
	or	$2, %al
	out	%al, $0x92
	mov	%cs, %ax
	mov	%ax, %ds
	lgdtl	gdtr
	mov	%cr0, %eax
	or	$1, %eax
	mov	%eax, %cr0
	ljmpl	*far32

	.code32
prot:	mov	$0x18, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	/*
	 * Bochs hands out its blocks of 8 MiB in the order of their first use
	 * and fills the image in that order: touch them in order.
	 */
	mov	$BASE, %esi
4:	movb	(%esi), %al
	add	$0x800000, %esi
	cmp	$END, %esi
	jb	4b

	/* e820_entries and e820_table of the zero page */
	mov	$ZP, %ebx
	mov	E820, %eax
	mov	%al, 0x1e8(%ebx)
	imul	$20, %eax, %ecx
	lea	0x2d0(%ebx), %edi
	mov	$(E820 + 0x10), %esi
	rep movsb

	/* identity map of the low 1 GiB in pages of 2 MiB */
	mov	$TABLES, %edi
	xor	%eax, %eax
	mov	$0x1000, %ecx
	rep stosl
	movl	$(TABLES + 0x1003), TABLES
	movl	$(TABLES + 0x2003), TABLES + 0x1000
	mov	$(TABLES + 0x2000), %edi
	mov	$0x83, %eax
	mov	$512, %ecx
5:	mov	%eax, (%edi)
	add	$8, %edi
	add	$0x200000, %eax
	loop	5b

	mov	$TABLES, %eax
	mov	%eax, %cr3
	mov	%cr4, %eax
	or	$0x20, %eax		/* PAE */
	mov	%eax, %cr4
	mov	$0xc0000080, %ecx	/* EFER.LME */
	rdmsr
	or	$0x100, %eax
	wrmsr
	mov	%cr0, %eax
	or	$0x80000001, %eax	/* PG, PE */
	mov	%eax, %cr0
	ljmpl	$0x10, $(ROM + long - _start)

	.code64
long:	mov	$0x18, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	$0x30000, %esp
	mov	$ZP, %esi
	mov	$ENTRY, %eax
	jmp	*%rax

	.balign	8
gdt:	.quad	0
	.quad	0x00cf9a000000ffff	/* 0x08: 32-bit code */
	.quad	0x00af9a000000ffff	/* 0x10: 64-bit code */
	.quad	0x00cf92000000ffff	/* 0x18: data */
gdtr:	.word	. - gdt - 1
	.long	ROM + gdt - _start
far32:	.long	ROM + prot - _start
	.word	0x08
	.org	511
	.byte	0			/* checksum, by ram.py */
