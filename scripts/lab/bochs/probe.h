/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What no processor shows to tests, for Bochs 3.0 with the feature sca_mitigations:
 * how often the host wrote the MSRs which protect from flaws, asked for by CPUID from
 * any mode; and machine checks in a guest, raised by a WRMSR of its own, with two
 * banks of the machine check architecture for the host to find out.
 */
#define MOTE_PROBE	0x4d6f7465	/* "Mote": CPUID leaf, MSR */

static struct {
	Bit32u spec_ctrl, pred_cmd, flush_cmd;
} mote_writes[BX_MAX_SMP_THREADS_SUPPORTED];

/* CTL, STATUS, ADDR, MISC of each bank; AMD's processors have more in new places */
static struct {
	Bit64u mcg_status, bank[2][16];
} mote_mca[BX_MAX_SMP_THREADS_SUPPORTED];

static Bit64u *mote_mca_register(unsigned cpu, Bit32u index)
{
	if (index == 0x17a)
		return &mote_mca[cpu].mcg_status;
	if (index >> 3 == 0x400 >> 3)
		return &mote_mca[cpu].bank[index >> 2 & 1][index & 3];
	if (index >> 5 == 0xc0002000 >> 5)
		return &mote_mca[cpu].bank[index >> 4 & 1][index & 15];
	return NULL;
}

static bool mote_rdmsr(unsigned cpu, bool intel, Bit32u index, Bit64u *value)
{
	const Bit64u *reg = mote_mca_register(cpu, index);

	if (index == 0x179) {
		/* Two banks; Intel: recovery by software, and errors of one processor */
		*value = 2 | (intel ? 1 << 24 | 1 << 27 : 0);
		return true;
	}
	if (index == 0x8b && intel) {
		/* Microcode that the kernel lets use these commands */
		*value = BX_CONST64(0x0200700600000000);
		return true;
	}
	if (reg)
		*value = *reg;
	return reg != NULL;
}

static bool mote_wrmsr(unsigned cpu, Bit32u index, Bit64u value)
{
	Bit64u *reg = mote_mca_register(cpu, index);

	mote_writes[cpu].spec_ctrl += index == 0x48;
	mote_writes[cpu].pred_cmd += index == 0x49;
	mote_writes[cpu].flush_cmd += index == 0x10b;
	if (reg)
		*reg = value;
	return reg != NULL;
}

/*
 * A load consumed an error in memory that hardware could not correct (SDM volume 3,
 * "Architecturally Defined SRAR Errors"; a legacy bank of AMD's has the same bits).
 */
static void mote_machine_check(unsigned cpu, bool intel, Bit64u address)
{
	mote_mca[cpu].mcg_status = 0xf;		/* RIPV EIPV MCIP LMCE_S */
	/* VAL UC EN MISCV ADDRV S AR: data load; AMD: poison */
	mote_mca[cpu].bank[1][1] = BX_CONST64(0xbd80000000000134) |
				   (intel ? 0 : BX_CONST64(1) << 43);
	mote_mca[cpu].bank[1][2] = address;
	mote_mca[cpu].bank[1][3] = 2 << 6 | 12;	/* a physical address, of a page */
}

/* Subleaf 0: who is there; 1: the counts */
void mote_cpuid(unsigned cpu, Bit32u leaf, Bit32u subleaf, Bit32u *out)
{
	if (leaf != MOTE_PROBE)
		return;
	out[0] = subleaf ? 0 : MOTE_PROBE;
	out[1] = subleaf ? mote_writes[cpu].spec_ctrl : MOTE_PROBE;
	out[2] = subleaf ? mote_writes[cpu].pred_cmd : MOTE_PROBE;
	out[3] = subleaf ? mote_writes[cpu].flush_cmd : MOTE_PROBE;
}
