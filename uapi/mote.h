/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * mote user API: the part that is the same on every architecture.
 *
 * Three kinds of file descriptor: the system (open("/dev/mote")), a VM
 * (MOTE_CREATE_VM) and a vCPU (MOTE_CREATE_VCPU).  All are close-on-exec and
 * own what they name: a VM lives until its last descriptor, its last vCPU
 * descriptor and the last mapping of a run page are gone.
 *
 * Every structure starts with size and flags.  The caller sets size to the
 * sizeof it was compiled with.  The kernel takes a shorter structure as if it
 * were padded with zeros, and a longer one if what it does not know is zero
 * (else E2BIG).  Unknown flags are EINVAL.  Pointers travel as __u64.
 *
 * docs/uapi.md lists each call with parameters, returns and errors.
 */
#ifndef _UAPI_MOTE_H
#define _UAPI_MOTE_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define MOTE_ABI_VERSION	1
#define MOTE_IOC		0xBE

/* On the system descriptor */
#define MOTE_INFO		_IO(MOTE_IOC, 0x00)	/* struct mote_info */
#define MOTE_FEATURES		_IO(MOTE_IOC, 0x01)	/* struct mote_features */
#define MOTE_CREATE_VM		_IO(MOTE_IOC, 0x02)	/* struct mote_create_vm */

/* On a VM descriptor */
#define MOTE_MEM_MAP		_IO(MOTE_IOC, 0x20)	/* struct mote_mem */
#define MOTE_MEM_UNMAP		_IO(MOTE_IOC, 0x21)	/* struct mote_mem */
#define MOTE_CREATE_VCPU	_IO(MOTE_IOC, 0x22)	/* struct mote_create_vcpu */
#define MOTE_POLICY		_IO(MOTE_IOC, 0x23)	/* struct mote_policy */
#define MOTE_IRQCHIP		_IO(MOTE_IOC, 0x24)	/* struct mote_irqchip */
#define MOTE_IRQ		_IO(MOTE_IOC, 0x25)	/* struct mote_irq */
#define MOTE_VM_STATUS		_IO(MOTE_IOC, 0x26)	/* struct mote_vm_status */

/* On a vCPU descriptor */
#define MOTE_RUN		_IO(MOTE_IOC, 0x40)	/* no argument (0) */
#define MOTE_KICK		_IO(MOTE_IOC, 0x41)	/* no argument (0) */
#define MOTE_GET_REGS		_IO(MOTE_IOC, 0x42)	/* struct mote_regs */
#define MOTE_SET_REGS		_IO(MOTE_IOC, 0x43)	/* struct mote_regs */
#define MOTE_REG_LIST		_IO(MOTE_IOC, 0x44)	/* struct mote_reg_list */
#define MOTE_SET_FEATURES	_IO(MOTE_IOC, 0x45)	/* struct mote_features */
#define MOTE_INJECT		_IO(MOTE_IOC, 0x46)	/* struct mote_inject */
#define MOTE_TRANSLATE		_IO(MOTE_IOC, 0x47)	/* struct mote_translate */
#define MOTE_DUMP		_IO(MOTE_IOC, 0x48)	/* struct mote_dump */

/* What enters the guest.  mote_info::backend */
enum mote_backend {
	MOTE_BACKEND_NONE = 0,
	MOTE_BACKEND_VMX = 1,
	MOTE_BACKEND_SVM = 2,
	MOTE_BACKEND_VHE = 3,
	MOTE_BACKEND_NVHE = 4,
};

/* mote_info::features, one bit each */
#define MOTE_FEAT_IRQCHIP	(1ULL << 0)	/* MOTE_IRQCHIP works */
#define MOTE_FEAT_HW_IRQ	(1ULL << 1)	/* interrupts delivered by hardware (APICv, AVIC, list registers) */
#define MOTE_FEAT_POSTED_IRQ	(1ULL << 2)	/* posted to a running vCPU without an exit */
#define MOTE_FEAT_HUGE_2M	(1ULL << 3)	/* 2 MiB second-stage mappings */
#define MOTE_FEAT_HUGE_1G	(1ULL << 4)	/* 1 GiB second-stage mappings */
#define MOTE_FEAT_AD_BITS	(1ULL << 5)	/* hardware accessed/dirty bits */
#define MOTE_FEAT_TLB_TAGS	(1ULL << 6)	/* VPID, ASID or VMID in use */
#define MOTE_FEAT_READONLY	(1ULL << 7)	/* MOTE_MEM_READONLY works */

/* Areas of a vCPU descriptor that can be mapped with mmap(2), by index */
#define MOTE_AREA_RUN		0	/* struct mote_run, read and write */
#define MOTE_AREA_STATS		1	/* struct mote_stats, read only */
#define MOTE_AREA_COUNT		8	/* room for rings to come */

/**
 * struct mote_area - where an area of the vCPU descriptor is
 * @offset: for mmap(2), in bytes
 * @bytes: its size; 0 when this kernel does not have the area
 */
struct mote_area {
	__u64 offset;
	__u64 bytes;
};

/**
 * struct mote_info - MOTE_INFO: what this host offers
 * @size: set by the caller
 * @flags: must be 0
 * @abi: MOTE_ABI_VERSION
 * @backend: enum mote_backend
 * @usable: 1 when CREATE_VM can be expected to succeed, else 0
 * @max_vcpus: most vCPUs of one VM
 * @gpa_bits: width of a guest physical address
 * @page_bytes: granule of memory ranges
 * @features: MOTE_FEAT_*
 * @time_hz: rate of mote_exit::time and of mote_stats::guest_time
 * @areas: what mmap(2) of a vCPU descriptor offers, by MOTE_AREA_*
 * @reason: when not usable: what is wrong and the cure, NUL-terminated
 */
struct mote_info {
	__u32 size;
	__u32 flags;
	__u32 abi;
	__u32 backend;
	__u32 usable;
	__u32 max_vcpus;
	__u32 gpa_bits;
	__u32 page_bytes;
	__u64 features;
	__u64 time_hz;
	struct mote_area areas[MOTE_AREA_COUNT];
	char reason[160];
};

/**
 * struct mote_features - FEATURES, SET_FEATURES: what the guest's CPU claims
 * @size: set by the caller
 * @flags: must be 0
 * @entries: user pointer to an array of the architecture's entry
 *	(struct mote_x86_cpuid on x86, struct mote_arm64_idreg on arm64)
 * @count: in: entries in the array; out (FEATURES): entries there are
 * @entry_size: sizeof one entry, as the caller was compiled
 *
 * FEATURES fails with E2BIG, and @count set, when the array is too short.
 */
struct mote_features {
	__u32 size;
	__u32 flags;
	__u64 entries;
	__u32 count;
	__u32 entry_size;
};

/**
 * struct mote_create_vm - CREATE_VM; returns a VM descriptor
 * @size: set by the caller
 * @flags: must be 0
 */
struct mote_create_vm {
	__u32 size;
	__u32 flags;
};

#define MOTE_MEM_READONLY	(1u << 0)	/* guest writes become MMIO exits */

/**
 * struct mote_mem - MEM_MAP, MEM_UNMAP
 * @size: set by the caller
 * @flags: MOTE_MEM_* (MEM_MAP), 0 (MEM_UNMAP)
 * @gpa: first guest physical address, page aligned
 * @bytes: length, page aligned, not 0
 * @hva: first address of the memory in the caller (MEM_MAP), page aligned
 *
 * Nothing is touched or pinned: pages are taken from the caller's address
 * space when the guest uses them, and follow whatever it does to them.
 */
struct mote_mem {
	__u32 size;
	__u32 flags;
	__u64 gpa;
	__u64 bytes;
	__u64 hva;
};

/**
 * struct mote_create_vcpu - CREATE_VCPU; returns a vCPU descriptor
 * @size: set by the caller
 * @flags: must be 0
 * @id: number of the vCPU (x86: its APIC id; arm64: MPIDR_EL1 has it in Aff0,
 *	16 to an Aff1), below mote_info::max_vcpus
 * @pad: must be 0
 */
struct mote_create_vcpu {
	__u32 size;
	__u32 flags;
	__u32 id;
	__u32 pad;
};

/* mote_policy::space: which numbers @first and @last are */
enum mote_space {
	MOTE_SPACE_PIO = 0,		/* x86 I/O ports, 0..0xffff */
	MOTE_SPACE_SYSREG = 1,		/* x86 MSR index; arm64 system register */
	MOTE_SPACE_FEATURE = 2,		/* x86 CPUID: leaf << 32 | subleaf */
	MOTE_SPACE_HYPERCALL = 3,	/* number as the guest gives it */
	MOTE_SPACE_COUNT
};

/* mote_policy::action: what an access in the range does */
enum mote_action {
	MOTE_ACTION_DEFAULT = 0,	/* as if no policy had been set */
	MOTE_ACTION_EXIT = 1,		/* an exit to the runner */
	MOTE_ACTION_FAULT = 2,		/* the architecture's fault for "not there" */
	MOTE_ACTION_CONSTANT = 3,	/* reads give @value, writes are dropped */
	MOTE_ACTION_PASS = 4,		/* to hardware, only where that is safe */
};

#define MOTE_ACCESS_READ	(1u << 0)
#define MOTE_ACCESS_WRITE	(1u << 1)
#define MOTE_ACCESS_EXEC	(1u << 2)

/**
 * struct mote_policy - POLICY: who answers a range of guest accesses
 * @size: set by the caller
 * @flags: must be 0
 * @space: enum mote_space
 * @action: enum mote_action
 * @first: first number of the range
 * @last: last number of the range, inclusive
 * @access: MOTE_ACCESS_READ and/or _WRITE; both for spaces with one direction
 * @pad: must be 0
 * @value: the constant: value[0]; for x86 CPUID eax | ebx << 32 and
 *	ecx | edx << 32
 *
 * A later call overrides an earlier one where they overlap.  It takes effect
 * on a running vCPU before the call returns.
 */
struct mote_policy {
	__u32 size;
	__u32 flags;
	__u32 space;
	__u32 action;
	__u64 first;
	__u64 last;
	__u32 access;
	__u32 pad;
	__u64 value[2];
};

/**
 * struct mote_irqchip - IRQCHIP: local interrupt controllers in the kernel
 * @size: set by the caller
 * @flags: must be 0
 * @type: enum of the architecture (MOTE_X86_IRQCHIP_LAPIC, MOTE_ARM64_IRQCHIP_GICV3)
 * @pad: must be 0
 * @addr: guest physical addresses, as @type needs them (none on x86)
 *
 * Before the first vCPU, once.  With it, a halted vCPU waits in the kernel.
 */
struct mote_irqchip {
	__u32 size;
	__u32 flags;
	__u32 type;
	__u32 pad;
	__u64 addr[4];
};

enum mote_irq_type {
	MOTE_IRQ_MSI = 0,	/* @address and @data as a device would write them */
	MOTE_IRQ_LINE = 1,	/* line @data to @level (arm64) */
};

/**
 * struct mote_irq - IRQ: a device interrupt for the in-kernel controllers
 * @size: set by the caller
 * @flags: must be 0
 * @type: enum mote_irq_type
 * @level: for MOTE_IRQ_LINE
 * @address: for MOTE_IRQ_MSI
 * @data: for MOTE_IRQ_MSI; line number for MOTE_IRQ_LINE
 * @pad: must be 0
 */
struct mote_irq {
	__u32 size;
	__u32 flags;
	__u32 type;
	__u32 level;
	__u64 address;
	__u32 data;
	__u32 pad;
};

/**
 * struct mote_vm_status - VM_STATUS: whether the VM still lives
 * @size: set by the caller
 * @flags: must be 0
 * @dead: 0, or the errno behind the EIO that RUN now returns
 * @pad: must be 0
 * @reason: the first reason, NUL-terminated
 */
struct mote_vm_status {
	__u32 size;
	__u32 flags;
	__u32 dead;
	__u32 pad;
	char reason[112];
};

/**
 * struct mote_reg - one register
 * @id: from the architecture's header; REG_LIST has those of this vCPU
 * @value: narrower registers are zero-extended
 */
struct mote_reg {
	__u64 id;
	__u64 value;
};

/**
 * struct mote_regs - GET_REGS, SET_REGS
 * @size: set by the caller
 * @flags: must be 0
 * @regs: user pointer to an array of struct mote_reg, in the order to apply
 * @count: entries, 1..MOTE_REGS_MAX
 * @failed: out: index of the first entry refused; @count when none was
 *
 * All or nothing: when one entry is refused no register changes.
 */
struct mote_regs {
	__u32 size;
	__u32 flags;
	__u64 regs;
	__u32 count;
	__u32 failed;
};

#define MOTE_REGS_MAX	4096

/**
 * struct mote_reg_list - REG_LIST: all that makes up a vCPU, in restore order
 * @size: set by the caller
 * @flags: must be 0
 * @ids: user pointer to an array of __u64
 * @count: in: entries in the array; out: entries there are
 * @pad: must be 0
 *
 * Fails with E2BIG, and @count set, when the array is too short.
 */
struct mote_reg_list {
	__u32 size;
	__u32 flags;
	__u64 ids;
	__u32 count;
	__u32 pad;
};

enum mote_event {
	MOTE_EVENT_INTR = 0,		/* external interrupt @vector, when the guest can take it */
	MOTE_EVENT_NMI = 1,
	MOTE_EVENT_EXCEPTION = 2,	/* fault @vector at the current instruction */
	MOTE_EVENT_SERROR = 3,		/* arm64: asynchronous error, syndrome @error_code */
};

#define MOTE_INJECT_ERROR_CODE	(1u << 0)	/* @error_code is pushed */
#define MOTE_INJECT_PAYLOAD	(1u << 1)	/* @payload is valid */
#define MOTE_INJECT_LOWER	(1u << 2)	/* arm64, INTR: the line @vector goes down */

/**
 * struct mote_inject - INJECT: an event from the runner
 * @size: set by the caller
 * @flags: MOTE_INJECT_*
 * @event: enum mote_event
 * @vector: for INTR and EXCEPTION
 * @error_code: with MOTE_INJECT_ERROR_CODE
 * @pad: must be 0
 * @payload: CR2 for a page fault
 *
 * Fails with EAGAIN while an event of the same kind is pending.
 */
struct mote_inject {
	__u32 size;
	__u32 flags;
	__u32 event;
	__u32 vector;
	__u32 error_code;
	__u32 pad;
	__u64 payload;
};

enum mote_translate_status {
	MOTE_TRANSLATE_OK = 0,
	MOTE_TRANSLATE_NOT_PRESENT = 1,	/* no translation in the guest's tables */
	MOTE_TRANSLATE_DENIED = 2,	/* there is one, but not for @access */
	MOTE_TRANSLATE_NO_MEMORY = 3,	/* the tables lie outside guest memory */
};

#define MOTE_TRANSLATE_MARK	(1u << 0)	/* set accessed and dirty bits, as the access would */
#define MOTE_TRANSLATE_SYSTEM	(1u << 1)	/* an access of the CPU's own: x86 as to descriptor tables, arm64 as of EL1 */

/**
 * struct mote_translate - TRANSLATE: walk the guest's own page tables
 * @size: set by the caller
 * @flags: MOTE_TRANSLATE_*
 * @gva: linear address
 * @access: MOTE_ACCESS_*, checked at the vCPU's current privilege, or with
 *	MOTE_TRANSLATE_SYSTEM
 * @status: out: enum mote_translate_status
 * @gpa: out
 * @page_bytes: out: size of the page or block that maps @gva
 * @prot: out: MOTE_ACCESS_* that the guest's tables give
 * @error_code: out: what the page fault would push (x86)
 */
struct mote_translate {
	__u32 size;
	__u32 flags;
	__u64 gva;
	__u32 access;
	__u32 status;
	__u64 gpa;
	__u64 page_bytes;
	__u32 prot;
	__u32 error_code;
};

#define MOTE_DUMP_LOG		(1u << 0)	/* to the kernel log too, rate limited */

/**
 * struct mote_dump - DUMP: the hardware's state of a vCPU as text
 * @size: set by the caller
 * @flags: MOTE_DUMP_*
 * @text: user pointer to a buffer
 * @bytes: in: size of the buffer; out: length of the text with its NUL
 *
 * For people: the form is not part of the ABI.  A short buffer gets the
 * beginning, and E2BIG.
 */
struct mote_dump {
	__u32 size;
	__u32 flags;
	__u64 text;
	__u64 bytes;
};

/* mote_exit::type.  The same numbers index mote_stats::exits. */
enum mote_exit_type {
	MOTE_EXIT_NONE = 0,
	MOTE_EXIT_KICK = 1,		/* somebody called MOTE_KICK */
	MOTE_EXIT_MMIO = 2,		/* access outside memory: body mmio */
	MOTE_EXIT_PIO = 3,		/* x86 port: body pio */
	MOTE_EXIT_SYSREG = 4,		/* MSR or system register: body sysreg */
	MOTE_EXIT_FEATURE = 5,		/* CPUID: body feature */
	MOTE_EXIT_HYPERCALL = 6,	/* body hypercall */
	MOTE_EXIT_HALT = 7,		/* HLT/WFI, no controller in the kernel */
	MOTE_EXIT_EOI = 8,		/* end of a level interrupt: body eoi */
	MOTE_EXIT_SHUTDOWN = 9,		/* triple fault */
	MOTE_EXIT_MEMORY_FAULT = 10,	/* the backing memory failed: body memory */
	MOTE_EXIT_FAIL_ENTRY = 11,	/* hardware refused the entry: body fail */
	MOTE_EXIT_UNKNOWN = 12,		/* not handled here: body fail, see raw */
	MOTE_EXIT_IRQ_WINDOW = 13,	/* asked for: interrupts can be taken now */
	MOTE_EXIT_TASK_SWITCH = 14,	/* x86 hardware task switch: body task */

	/* Handled in the kernel: seen in statistics and traces */
	MOTE_EXIT_FAULT = 16,		/* second-stage violation */
	MOTE_EXIT_HOST_IRQ = 17,	/* the host's interrupt */
	MOTE_EXIT_HOST_NMI = 18,	/* the host's NMI */
	MOTE_EXIT_WINDOW = 19,		/* interrupt or NMI window */
	MOTE_EXIT_CONTROL = 20,		/* control or debug register, XSETBV ... */
	MOTE_EXIT_IRQCHIP = 21,		/* access to the in-kernel controller */
	MOTE_EXIT_TIMER = 22,		/* the guest's timer */
	MOTE_EXIT_EXCEPTION = 23,	/* a guest exception that exits */
	MOTE_EXIT_OTHER = 24,
	MOTE_EXIT_TYPES = 32
};

#define MOTE_EXIT_PENDING	(1u << 0)	/* an access waits for its answer */

/* mote_exit_pio::flags */
#define MOTE_PIO_WRITE		(1u << 0)	/* OUT */
#define MOTE_PIO_STRING		(1u << 1)	/* INS, OUTS: memory operand at @gva */
#define MOTE_PIO_REP		(1u << 2)

/**
 * struct mote_exit_pio - body of MOTE_EXIT_PIO
 * @port: I/O port
 * @bytes: 1, 2 or 4
 * @flags: MOTE_PIO_*
 * @addr_bytes: for string forms: address size, 2, 4 or 8
 * @data: OUT: the value.  IN: the runner's answer goes here
 * @gva: string forms: linear address of the memory operand
 *
 * For string forms the runner moves the data, sets mote_run::regs and
 * MOTE_RUN_REGS; otherwise the next RUN finishes the instruction.
 */
struct mote_exit_pio {
	__u16 port;
	__u8 bytes;
	__u8 flags;
	__u8 addr_bytes;
	__u8 pad[3];
	__u64 data;
	__u64 gva;
};

/**
 * struct mote_exit_mmio - body of MOTE_EXIT_MMIO
 * @gpa: guest physical address
 * @data: write: the value; read: the runner's answer (decoded forms)
 * @bytes: width, 1..8 (decoded forms)
 * @access: MOTE_ACCESS_*
 * @decoded: 1: @bytes and @data are valid and the next RUN finishes the
 *	instruction.  0: the runner decodes @insn, sets mote_run::regs and
 *	MOTE_RUN_REGS
 * @insn_bytes: valid bytes of @insn, 0 when they could not be fetched
 * @gva: linear address, valid when MOTE_MMIO_GVA is in @flags
 * @flags: MOTE_MMIO_*
 * @pad: 0
 * @syndrome: exit qualification or ESR
 * @insn: the instruction's bytes
 */
struct mote_exit_mmio {
	__u64 gpa;
	__u64 data;
	__u8 bytes;
	__u8 access;
	__u8 decoded;
	__u8 insn_bytes;
	__u32 flags;
	__u64 gva;
	__u64 syndrome;
	__u8 insn[16];
};

#define MOTE_MMIO_GVA		(1u << 0)

/**
 * struct mote_exit_sysreg - body of MOTE_EXIT_SYSREG
 * @id: MSR index or system register encoding
 * @data: write: the value; read: the runner's answer
 * @write: 1 for a write
 * @fault: the runner sets it to 1 to answer with the architecture's fault
 * @pad: 0
 */
struct mote_exit_sysreg {
	__u64 id;
	__u64 data;
	__u8 write;
	__u8 fault;
	__u8 pad[6];
};

/**
 * struct mote_exit_feature - body of MOTE_EXIT_FEATURE
 * @index: x86: leaf << 32 | subleaf
 * @value: the runner's answer: x86 eax, ebx, ecx, edx
 */
struct mote_exit_feature {
	__u64 index;
	__u32 value[4];
};

/**
 * struct mote_exit_hypercall - body of MOTE_EXIT_HYPERCALL
 * @nr: its number
 * @args: its arguments in the order of the architecture's convention
 * @ret: the runner's answer
 */
struct mote_exit_hypercall {
	__u64 nr;
	__u64 args[5];
	__u64 ret;
};

/**
 * struct mote_exit_eoi - body of MOTE_EXIT_EOI
 * @irq: x86: the vector
 * @pad: 0
 */
struct mote_exit_eoi {
	__u32 irq;
	__u32 pad;
};

/* mote_exit_task::source: what switches tasks */
enum mote_task_source {
	MOTE_TASK_CALL = 0,
	MOTE_TASK_IRET = 1,
	MOTE_TASK_JMP = 2,
	MOTE_TASK_GATE = 3,		/* an event, through a task gate of the IDT */
};

/* mote_exit_task::flags */
#define MOTE_TASK_INSN		(1u << 0)	/* an instruction at the program counter does it */
#define MOTE_TASK_ERROR_CODE	(1u << 1)	/* @error_code goes on the new task's stack */

/**
 * struct mote_exit_task - body of MOTE_EXIT_TASK_SWITCH
 * @selector: of the new task's TSS
 * @source: enum mote_task_source
 * @flags: MOTE_TASK_*
 * @event: GATE: enum mote_event; exceptions of INT n, INT3, INTO and INT1 have
 *	MOTE_TASK_INSN
 * @vector: GATE: of the event
 * @insn_bytes: MOTE_TASK_INSN: length of the instruction, which the old task
 *	returns behind; 0 when hardware does not say
 * @pad: 0
 * @error_code: with MOTE_TASK_ERROR_CODE
 *
 * The CPU has checked the gate and the descriptor of the new TSS.  Nothing has
 * been done: the runner switches (libmote does) and sets all registers with
 * SET_REGS, MOTE_X86_EVENT_INFO too: there is the event of GATE, which would
 * else go in again.  Unanswered it all happens again.
 */
struct mote_exit_task {
	__u16 selector;
	__u8 source;
	__u8 flags;
	__u8 event;
	__u8 vector;
	__u8 insn_bytes;
	__u8 pad;
	__u32 error_code;
};

/**
 * struct mote_exit_memory - body of MOTE_EXIT_MEMORY_FAULT
 * @gpa: what the guest used
 * @hva: the memory behind it
 * @access: MOTE_ACCESS_*
 * @error: why the host could not give the page: EFAULT, EHWPOISON, ENOMEM ...
 */
struct mote_exit_memory {
	__u64 gpa;
	__u64 hva;
	__u32 access;
	__u32 error;
};

/**
 * struct mote_exit_fail - body of MOTE_EXIT_FAIL_ENTRY and MOTE_EXIT_UNKNOWN
 * @qualification: exit qualification, or ESR
 * @error: FAIL_ENTRY: VM-instruction error (SDM vol. 3, "VM-instruction
 *	error numbers"), 0 when the entry failed while it loaded guest state
 * @cpu: host CPU
 * @info: further fields as the back end has them: on VMX the interruption
 *	information, the IDT-vectoring information, the instruction length
 *	and the guest physical address
 */
struct mote_exit_fail {
	__u64 qualification;
	__u32 error;
	__u32 cpu;
	__u64 info[4];
};

/**
 * struct mote_exit - the exit record: what happened, the same on all back ends
 * @type: enum mote_exit_type
 * @bytes: of this record
 * @flags: MOTE_EXIT_PENDING ...
 * @vcpu: number of the vCPU
 * @pad: 0
 * @seq: counts the exits of this vCPU to the runner
 * @time: host counter at the exit, see mote_info::time_hz
 * @pc: guest's program counter at the exit
 * @raw: the hardware's reason as it came
 */
struct mote_exit {
	__u16 type;
	__u16 bytes;
	__u32 flags;
	__u32 vcpu;
	__u32 pad;
	__u64 seq;
	__u64 time;
	__u64 pc;
	__u64 raw;
	union {
		struct mote_exit_pio pio;
		struct mote_exit_mmio mmio;
		struct mote_exit_sysreg sysreg;
		struct mote_exit_feature feature;
		struct mote_exit_hypercall hypercall;
		struct mote_exit_eoi eoi;
		struct mote_exit_task task;
		struct mote_exit_memory memory;
		struct mote_exit_fail fail;
		__u64 body[10];
	};
};

/* mote_run::request */
#define MOTE_RUN_COMPLETE_ONLY	(1u << 0)	/* finish the pending access, do not enter */
#define MOTE_RUN_REGS		(1u << 1)	/* take mote_run::regs before entering */
#define MOTE_RUN_IRQ_WINDOW	(1u << 2)	/* exit when interrupts can be taken */

/* mote_run::state: what the runner may want to know at an exit */
#define MOTE_STATE_REGS		(1u << 0)	/* mote_run::regs is valid */

#include "mote_arch.h"

/**
 * struct mote_run - the run page, shared by the kernel and the runner
 * @request: from the runner, MOTE_RUN_*; read once per RUN and cleared
 * @state: from the kernel, MOTE_STATE_*
 * @exit: why the last RUN returned 0
 * @regs: the architecture's general registers, when MOTE_STATE_REGS is set.
 *	Changes count when the runner sets MOTE_RUN_REGS
 *
 * Whatever another thread does to the page, the kernel reads each word once
 * and checks it: at worst the guest gets wrong data.
 */
struct mote_run {
	__u32 request;
	__u32 state;
	__u64 reserved[7];
	struct mote_exit exit;
	struct mote_arch_run_regs regs;
};

/**
 * struct mote_stats - counters of a vCPU, readable at any time
 * @entries: world switches into the guest
 * @user_exits: RUNs that returned 0
 * @guest_time: ticks between entry and exit, see mote_info::time_hz
 * @halts: times the vCPU waited in the kernel
 * @injected: events given to the guest at an entry
 * @reserved: 0
 * @exits: exits by enum mote_exit_type, those handled in the kernel too
 */
struct mote_stats {
	__u64 entries;
	__u64 user_exits;
	__u64 guest_time;
	__u64 halts;
	__u64 injected;
	__u64 reserved[3];
	__u64 exits[MOTE_EXIT_TYPES];
};

#endif /* _UAPI_MOTE_H */
