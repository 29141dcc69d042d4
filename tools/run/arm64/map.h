/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things are: as in QEMU's "virt" machine, for which bare-metal guests
 * are written.
 */
#ifndef MOTE_RUN_MAP_H
#define MOTE_RUN_MAP_H

#include "../run.h"

#define GICD_BASE	0x08000000ULL
#define GICD_BYTES	0x00010000ULL
#define GICR_BASE	0x080a0000ULL
#define GICR_BYTES	0x00020000ULL	/* for each vCPU */
#define PL011_BASE	0x09000000ULL
#define PL031_BASE	0x09010000ULL
#define DEVICE_BYTES	0x00001000ULL
#define RAM_BASE	GIB

/* Shared peripheral interrupts, from 0 as the device tree counts them */
#define SPI_PL011	1
#define SPI_PL031	2
#define SPI_FIRST	32		/* INTID of SPI 0 */

/* Private peripheral interrupts, likewise, of the timers */
#define PPI_TIMER_HYP	10
#define PPI_TIMER_VIRT	11
#define PPI_TIMER_SEC	13
#define PPI_TIMER	14

/** spi_set() - a device drives its line; @vm locked */
void spi_set(struct vm *vm, u32 spi, bool level);

/* devices: each adds itself to a bus, ends the program when it cannot */
void pl011_create(struct vm *vm);
void pl031_create(struct vm *vm);

/* psci.c */
/** psci_create() - have the calls of PSCI and SMCCC come here */
void psci_create(struct vm *vm);

/** psci_call() - Return: what the guest gets in X0 */
u64 psci_call(struct vcpu *v, u32 nr, const u64 args[5]);

/** on_hypercall() - handler of MOTE_EXIT_HYPERCALL */
enum after on_hypercall(struct vcpu *v);

/* workaround.c */
#define WORKAROUND_1		0x80008000
#define WORKAROUND_2		0x80007fff
#define WORKAROUND_3		0x80003fff

/**
 * workaround_answer() - SMCCC_ARCH_FEATURES of WORKAROUND_*
 * @nr: any function number
 * @v2: what the host says of spectre_v2
 * @v4: and of spec_store_bypass
 * @ssbs: the guest may have PSTATE.SSBS
 *
 * Return: 0, 1 or MOTE_ARM64_HYPERCALL_NOT_SUPPORTED.
 */
u64 workaround_answer(u32 nr, const char *v2, const char *v4, bool ssbs);

/** host_vulnerability() - what the host says of one, empty if nothing */
void host_vulnerability(const char *name, char *text, size_t bytes);

/* fdt.c */
#define FDT_BYTES_MAX	(64 * KIB)

/**
 * fdt_build() - the device tree of this machine
 * @vm: the VM; arch_vm::initrd is known
 * @blob: FDT_BYTES_MAX bytes
 *
 * Return: bytes in use.
 */
u32 fdt_build(const struct vm *vm, void *blob);

/* image.c */
struct image;

/**
 * image_unpack() - the kernel inside a gzip file, if it is one
 * @img: replaced by what is inside
 */
void image_unpack(struct image *img);

#endif
