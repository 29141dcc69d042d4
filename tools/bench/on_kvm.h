/* SPDX-License-Identifier: GPL-2.0-only */
/* mote-bench: what an architecture knows about KVM. */
#ifndef BENCH_ON_KVM_H
#define BENCH_ON_KVM_H

#include <linux/kvm.h>

#include "bench.h"

/** bench_kvm_ioctl() - an ioctl that must not fail */
int bench_kvm_ioctl(int fd, unsigned long nr, const char *name, void *arg);

#define KVM(fd, nr, arg)	bench_kvm_ioctl(fd, nr, #nr, arg)

/** bench_kvm_irqchip() - interrupt controllers for a fresh VM */
void bench_kvm_irqchip(struct bench_vm *vm);

/** bench_kvm_set_state() - bench_hv.set_state */
void bench_kvm_set_state(struct bench_vm *vm, int sys);

/** bench_kvm_set_entry() - bench_hv.set_entry */
void bench_kvm_set_entry(struct bench_vm *vm, const struct bench_entry *e);

/** bench_kvm_exit() - answer an exit; a strange one ends the program */
enum bench_stop bench_kvm_exit(struct kvm_run *run);

#endif
