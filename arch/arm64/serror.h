/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: whose a physical SError is that ended a guest's run.  Arm ARM, "ISS
 * encoding for an SError interrupt"; DISR_EL1 has the same fields.
 */
#ifndef MOTE_ARM64_SERROR_H
#define MOTE_ARM64_SERROR_H

#include <linux/bits.h>
#include <linux/types.h>

/**
 * enum arm64_serror - what is to be done about it
 * @SERROR_OVER: corrected, or nothing depends on it: nothing
 * @SERROR_GUEST: what was running may have used it: the guest's
 * @SERROR_HOST: nobody knows what is broken: the host's, as if it had run itself
 */
enum arm64_serror {
	SERROR_OVER,
	SERROR_GUEST,
	SERROR_HOST,
};

/* IDS, AET and DFSC: "asynchronous SError interrupt" */
#define SERROR_IDS	BIT_ULL(24)
#define SERROR_AET(esr)	((esr) >> 10 & 7)
#define SERROR_DFSC(esr) ((esr) & 0x3f)
#define SERROR_ASYNC	0x11

/**
 * arm64_serror_class - enum arm64_serror
 * @esr: ESR_EL2 or DISR_EL1
 * @ras: FEAT_RAS is there: without it, and with IDS, the rest says nothing
 */
static inline enum arm64_serror arm64_serror_class(u64 esr, bool ras)
{
	if (!ras || (esr & SERROR_IDS))
		return SERROR_GUEST;
	if (SERROR_DFSC(esr) != SERROR_ASYNC)
		return SERROR_HOST;
	switch (SERROR_AET(esr)) {
	case 2:		/* UEO: restartable */
	case 6:		/* CE: corrected */
		return SERROR_OVER;
	case 1:		/* UEU: unrecoverable */
	case 3:		/* UER: recoverable */
		return SERROR_GUEST;
	default:	/* UC: uncontainable */
		return SERROR_HOST;
	}
}

#endif /* MOTE_ARM64_SERROR_H */
