/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TLBs that remember, for Bochs 3.0: a set of translations for each tag, which stays
 * when the processor goes to another tag's and is found again when it comes back.
 * What is true of each operation is in tags.cc.
 */
#ifndef MOTE_TAGS_H
#define MOTE_TAGS_H

#define TLB_SETS	9	/* the host's, and those of guests; the oldest gives way */
#define TLB_NO_EPT	1	/* no address of a table */
#define TLB_GPAS	4096

class BX_CPU_C;

/* What Bochs has worked into its entries: they mean nothing under other settings */
struct tlb_baked {
	Bit64u words[6];

	bool operator==(const tlb_baked &other) const
	{
		return !memcmp(words, other.words, sizeof(words));
	}
};

/* Of each CPU */
struct tlb_tags {
	struct {
		Bit64u id;		/* VPID or ASID; 0 is the host's */
		Bit64u ept;		/* EP4TA, or TLB_NO_EPT */
		Bit64u used;
		struct tlb_baked baked;
		Bit64u cr3;
	} set[TLB_SETS];
	struct {
		Bit64u space;		/* EP4TA or ASID; 0: nothing */
		Bit64u gpa, hpa;
		unsigned rights;	/* a bit for each kind of access that was done */
	} gpa[TLB_GPAS];
	unsigned now;
	bool world;			/* a world switch has chosen the set */
	Bit64u clock;

	tlb_tags() { memset((void *) this, 0, sizeof(*this)); set[0].ept = TLB_NO_EPT; }
};

void tlb_enter(BX_CPU_C *cpu, Bit64u id, Bit64u ept);
void tlb_leave(BX_CPU_C *cpu);
bool tlb_switched(BX_CPU_C *cpu);
void tlb_bake(BX_CPU_C *cpu);
void tlb_invept(BX_CPU_C *cpu, bool all, Bit64u ept);
void tlb_invvpid(BX_CPU_C *cpu, Bit64u type, Bit64u id, bx_address at);
void tlb_invlpga(BX_CPU_C *cpu, Bit64u id, bx_address at);
void tlb_control(BX_CPU_C *cpu, unsigned control, Bit64u id);
bool tlb_find_gpa(BX_CPU_C *cpu, Bit64u space, bx_phy_address *address, unsigned rw);
void tlb_keep_gpa(BX_CPU_C *cpu, Bit64u space, Bit64u gpa, Bit64u hpa, unsigned rw);
void tlb_violation(BX_CPU_C *cpu, Bit64u space, Bit64u gpa, bool linear, bx_address at);

#endif
