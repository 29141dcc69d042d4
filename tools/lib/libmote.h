/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libmote: the ioctls of /dev/mote 1:1, and access to guest memory.
 *
 * Every call returns 0 (or a descriptor) and a negative errno on failure; the
 * meaning of each errno stands in docs/uapi.md.  Nothing here keeps state or
 * takes locks: all calls may be used from any thread, with the restrictions
 * of the ioctl below (RUN from one thread at a time).
 */
#ifndef LIBMOTE_H
#define LIBMOTE_H

#include <mote.h>
#include <stddef.h>

#include "types.h"

/* --- system descriptor --- */

/**
 * mote_open() - open /dev/mote
 *
 * Return: the system descriptor, or a negative errno.
 */
int mote_open(void);

/**
 * mote_open_hint() - what to do about a failed mote_open()
 * @err: its negative errno
 *
 * Return: a sentence for people, never NULL.
 */
const char *mote_open_hint(int err);

/** mote_info() - MOTE_INFO; fills @info, size and flags included */
int mote_info(int sys, struct mote_info *info);

/**
 * mote_features() - MOTE_FEATURES
 * @sys: system descriptor
 * @entries: array of the architecture's feature entry
 * @entry_size: sizeof one entry
 * @count: in: room in @entries; out: entries there are
 *
 * Return: 0, -E2BIG (with @count set) when the array is too short.
 */
int mote_features(int sys, void *entries, u32 entry_size, u32 *count);

/** mote_create_vm() - MOTE_CREATE_VM; returns the VM descriptor */
int mote_create_vm(int sys);

/* --- VM descriptor --- */

/**
 * mote_mem_map() - MOTE_MEM_MAP
 * @vm: VM descriptor
 * @gpa: guest physical address, page aligned
 * @bytes: length, page aligned
 * @hva: memory behind it, page aligned
 * @flags: MOTE_MEM_*
 */
int mote_mem_map(int vm, u64 gpa, u64 bytes, void *hva, u32 flags);

/** mote_mem_unmap() - MOTE_MEM_UNMAP */
int mote_mem_unmap(int vm, u64 gpa, u64 bytes);

/** mote_create_vcpu() - MOTE_CREATE_VCPU; returns the vCPU descriptor */
int mote_create_vcpu(int vm, u32 id);

/** mote_policy() - MOTE_POLICY; size and flags of @policy are filled in */
int mote_policy(int vm, struct mote_policy *policy);

/** mote_irqchip() - MOTE_IRQCHIP, for the types that need no address */
int mote_irqchip(int vm, u32 type);

/** mote_irqchip_at() - MOTE_IRQCHIP with mote_irqchip::addr */
int mote_irqchip_at(int vm, u32 type, const u64 addr[4]);

/** mote_irq_msi() - MOTE_IRQ: send the message a device would write */
int mote_irq_msi(int vm, u64 address, u32 data);

/** mote_irq_line() - MOTE_IRQ: drive the line @nr, see the architecture's header */
int mote_irq_line(int vm, u32 nr, int level);

/** mote_vm_status() - MOTE_VM_STATUS: whether the VM is dead, and why */
int mote_vm_status(int vm, struct mote_vm_status *status);

/* --- vCPU descriptor --- */

/**
 * mote_map_area() - map an area of the vCPU descriptor
 * @vcpu: vCPU descriptor
 * @info: from mote_info()
 * @area: MOTE_AREA_*
 * @where: out: its address; unmap with munmap(2) and mote_area::bytes
 *
 * Return: 0, -EOPNOTSUPP when this kernel has no such area, or the errno of
 * mmap(2).
 */
int mote_map_area(int vcpu, const struct mote_info *info, unsigned int area,
		  void **where);

/** mote_run() - MOTE_RUN: 0 for every exit, see mote_run::exit */
int mote_run(int vcpu);

/** mote_kick() - MOTE_KICK: the running or the next RUN returns at once */
int mote_kick(int vcpu);

/**
 * mote_get_regs() - MOTE_GET_REGS
 * @vcpu: vCPU descriptor
 * @regs: ids set by the caller, values filled in
 * @count: entries
 * @failed: out, may be NULL: index of the refused entry
 */
int mote_get_regs(int vcpu, struct mote_reg *regs, u32 count, u32 *failed);

/** mote_set_regs() - MOTE_SET_REGS, parameters as mote_get_regs() */
int mote_set_regs(int vcpu, const struct mote_reg *regs, u32 count,
		  u32 *failed);

/** mote_reg_list() - MOTE_REG_LIST; @count in: room, out: entries */
int mote_reg_list(int vcpu, u64 *ids, u32 *count);

/** mote_set_features() - MOTE_SET_FEATURES */
int mote_set_features(int vcpu, const void *entries, u32 entry_size,
		      u32 count);

/** mote_inject() - MOTE_INJECT; size of @inject is filled in */
int mote_inject(int vcpu, struct mote_inject *inject);

/**
 * mote_translate() - MOTE_TRANSLATE
 * @vcpu: vCPU descriptor
 * @gva: linear address
 * @access: MOTE_ACCESS_*
 * @flags: MOTE_TRANSLATE_MARK when the caller goes on to do the access
 * @out: the answer; look at mote_translate::status
 */
int mote_translate(int vcpu, u64 gva, u32 access, u32 flags,
		   struct mote_translate *out);

/** mote_dump() - MOTE_DUMP: text for people; *@bytes in: room, out: length */
int mote_dump(int vcpu, char *text, u64 *bytes, u32 flags);

/* --- guest memory --- */

#define MOTE_GMEM_RANGES	16

/**
 * struct mote_gmem - the caller's own list of what it mapped into a VM
 * @vm: VM descriptor, or -1 for a list without a VM (tests)
 * @count: ranges in use
 * @range: where each range is, in guest and in caller
 *
 * Built before the first RUN and only read afterwards, so it needs no lock.
 */
struct mote_gmem {
	int vm;
	u32 count;
	struct mote_gmem_range {
		u64 gpa;
		u64 bytes;
		u8 *hva;
		u32 flags;
	} range[MOTE_GMEM_RANGES];
};

/**
 * mote_gmem_add() - map a range into the VM and remember it
 *
 * Return: 0, -ENOSPC when the list is full, or the errno of MEM_MAP.
 */
int mote_gmem_add(struct mote_gmem *mem, u64 gpa, u64 bytes, void *hva,
		  u32 flags);

/**
 * mote_gmem_ptr() - the caller's address of guest memory
 * @mem: the list
 * @gpa: guest physical address
 * @bytes: how much must lie behind it in one range
 * @access: MOTE_ACCESS_WRITE excludes read-only ranges
 *
 * Return: the address, or NULL when [@gpa, @gpa + @bytes) is not all memory.
 */
void *mote_gmem_ptr(const struct mote_gmem *mem, u64 gpa, u64 bytes,
		    u32 access);

/**
 * mote_gmem_read() - copy from guest memory, over range borders
 *
 * Return: 0 or -EFAULT; then @data holds an unspecified part.
 */
int mote_gmem_read(const struct mote_gmem *mem, u64 gpa, void *data,
		   u64 bytes);

/** mote_gmem_write() - copy to guest memory, as mote_gmem_read() */
int mote_gmem_write(const struct mote_gmem *mem, u64 gpa, const void *data,
		    u64 bytes);

/**
 * mote_gva_read() - copy from guest memory by linear address
 * @vcpu: whose page tables and privilege count
 * @mem: the memory
 * @gva: linear address
 * @data: where to
 * @bytes: how much; page borders are no obstacle
 * @access: MOTE_ACCESS_READ or _EXEC
 *
 * Return: 0, -EFAULT when a page is not there, or the errno of TRANSLATE.
 */
int mote_gva_read(int vcpu, const struct mote_gmem *mem, u64 gva, void *data,
		  u64 bytes, u32 access);

/** mote_gva_write() - copy to guest memory, as mote_gva_read() */
int mote_gva_write(int vcpu, const struct mote_gmem *mem, u64 gva,
		   const void *data, u64 bytes);

/* --- what the architectures' emulators reach a real vCPU by --- */

/**
 * struct mote_env - a vCPU, its memory and its devices
 * @vcpu: vCPU descriptor
 * @mem: guest memory
 * @opaque: handed to the callbacks
 * @mmio: device access of 1..8 bytes, not beyond the page; bytes of a read
 *	that no device answers are to be 0xff
 */
struct mote_env {
	int vcpu;
	const struct mote_gmem *mem;
	void *opaque;
	void (*mmio)(void *opaque, u64 gpa, void *data, u32 bytes, int write);
};

/**
 * mote_env_translate() - TRANSLATE for an access that is going to be done
 * @env: the vCPU
 * @gva: linear address
 * @access: MOTE_ACCESS_*
 * @flags: 0 or MOTE_TRANSLATE_SYSTEM
 * @out: the answer
 *
 * Return: 0; 1 when the guest gets a fault, with @out saying which; -EFAULT
 * when the tables lie where no memory is; or the errno of TRANSLATE.
 */
int mote_env_translate(const struct mote_env *env, u64 gva, u32 access,
		       u32 flags, struct mote_translate *out);

/**
 * mote_env_read() - 1..8 bytes of memory, or of a device where none is
 * @env: a struct mote_env: this is an op of the emulators
 *
 * Return: 0.
 */
int mote_env_read(void *env, u64 gpa, void *data, u32 bytes);

/** mote_env_write() - as mote_env_read() */
int mote_env_write(void *env, u64 gpa, const void *data, u32 bytes);

#endif
