/* SPDX-License-Identifier: GPL-2.0-only */
/* mote-bench: what an architecture knows about mote. */
#ifndef BENCH_ON_MOTE_H
#define BENCH_ON_MOTE_H

#include "bench.h"
#include "libmote.h"

/** bench_mote_irqchip() - interrupt controllers for a fresh VM; 0 or a negative errno */
int bench_mote_irqchip(struct bench_vm *vm);

/** bench_mote_set_state() - bench_hv.set_state */
void bench_mote_set_state(struct bench_vm *vm);

/** bench_mote_set_entry() - bench_hv.set_entry */
void bench_mote_set_entry(struct bench_vm *vm, const struct bench_entry *e);

/** bench_mote_exit() - answer an exit; a strange one ends the program */
enum bench_stop bench_mote_exit(struct bench_vm *vm, struct mote_run *run);

/** bench_mote_free() - what answering has left in bench_vm.priv */
void bench_mote_free(struct bench_vm *vm);

#endif
