/* SPDX-License-Identifier: GPL-2.0-only */
/* mote/svm: pages for VMRUN, see page.c. */
#ifndef MOTE_SVM_PAGE_H
#define MOTE_SVM_PAGE_H

#include <linux/gfp.h>

void *svm_page_alloc(int node, gfp_t gfp);

#endif /* MOTE_SVM_PAGE_H */
