/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/vmx: one thin wrapper for each VMX instruction.
 *
 * A failure of one of them, VMfail or a fault, is a bug here or the host that
 * leaves VMX operation under our feet (reboot).  It goes to one cold reporter
 * and never further: reads give 0.  SDM vol. 3, "VMX Instruction Reference".
 */
#ifndef MOTE_VMX_OPS_H
#define MOTE_VMX_OPS_H

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/types.h>
#include <asm/asm.h>
#include <asm/vmx.h>

void vmx_insn_failed(const char *insn, unsigned long operand);

/* Width of a field is in its encoding: bits 14:13 */
#define VMCS_WIDTH(field)	(((field) >> 13) & 3)
#define VMCS_WIDTH_16		0
#define VMCS_WIDTH_64		1
#define VMCS_WIDTH_32		2
#define VMCS_WIDTH_NATURAL	3

static __always_inline u64 vmread_any(unsigned long field)
{
	unsigned long value;

	/* Volatile: without, some GCCs think that the same field has the same value */
	asm_goto_output("1:	vmread %[field], %[value]\n"
			"	jna %l[fail]\n"
			_ASM_EXTABLE(1b, %l[fail])
			: [value] "=r" (value) : [field] "r" (field) : "cc" : fail);
	return value;
fail:
	vmx_insn_failed("vmread", field);
	return 0;
}

static __always_inline void vmwrite_any(unsigned long field, unsigned long value)
{
	asm goto("1:	vmwrite %[value], %[field]\n"
		 "	jna %l[fail]\n"
		 _ASM_EXTABLE(1b, %l[fail])
		 : : [field] "r" (field), [value] "rm" (value) : "cc" : fail);
	return;
fail:
	vmx_insn_failed("vmwrite", field);
}

#define VMCS_CHECK(field, width)					\
	BUILD_BUG_ON_MSG(__builtin_constant_p(field) && VMCS_WIDTH(field) != (width), \
			 "VMCS field of another width")

static __always_inline u16 vmread16(unsigned long field)
{
	VMCS_CHECK(field, VMCS_WIDTH_16);
	return vmread_any(field);
}

static __always_inline u32 vmread32(unsigned long field)
{
	VMCS_CHECK(field, VMCS_WIDTH_32);
	return vmread_any(field);
}

static __always_inline u64 vmread64(unsigned long field)
{
	VMCS_CHECK(field, VMCS_WIDTH_64);
	return vmread_any(field);
}

static __always_inline unsigned long vmreadl(unsigned long field)
{
	VMCS_CHECK(field, VMCS_WIDTH_NATURAL);
	return vmread_any(field);
}

static __always_inline void vmwrite16(unsigned long field, u16 value)
{
	VMCS_CHECK(field, VMCS_WIDTH_16);
	vmwrite_any(field, value);
}

static __always_inline void vmwrite32(unsigned long field, u32 value)
{
	VMCS_CHECK(field, VMCS_WIDTH_32);
	vmwrite_any(field, value);
}

static __always_inline void vmwrite64(unsigned long field, u64 value)
{
	VMCS_CHECK(field, VMCS_WIDTH_64);
	vmwrite_any(field, value);
}

static __always_inline void vmwritel(unsigned long field, unsigned long value)
{
	VMCS_CHECK(field, VMCS_WIDTH_NATURAL);
	vmwrite_any(field, value);
}

/* Instructions with a physical address in memory: 0 or -EIO */
#define VMX_PA_INSN(name)						\
static __always_inline int vmx_##name(u64 pa)				\
{									\
	asm goto("1:	" #name " %[pa]\n"				\
		 "	jna %l[fail]\n"					\
		 _ASM_EXTABLE(1b, %l[fail])				\
		 : : [pa] "m" (pa) : "cc", "memory" : fail);		\
	return 0;							\
fail:									\
	return -EIO;							\
}

VMX_PA_INSN(vmxon)
VMX_PA_INSN(vmclear)
VMX_PA_INSN(vmptrld)

static __always_inline void vmx_vmxoff(void)
{
	asm goto("1:	vmxoff\n"
		 _ASM_EXTABLE(1b, %l[out])
		 : : : "cc", "memory" : out);
out:
	return;
}

/* INVEPT and INVVPID types */
#define INVEPT_SINGLE		1ul
#define INVEPT_ALL		2ul
#define INVVPID_SINGLE		1ul

struct vmx_inv_desc {
	u64 low;
	u64 high;
};

static __always_inline void vmx_invept(unsigned long type, u64 eptp)
{
	struct vmx_inv_desc desc = { .low = eptp };

	asm goto("1:	invept %[desc], %[type]\n"
		 "	jna %l[fail]\n"
		 _ASM_EXTABLE(1b, %l[fail])
		 : : [desc] "m" (desc), [type] "r" (type) : "cc", "memory" : fail);
	return;
fail:
	vmx_insn_failed("invept", type);
}

static __always_inline void vmx_invvpid(unsigned long type, u16 vpid)
{
	struct vmx_inv_desc desc = { .low = vpid };

	asm goto("1:	invvpid %[desc], %[type]\n"
		 "	jna %l[fail]\n"
		 _ASM_EXTABLE(1b, %l[fail])
		 : : [desc] "m" (desc), [type] "r" (type) : "cc", "memory" : fail);
	return;
fail:
	vmx_insn_failed("invvpid", type);
}

#endif /* MOTE_VMX_OPS_H */
