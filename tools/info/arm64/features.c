// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "../info.h"

/* Names of the Arm ARM, D19.2; a register without one is told by its encoding. */
static const struct {
	u32 id;
	const char *name;
} names[] = {
#define ID(crm, op2, name)	{ MOTE_ARM64_ENC(3, 0, 0, crm, op2), name }
	ID(0, 0, "MIDR_EL1"), ID(0, 6, "REVIDR_EL1"),
	ID(4, 0, "ID_AA64PFR0_EL1"), ID(4, 1, "ID_AA64PFR1_EL1"),
	ID(4, 4, "ID_AA64ZFR0_EL1"), ID(4, 5, "ID_AA64SMFR0_EL1"),
	ID(5, 0, "ID_AA64DFR0_EL1"), ID(5, 1, "ID_AA64DFR1_EL1"),
	ID(6, 0, "ID_AA64ISAR0_EL1"), ID(6, 1, "ID_AA64ISAR1_EL1"),
	ID(6, 2, "ID_AA64ISAR2_EL1"),
	ID(7, 0, "ID_AA64MMFR0_EL1"), ID(7, 1, "ID_AA64MMFR1_EL1"),
	ID(7, 2, "ID_AA64MMFR2_EL1"), ID(7, 3, "ID_AA64MMFR3_EL1"),
	{ MOTE_ARM64_ENC(3, 3, 0, 0, 1), "CTR_EL0" },
	{ MOTE_ARM64_ENC(3, 1, 0, 0, 1), "CLIDR_EL1" },
#undef ID
};

/* As the assembler spells a register without a name */
static const char *spell(u32 id, char *text, size_t bytes)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].id == id)
			return names[i].name;
	snprintf(text, bytes, "S%u_%u_C%u_C%u_%u", id >> 14, id >> 11 & 7, id >> 7 & 15,
		 id >> 3 & 15, id & 7);
	return text;
}

void print_features(int sys)
{
	struct mote_arm64_idreg r[MOTE_ARM64_IDREGS_MAX];
	u32 count = ARRAY_SIZE(r);
	char text[32];

	if (mote_features(sys, r, sizeof(r[0]), &count)) {
		fprintf(stderr, "mote-info: the module gives no table of ID registers\n");
		return;
	}
	printf("%-17s %-16s may be lowered\n", "register", "value");
	for (u32 i = 0; i < count; i++)
		printf("%-17s %016llx %016llx\n", spell(r[i].id, text, sizeof(text)),
		       r[i].value, r[i].mask);
}
