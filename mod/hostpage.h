/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: which host page is behind an hva, and what the guest may do with it.
 *
 * No reference to the page is taken or kept.  The answer counts only under an
 * MMU notifier: begin with mmu_interval_read_begin(), ask, and use the answer
 * under the lock of the notifier's callback if mmu_interval_read_retry() says
 * no.  That is how Documentation/mm/hmm.rst uses the host's tables too.
 */
#ifndef MOTE_HOSTPAGE_H
#define MOTE_HOSTPAGE_H

#include "types.h"

/**
 * struct mote_host_page - a page of the runner
 * @hpa: of the 4 KiB page that contains the hva
 * @shift: log2 of the bytes that the host maps as one around it
 * @writable: it may be written, and need not be marked dirty for that
 */
struct mote_host_page {
	hpa_t hpa;
	unsigned int shift;
	bool writable;
};

/**
 * mote_host_find - look up a page that is present
 * @hva: user address in current->mm
 * @write: only if it may be written
 * @hp: receives the page; not touched on failure
 *
 * Return: false when it is not there, or needs a closer look.  Context: any
 * but interrupts.
 */
bool mote_host_find(unsigned long hva, bool write, struct mote_host_page *hp);

/**
 * mote_host_get - fault a page in
 *
 * Return: 0; -EFAULT: no memory, no permission or no ordinary page; -EHWPOISON;
 * -ENOMEM; -EINTR: a signal is pending; -EAGAIN.  Context: sleepable.
 */
int mote_host_get(unsigned long hva, bool write, struct mote_host_page *hp);

#endif /* MOTE_HOSTPAGE_H */
