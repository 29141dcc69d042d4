/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMCB clean bits for Bochs 3.0 (APM volume 2, "VMCB State Caching", "VMCB Clean
 * Field").  A processor may keep what a VMCB had at its last #VMEXIT; this one
 * keeps all of it, and at the next VMRUN of the same VMCB takes its own for each
 * clean bit that is set.  Software which forgot to clear a bit sees its write lost.
 */
#define SVM_CLEAN_BITS	0x0c0

static const struct {
	unsigned bit, offset, bytes;
} svm_clean_fields[] = {
	{ 0, 0x000, 0x18 }, { 0, 0x03c, 4 }, { 0, 0x050, 8 },	/* intercepts, TSC offset */
	{ 1, 0x040, 16 },					/* IOPM, MSRPM */
	{ 2, 0x058, 4 },					/* ASID */
	{ 3, 0x060, 8 },					/* V_TPR, V_IRQ and so on */
	{ 4, 0x0b0, 8 }, { 4, 0x668, 8 },			/* N_CR3, G_PAT */
	{ 5, 0x4d0, 8 }, { 5, 0x548, 24 },			/* EFER, CR4, CR3, CR0 */
	{ 6, 0x560, 16 },					/* DR7, DR6 */
	{ 7, 0x460, 16 }, { 7, 0x480, 16 },			/* GDTR, IDTR */
	{ 8, 0x400, 64 }, { 8, 0x4cb, 1 },			/* ES, CS, SS, DS, CPL */
	{ 9, 0x640, 8 },					/* CR2 */
	{ 10, 0x670, 40 },					/* DEBUGCTL, branch records */
};

/* Of each CPU: the VMCB of its last #VMEXIT, and where that is; 0: nowhere */
static struct {
	bx_phy_address from;
	Bit8u vmcb[4096];
} svm_kept[BX_MAX_SMP_THREADS_SUPPORTED];

/* At #VMEXIT; a VMRUN that was refused leaves nothing to keep */
static void svm_clean_keep(unsigned cpu, bx_phy_address from, const void *vmcb, bool entered)
{
	svm_kept[cpu].from = entered ? from : 0;
	memcpy(svm_kept[cpu].vmcb, vmcb, sizeof(svm_kept[cpu].vmcb));
}

/* At VMRUN */
static void svm_clean_use(unsigned cpu, bx_phy_address from, Bit8u *vmcb)
{
	Bit32u clean;

	if (svm_kept[cpu].from != from)
		return;
	memcpy(&clean, vmcb + SVM_CLEAN_BITS, sizeof(clean));
	for (const auto &f : svm_clean_fields)
		if (clean >> f.bit & 1)
			memcpy(vmcb + f.offset, svm_kept[cpu].vmcb + f.offset, f.bytes);
}
