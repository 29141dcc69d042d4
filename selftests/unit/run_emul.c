// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the processor cannot judge in run_mmio: 16- and 32-bit modes, faults
 * of other operands, REP in pieces, memory beside a device, string port I/O,
 * the cache, and bytes that nobody can decode.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run_vm.h"

/* Linear = physical; memory below, a device above, a hole nobody maps. */
#define MEM_BYTES	0x4000u
#define DEVICE		0x4000u
#define DEVICE_BYTES	0x2000u
#define UNMAPPED	0x8000u

static u8 mem[MEM_BYTES], device[DEVICE_BYTES];
static u32 device_accesses, device_writes;
static u64 read_only;		/* page that cannot be written, or 0 */
static u64 fault_cr2;
static s64 fault_error;
static u32 fault_vector, faults;
static u64 seg_base[6];
static u32 port_sum, port_count;

static int op_translate(void *opaque, u64 gva, u32 access, u64 *gpa,
			u32 *error_code)
{
	(void)opaque;
	*gpa = gva;
	*error_code = access == MOTE_ACCESS_WRITE ? 2 : 0;
	if (access == MOTE_ACCESS_WRITE && read_only && gva >> 12 == read_only >> 12) {
		*error_code |= 1;
		return 1;
	}
	return gva >= UNMAPPED;
}

static int op_access(u64 gpa, void *data, u32 bytes, bool write)
{
	u8 *p = NULL;

	CHECK((gpa & 4095) + bytes <= 4096);
	if (gpa + bytes <= MEM_BYTES) {
		p = mem + gpa;
	} else if (gpa >= DEVICE && gpa + bytes <= DEVICE + DEVICE_BYTES) {
		p = device + (gpa - DEVICE);
		device_accesses++;
		device_writes += write;
	}
	if (!p)
		return -EFAULT;
	memcpy(write ? p : data, write ? data : p, bytes);
	return 0;
}

static int op_read(void *opaque, u64 gpa, void *data, u32 bytes)
{
	(void)opaque;
	return op_access(gpa, data, bytes, false);
}

static int op_write(void *opaque, u64 gpa, const void *data, u32 bytes)
{
	(void)opaque;
	return op_access(gpa, (void *)data, bytes, true);
}

static int op_port(void *opaque, u16 port, u32 bytes, int write, u32 *value)
{
	(void)opaque;
	(void)bytes;
	CHECK_EQ(port, 0x1f0);
	port_count++;
	if (write)
		port_sum += *value;
	else
		*value = port_count;
	return 0;
}

static int op_segment(void *opaque, enum mote_x86_seg seg,
		      struct mote_x86_segment *out)
{
	(void)opaque;
	out->base = seg < 6 ? seg_base[seg] : 0;
	out->selector = (u16)(0x100 + seg);
	out->ar = 0x93;		/* 16-bit stack */
	return 0;
}

static int op_vec_get(void *opaque, unsigned int n, u8 value[32])
{
	(void)opaque;
	CHECK(n < 16);
	memset(value, (int)n, 32);
	return 0;
}

static int op_vec_set(void *opaque, unsigned int n, const u8 value[32],
		      u32 bytes)
{
	(void)opaque;
	(void)value;
	CHECK(n < 16 && (bytes == 16 || bytes == 32));
	return 0;
}

static int op_exception(void *opaque, u32 vector, s64 error_code, u64 cr2)
{
	(void)opaque;
	faults++;
	fault_vector = vector;
	fault_error = error_code;
	fault_cr2 = cr2;
	return 0;
}

static const struct mote_x86_ops ops = {
	.translate = op_translate,
	.read = op_read,
	.write = op_write,
	.port = op_port,
	.segment = op_segment,
	.vec_get = op_vec_get,
	.vec_set = op_vec_set,
	.exception = op_exception,
};

static struct mote_x86_emul emul;
static struct mote_run run;

/* A fresh guest in @mode about to execute @code */
static void begin(u8 mode, const void *code, u8 bytes)
{
	if (!emul.cache && mote_x86_emul_init(&emul, &ops, NULL))
		exit(1);
	memset(&run, 0, sizeof(run));
	memset(mem, 0, sizeof(mem));
	memset(device, 0, sizeof(device));
	memset(seg_base, 0, sizeof(seg_base));
	device_accesses = device_writes = faults = port_sum = port_count = 0;
	read_only = 0;
	run.regs.mode = mode;
	run.regs.gpr[MOTE_X86_RIP_INDEX] = 0x100;
	run.regs.gpr[MOTE_X86_RFLAGS_INDEX] = 0x202;
	run.exit.mmio.insn_bytes = bytes;
	memcpy(run.exit.mmio.insn, code, bytes);
	memcpy(mem + 0x100, code, bytes);
}

#define BEGIN(mode, ...)						\
	do {								\
		static const u8 code[] = { __VA_ARGS__ };		\
		begin(mode, code, sizeof(code));			\
	} while (0)

#define GPR(n)	run.regs.gpr[MOTE_X86_##n]
#define RIP	run.regs.gpr[MOTE_X86_RIP_INDEX]

static int go(void)
{
	int ret = mote_x86_mmio(&emul, &run);

	CHECK_EQ(!ret, !!(run.request & MOTE_RUN_REGS));
	return ret;
}

static void test_modes(void)
{
	/* 16 bit: mov [bx+si+4], ax with DS.base, offset wraps at 64 KiB */
	BEGIN(16, 0x89, 0x40, 0x04);
	seg_base[MOTE_X86_DS] = 0x4000;
	GPR(RBX) = 0xfff0;
	GPR(RSI) = 0x120010;
	GPR(RAX) = 0xabcd1234;
	CHECK_EQ(go(), 0);
	CHECK_EQ(device[4] | device[5] << 8 | device[6] << 16, 0x1234);
	CHECK_EQ(RIP, 0x103);
	/* 16 bit with both size prefixes: mov es:[eax], ecx */
	BEGIN(16, 0x26, 0x67, 0x66, 0x89, 0x08);
	seg_base[MOTE_X86_ES] = 0x1000;
	GPR(RAX) = 0x3008;
	GPR(RCX) = 0x11223344;
	CHECK_EQ(go(), 0);
	CHECK_EQ(device[8], 0x44);
	CHECK_EQ(device[11], 0x11);
	/* 32 bit: linear addresses wrap at 4 GiB; moffs */
	BEGIN(32, 0xa1, 0x10, 0x50, 0x00, 0x00);
	seg_base[MOTE_X86_DS] = 0xfffff000;
	device[0x10] = 0x77;
	CHECK_EQ(go(), 0);
	CHECK_EQ(GPR(RAX), 0x77);
	/* 64 bit: FS has a base, DS has none; moffs64 */
	BEGIN(64, 0x64, 0x8a, 0x04, 0x25, 0x00, 0x40, 0x00, 0x00);
	seg_base[MOTE_X86_FS] = 0x20;
	seg_base[MOTE_X86_DS] = 0x666;
	device[0x20] = 0x99;
	CHECK_EQ(go(), 0);
	CHECK_EQ(GPR(RAX), 0x99);
	BEGIN(64, 0x48, 0xa3, 0x08, 0x40, 0, 0, 0, 0, 0, 0);
	GPR(RAX) = 0x1122334455667788;
	CHECK_EQ(go(), 0);
	CHECK_EQ(device[8] | device[15] << 8, 0x1188);
	/* RIP-relative: the base is the next instruction */
	BEGIN(64, 0xc6, 0x05, 0x00, 0x3f, 0x00, 0x00, 0x5a);
	CHECK_EQ(go(), 0);
	CHECK_EQ(device[0x7], 0x5a);
	/* mov [disp32], ds */
	BEGIN(32, 0x8c, 0x1d, 0x00, 0x40, 0x00, 0x00);
	CHECK_EQ(go(), 0);
	CHECK_EQ(device[0] | device[1] << 8 | device[2] << 16, 0x103);
	/* 16-bit stack: push word [bx] */
	BEGIN(16, 0xff, 0x37);
	GPR(RBX) = 0x4000;
	GPR(RSP) = 0x50000;
	seg_base[MOTE_X86_SS] = 0x1000 - 0xfffe;
	device[1] = 0x12;
	CHECK_EQ(go(), 0);
	CHECK_EQ(GPR(RSP), 0x5fffe);
	CHECK_EQ(mem[0x1001], 0x12);
}

static void test_border(void)
{
	u64 v = 0x8877665544332211;

	/* Half in memory, half in the device: mov [rdi], rax */
	BEGIN(64, 0x48, 0x89, 0x07);
	GPR(RDI) = DEVICE - 3;
	GPR(RAX) = v;
	run.exit.mmio.flags = MOTE_MMIO_GVA;
	run.exit.mmio.gva = DEVICE;	/* the part that exited */
	run.exit.mmio.gpa = DEVICE;
	run.exit.mmio.access = MOTE_ACCESS_WRITE;
	CHECK_EQ(go(), 0);
	CHECK(!memcmp(mem + DEVICE - 3, &v, 3));
	CHECK(!memcmp(device, (u8 *)&v + 3, 5));
	CHECK_EQ(device_accesses, 1);
	/* Over the border to where nothing is: no access at all */
	BEGIN(64, 0x48, 0x01, 0x07);		/* add [rdi], rax */
	GPR(RDI) = UNMAPPED - 4;
	GPR(RAX) = v;
	CHECK_EQ(go(), 0);
	CHECK_EQ(faults, 1);
	CHECK_EQ(fault_vector, 14);
	CHECK_EQ(fault_cr2, UNMAPPED);
	CHECK_EQ(fault_error, 2);
	CHECK_EQ(RIP, 0x100);
	CHECK_EQ(run.regs.gpr[MOTE_X86_RFLAGS_INDEX], 0x202);
	CHECK_EQ(device_accesses, 0);
	/* From where no table can map anything: movsd */
	BEGIN(64, 0xa5);
	GPR(RSI) = 1ULL << 47;
	GPR(RDI) = DEVICE;
	CHECK_EQ(go(), 0);
	CHECK_EQ(faults, 1);
	CHECK_EQ(fault_vector, 13);
	CHECK_EQ(fault_error, 0);
	CHECK_EQ(GPR(RSI), 1ULL << 47);
	CHECK_EQ(device_accesses, 0);
	/* Nothing to flush: clflush [rdi] */
	BEGIN(64, 0x0f, 0xae, 0x3f);
	GPR(RDI) = DEVICE;
	CHECK_EQ(go(), 0);
	CHECK_EQ(faults + device_accesses, 0);
	CHECK_EQ(RIP, 0x103);
}

/* A fault leaves the instruction undone, all of it. */
static void test_faults(void)
{
	/* pop [rdi]: the stack was there, the destination is not */
	BEGIN(64, 0x8f, 0x07);
	GPR(RSP) = DEVICE;
	GPR(RDI) = UNMAPPED;
	run.regs.gpr[MOTE_X86_RFLAGS_INDEX] |= 1 << 16;
	CHECK_EQ(go(), 0);
	CHECK_EQ(faults, 1);
	CHECK_EQ(GPR(RSP), DEVICE);
	CHECK_EQ(RIP, 0x100);
	CHECK_EQ(run.regs.gpr[MOTE_X86_RFLAGS_INDEX], 0x10202);
	/* With it RF ends with the instruction */
	BEGIN(64, 0x8f, 0x07);
	GPR(RSP) = DEVICE;
	GPR(RDI) = 0x200;
	run.regs.gpr[MOTE_X86_RFLAGS_INDEX] |= 1 << 16;
	CHECK_EQ(go(), 0);
	CHECK_EQ(GPR(RSP), DEVICE + 8);
	CHECK_EQ(run.regs.gpr[MOTE_X86_RFLAGS_INDEX], 0x202);
	/* movsb in one page: that it could be read, which exited, is not that it can be written */
	BEGIN(64, 0xa4);
	GPR(RSI) = DEVICE;
	GPR(RDI) = DEVICE + 8;
	run.exit.mmio.flags = MOTE_MMIO_GVA;
	run.exit.mmio.gva = DEVICE;
	run.exit.mmio.gpa = DEVICE;
	run.exit.mmio.access = MOTE_ACCESS_READ;
	read_only = DEVICE;
	CHECK_EQ(go(), 0);
	CHECK_EQ(faults, 1);
	CHECK_EQ(fault_error, 3);
	CHECK_EQ(device_writes, 0);
}

/* A locked comparison writes whatever it finds. */
static void test_cmpxchg(void)
{
	BEGIN(64, 0xf0, 0x48, 0x0f, 0xb1, 0x0f);	/* lock cmpxchg [rdi], rcx */
	GPR(RDI) = DEVICE;
	GPR(RAX) = 5;
	GPR(RCX) = 7;
	device[0] = 6;
	CHECK_EQ(go(), 0);
	CHECK_EQ(GPR(RAX), 6);
	CHECK_EQ(device[0], 6);
	CHECK_EQ(device_writes, 1);
	BEGIN(64, 0xf0, 0x0f, 0xc7, 0x0f);		/* lock cmpxchg8b [rdi] */
	GPR(RDI) = DEVICE;
	GPR(RAX) = 5;
	device[4] = 6;
	CHECK_EQ(go(), 0);
	CHECK_EQ(GPR(RDX), 6);
	CHECK_EQ(GPR(RAX), 0);
	CHECK_EQ(device[4], 6);
	CHECK_EQ(device_writes, 1);
}

static void test_rep(void)
{
	int pieces = 0;

	/* rep stosb, 5000 bytes: comes back in between */
	BEGIN(64, 0xf3, 0xaa);
	GPR(RDI) = DEVICE;
	GPR(RCX) = 5000;
	GPR(RAX) = 0x5a;
	do {
		CHECK_EQ(go(), 0);
		pieces++;
	} while (RIP == 0x100 && pieces < 100);
	CHECK_EQ(pieces, 5);
	CHECK_EQ(GPR(RCX), 0);
	CHECK_EQ(GPR(RDI), DEVICE + 5000);
	CHECK_EQ(device[4999] | device[5000] << 8, 0x5a);
	/* rep movsb from the device into a hole: what was done counts */
	BEGIN(64, 0xf3, 0xa4);
	GPR(RSI) = DEVICE;
	GPR(RDI) = UNMAPPED - 16;
	GPR(RCX) = 100;
	memcpy(&run.exit.mmio.insn[2], "\x90\x90", 2);
	CHECK(go() != 0);		/* no device there either: 0x7ff0 */
	BEGIN(64, 0xf3, 0xa4);
	GPR(RSI) = DEVICE;
	GPR(RDI) = UNMAPPED;
	GPR(RCX) = 100;
	CHECK_EQ(go(), 0);
	CHECK_EQ(faults, 1);
	CHECK_EQ(device_accesses, 0);	/* not read before the fault */
	CHECK_EQ(GPR(RCX), 100);
	CHECK_EQ(RIP, 0x100);
	/* a count of 0 does nothing but go on */
	BEGIN(64, 0xf3, 0x48, 0xab);
	GPR(RDI) = DEVICE;
	CHECK_EQ(go(), 0);
	CHECK_EQ(RIP, 0x103);
	CHECK_EQ(device_accesses, 0);
	/* 32-bit addresses in 64-bit mode: counters are zero-extended */
	BEGIN(64, 0x67, 0xf3, 0xaa);
	GPR(RDI) = 0xffffffff00000000 | DEVICE;
	GPR(RCX) = 0xffffffff00000003;
	CHECK_EQ(go(), 0);
	CHECK_EQ(GPR(RCX), 0);
	CHECK_EQ(GPR(RDI), DEVICE + 3);
}

static void begin_pio(u8 mode, u8 bytes, u8 flags, u64 gva)
{
	static const u8 code[] = { 0xf3, 0x6e };

	begin(mode, code, sizeof(code));
	memset(&run.exit, 0, sizeof(run.exit));
	run.exit.pio.port = 0x1f0;
	run.exit.pio.bytes = bytes;
	run.exit.pio.flags = flags | MOTE_PIO_STRING;
	run.exit.pio.addr_bytes = mode / 8;
	run.exit.pio.gva = gva;
}

static void test_pio(void)
{
	begin_pio(64, 1, MOTE_PIO_WRITE | MOTE_PIO_REP, 0x200);
	memset(mem + 0x200, 3, 10);
	GPR(RSI) = 0x200;
	GPR(RCX) = 10;
	CHECK_EQ(mote_x86_pio_string(&emul, &run), 0);
	CHECK_EQ(port_sum, 30);
	CHECK_EQ(GPR(RSI), 0x20a);
	CHECK_EQ(GPR(RCX), 0);
	CHECK_EQ(RIP, 0x102);
	/* downwards, one element of 4 bytes, segment base in the address */
	begin_pio(32, 4, 0, 0x1300);
	GPR(RDI) = 0x300;
	run.regs.gpr[MOTE_X86_RFLAGS_INDEX] |= 0x400;
	CHECK_EQ(mote_x86_pio_string(&emul, &run), 0);
	CHECK_EQ(GPR(RDI), 0x2fc);
	CHECK_EQ(mem[0x1300], 1);
	/* 16 bit: SI wraps */
	begin_pio(16, 2, MOTE_PIO_WRITE | MOTE_PIO_REP, 0xfffe - 0xf000);
	GPR(RSI) = 0x5fffe;
	GPR(RCX) = 0x70001;
	CHECK_EQ(mote_x86_pio_string(&emul, &run), 0);
	CHECK_EQ(GPR(RSI), 0x50000);
	CHECK_EQ(GPR(RCX), 0x70000);
	/* a page that is not there: nothing is read from the port */
	begin_pio(64, 1, MOTE_PIO_REP, UNMAPPED);
	GPR(RDI) = UNMAPPED;
	GPR(RCX) = 4;
	CHECK_EQ(mote_x86_pio_string(&emul, &run), 0);
	CHECK_EQ(port_count, 0);
	CHECK_EQ(faults, 1);
	CHECK_EQ(RIP, 0x100);
	/* a hostile run page */
	begin_pio(64, 0, MOTE_PIO_REP, 0);
	CHECK_EQ(mote_x86_pio_string(&emul, &run), -EINVAL);
	begin_pio(64, 255, MOTE_PIO_REP, 0);
	CHECK_EQ(mote_x86_pio_string(&emul, &run), -EINVAL);
}

static void test_errors(void)
{
	u64 hits;

	BEGIN(64, 0x06, 0x06);		/* push es: not in 64-bit mode */
	CHECK_EQ(go(), -ENOTSUP);
	CHECK(strstr(emul.why, "06 06"));
	BEGIN(64, 0x0f, 0xae, 0x07);	/* fxsave: known, not done */
	GPR(RDI) = DEVICE;
	CHECK_EQ(go(), -ENOTSUP);
	CHECK(strstr(emul.why, "fxsave"));
	CHECK_EQ(RIP, 0x100);
	/* no bytes handed over: they are fetched */
	BEGIN(64, 0x88, 0x07);
	GPR(RDI) = DEVICE;
	GPR(RAX) = 9;
	run.exit.mmio.insn_bytes = 0;
	CHECK_EQ(go(), 0);
	CHECK_EQ(device[0], 9);
	BEGIN(64, 0x88, 0x07);
	run.exit.mmio.insn_bytes = 0;
	RIP = UNMAPPED;
	CHECK(go() != 0);
	/* the same bytes again come from the cache, in another mode not */
	BEGIN(64, 0x88, 0x47, 0x01);
	GPR(RDI) = DEVICE;
	hits = emul.hits;
	CHECK_EQ(go(), 0);
	CHECK_EQ(emul.hits, hits);
	RIP = 0x100;
	CHECK_EQ(go(), 0);
	CHECK_EQ(emul.hits, hits + 1);
	run.regs.mode = 32;
	RIP = 0x100;
	CHECK_EQ(go(), 0);
	CHECK_EQ(emul.hits, hits + 1);
}

/* Random bytes: an answer or an error, and never an access elsewhere. */
static void test_noise(void)
{
	static const u8 modes[] = { 16, 32, 64 };
	u32 done = 0;

	for (int i = 0; i < 300000; i++) {
		u8 code[15];

		for (size_t k = 0; k < sizeof(code); k++)
			code[k] = (u8)rand();
		begin(modes[i % 3], code, sizeof(code));
		for (int n = 0; n < 16; n++)
			run.regs.gpr[n] = (u64)rand() % 0x9000;
		run.exit.mmio.insn_bytes = (u8)(rand() % 4 ? 15 : rand());
		done += !mote_x86_mmio(&emul, &run);
	}
	CHECK(done > 10000);
}

static const struct run_test tests[] = {
	{ "16, 32 and 64 bits", test_modes },
	{ "memory beside a device", test_border },
	{ "faults undo", test_faults },
	{ "CMPXCHG", test_cmpxchg },
	{ "REP", test_rep },
	{ "string port I/O", test_pio },
	{ "errors and cache", test_errors },
	{ "random bytes", test_noise },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
