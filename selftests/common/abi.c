// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ABI as numbers: sizes, offsets, ioctl and enum values.  What is checked
 * here may only ever grow at the end.
 */
#include "vm.h"

#include "kselftest_harness.h"

#define SIZE(type, bytes) \
	_Static_assert(sizeof(type) == (bytes), "sizeof " #type)
#define AT(type, field, offset) \
	_Static_assert(offsetof(type, field) == (offset), #type "." #field)
#define VALUE(name, value) \
	_Static_assert((name) == (value), #name)

/* Every call's structure begins alike */
#define HEAD(type) AT(type, size, 0); AT(type, flags, 4)

HEAD(struct mote_info);
AT(struct mote_info, abi, 8);
AT(struct mote_info, backend, 12);
AT(struct mote_info, usable, 16);
AT(struct mote_info, max_vcpus, 20);
AT(struct mote_info, gpa_bits, 24);
AT(struct mote_info, page_bytes, 28);
AT(struct mote_info, features, 32);
AT(struct mote_info, time_hz, 40);
AT(struct mote_info, areas, 48);
AT(struct mote_info, reason, 176);
SIZE(struct mote_info, 336);
SIZE(struct mote_area, 16);

HEAD(struct mote_features);
AT(struct mote_features, entries, 8);
AT(struct mote_features, count, 16);
AT(struct mote_features, entry_size, 20);
SIZE(struct mote_features, 24);

HEAD(struct mote_create_vm);
SIZE(struct mote_create_vm, 8);

HEAD(struct mote_mem);
AT(struct mote_mem, gpa, 8);
AT(struct mote_mem, bytes, 16);
AT(struct mote_mem, hva, 24);
SIZE(struct mote_mem, 32);

HEAD(struct mote_create_vcpu);
AT(struct mote_create_vcpu, id, 8);
SIZE(struct mote_create_vcpu, 16);

HEAD(struct mote_policy);
AT(struct mote_policy, space, 8);
AT(struct mote_policy, action, 12);
AT(struct mote_policy, first, 16);
AT(struct mote_policy, last, 24);
AT(struct mote_policy, access, 32);
AT(struct mote_policy, value, 40);
SIZE(struct mote_policy, 56);

HEAD(struct mote_irqchip);
AT(struct mote_irqchip, type, 8);
AT(struct mote_irqchip, addr, 16);
SIZE(struct mote_irqchip, 48);

HEAD(struct mote_irq);
AT(struct mote_irq, type, 8);
AT(struct mote_irq, level, 12);
AT(struct mote_irq, address, 16);
AT(struct mote_irq, data, 24);
SIZE(struct mote_irq, 32);

HEAD(struct mote_vm_status);
AT(struct mote_vm_status, dead, 8);
AT(struct mote_vm_status, reason, 16);
SIZE(struct mote_vm_status, 128);

SIZE(struct mote_reg, 16);
HEAD(struct mote_regs);
AT(struct mote_regs, regs, 8);
AT(struct mote_regs, count, 16);
AT(struct mote_regs, failed, 20);
SIZE(struct mote_regs, 24);

HEAD(struct mote_reg_list);
AT(struct mote_reg_list, ids, 8);
AT(struct mote_reg_list, count, 16);
SIZE(struct mote_reg_list, 24);

HEAD(struct mote_inject);
AT(struct mote_inject, event, 8);
AT(struct mote_inject, vector, 12);
AT(struct mote_inject, error_code, 16);
AT(struct mote_inject, payload, 24);
SIZE(struct mote_inject, 32);

HEAD(struct mote_translate);
AT(struct mote_translate, gva, 8);
AT(struct mote_translate, access, 16);
AT(struct mote_translate, status, 20);
AT(struct mote_translate, gpa, 24);
AT(struct mote_translate, page_bytes, 32);
AT(struct mote_translate, prot, 40);
AT(struct mote_translate, error_code, 44);
SIZE(struct mote_translate, 48);

HEAD(struct mote_dump);
AT(struct mote_dump, text, 8);
AT(struct mote_dump, bytes, 16);
SIZE(struct mote_dump, 24);

/* Exit bodies */
AT(struct mote_exit_pio, port, 0);
AT(struct mote_exit_pio, bytes, 2);
AT(struct mote_exit_pio, flags, 3);
AT(struct mote_exit_pio, addr_bytes, 4);
AT(struct mote_exit_pio, data, 8);
AT(struct mote_exit_pio, gva, 16);
SIZE(struct mote_exit_pio, 24);
AT(struct mote_exit_mmio, gpa, 0);
AT(struct mote_exit_mmio, data, 8);
AT(struct mote_exit_mmio, bytes, 16);
AT(struct mote_exit_mmio, access, 17);
AT(struct mote_exit_mmio, decoded, 18);
AT(struct mote_exit_mmio, insn_bytes, 19);
AT(struct mote_exit_mmio, flags, 20);
AT(struct mote_exit_mmio, gva, 24);
AT(struct mote_exit_mmio, syndrome, 32);
AT(struct mote_exit_mmio, insn, 40);
SIZE(struct mote_exit_mmio, 56);
AT(struct mote_exit_sysreg, id, 0);
AT(struct mote_exit_sysreg, data, 8);
AT(struct mote_exit_sysreg, write, 16);
AT(struct mote_exit_sysreg, fault, 17);
SIZE(struct mote_exit_sysreg, 24);
AT(struct mote_exit_feature, index, 0);
AT(struct mote_exit_feature, value, 8);
SIZE(struct mote_exit_feature, 24);
AT(struct mote_exit_hypercall, nr, 0);
AT(struct mote_exit_hypercall, args, 8);
AT(struct mote_exit_hypercall, ret, 48);
SIZE(struct mote_exit_hypercall, 56);
SIZE(struct mote_exit_eoi, 8);
AT(struct mote_exit_memory, gpa, 0);
AT(struct mote_exit_memory, hva, 8);
AT(struct mote_exit_memory, access, 16);
AT(struct mote_exit_memory, error, 20);
SIZE(struct mote_exit_memory, 24);
AT(struct mote_exit_fail, qualification, 0);
AT(struct mote_exit_fail, error, 8);
AT(struct mote_exit_fail, cpu, 12);
AT(struct mote_exit_fail, info, 16);
SIZE(struct mote_exit_fail, 48);

/* The record */
AT(struct mote_exit, type, 0);
AT(struct mote_exit, bytes, 2);
AT(struct mote_exit, flags, 4);
AT(struct mote_exit, vcpu, 8);
AT(struct mote_exit, seq, 16);
AT(struct mote_exit, time, 24);
AT(struct mote_exit, pc, 32);
AT(struct mote_exit, raw, 40);
AT(struct mote_exit, body, 48);
SIZE(struct mote_exit, 128);

AT(struct mote_run, request, 0);
AT(struct mote_run, state, 4);
AT(struct mote_run, exit, 64);
AT(struct mote_run, regs, 192);

AT(struct mote_stats, entries, 0);
AT(struct mote_stats, user_exits, 8);
AT(struct mote_stats, guest_time, 16);
AT(struct mote_stats, halts, 24);
AT(struct mote_stats, injected, 32);
AT(struct mote_stats, exits, 64);
SIZE(struct mote_stats, 320);

/* Numbers */
#define NR(name, nr) VALUE(name, _IO(0xBE, nr))
NR(MOTE_INFO, 0x00);
NR(MOTE_FEATURES, 0x01);
NR(MOTE_CREATE_VM, 0x02);
NR(MOTE_MEM_MAP, 0x20);
NR(MOTE_MEM_UNMAP, 0x21);
NR(MOTE_CREATE_VCPU, 0x22);
NR(MOTE_POLICY, 0x23);
NR(MOTE_IRQCHIP, 0x24);
NR(MOTE_IRQ, 0x25);
NR(MOTE_VM_STATUS, 0x26);
NR(MOTE_RUN, 0x40);
NR(MOTE_KICK, 0x41);
NR(MOTE_GET_REGS, 0x42);
NR(MOTE_SET_REGS, 0x43);
NR(MOTE_REG_LIST, 0x44);
NR(MOTE_SET_FEATURES, 0x45);
NR(MOTE_INJECT, 0x46);
NR(MOTE_TRANSLATE, 0x47);
NR(MOTE_DUMP, 0x48);

VALUE(MOTE_EXIT_NONE, 0);
VALUE(MOTE_EXIT_KICK, 1);
VALUE(MOTE_EXIT_MMIO, 2);
VALUE(MOTE_EXIT_PIO, 3);
VALUE(MOTE_EXIT_SYSREG, 4);
VALUE(MOTE_EXIT_FEATURE, 5);
VALUE(MOTE_EXIT_HYPERCALL, 6);
VALUE(MOTE_EXIT_HALT, 7);
VALUE(MOTE_EXIT_EOI, 8);
VALUE(MOTE_EXIT_SHUTDOWN, 9);
VALUE(MOTE_EXIT_MEMORY_FAULT, 10);
VALUE(MOTE_EXIT_FAIL_ENTRY, 11);
VALUE(MOTE_EXIT_UNKNOWN, 12);
VALUE(MOTE_EXIT_IRQ_WINDOW, 13);
VALUE(MOTE_EXIT_TASK_SWITCH, 14);
VALUE(MOTE_EXIT_TYPES, 32);

VALUE(MOTE_BACKEND_NONE, 0);
VALUE(MOTE_BACKEND_VMX, 1);
VALUE(MOTE_BACKEND_SVM, 2);
VALUE(MOTE_BACKEND_VHE, 3);
VALUE(MOTE_BACKEND_NVHE, 4);

VALUE(MOTE_FEAT_IRQCHIP, 1 << 0);
VALUE(MOTE_FEAT_HW_IRQ, 1 << 1);
VALUE(MOTE_FEAT_POSTED_IRQ, 1 << 2);
VALUE(MOTE_FEAT_HUGE_2M, 1 << 3);
VALUE(MOTE_FEAT_HUGE_1G, 1 << 4);
VALUE(MOTE_FEAT_AD_BITS, 1 << 5);
VALUE(MOTE_FEAT_TLB_TAGS, 1 << 6);
VALUE(MOTE_FEAT_READONLY, 1 << 7);

VALUE(MOTE_AREA_RUN, 0);
VALUE(MOTE_AREA_STATS, 1);
VALUE(MOTE_AREA_COUNT, 8);
VALUE(MOTE_MEM_READONLY, 1);
VALUE(MOTE_REGS_MAX, 4096);

VALUE(MOTE_SPACE_PIO, 0);
VALUE(MOTE_SPACE_SYSREG, 1);
VALUE(MOTE_SPACE_FEATURE, 2);
VALUE(MOTE_SPACE_HYPERCALL, 3);

VALUE(MOTE_ACTION_DEFAULT, 0);
VALUE(MOTE_ACTION_EXIT, 1);
VALUE(MOTE_ACTION_FAULT, 2);
VALUE(MOTE_ACTION_CONSTANT, 3);
VALUE(MOTE_ACTION_PASS, 4);

VALUE(MOTE_ACCESS_READ, 1);
VALUE(MOTE_ACCESS_WRITE, 2);
VALUE(MOTE_ACCESS_EXEC, 4);

VALUE(MOTE_IRQ_MSI, 0);
VALUE(MOTE_IRQ_LINE, 1);

VALUE(MOTE_EVENT_INTR, 0);
VALUE(MOTE_EVENT_NMI, 1);
VALUE(MOTE_EVENT_EXCEPTION, 2);
VALUE(MOTE_EVENT_SERROR, 3);
VALUE(MOTE_INJECT_ERROR_CODE, 1);
VALUE(MOTE_INJECT_PAYLOAD, 2);
VALUE(MOTE_INJECT_LOWER, 4);

VALUE(MOTE_TRANSLATE_OK, 0);
VALUE(MOTE_TRANSLATE_NOT_PRESENT, 1);
VALUE(MOTE_TRANSLATE_DENIED, 2);
VALUE(MOTE_TRANSLATE_NO_MEMORY, 3);
VALUE(MOTE_TRANSLATE_MARK, 1);
VALUE(MOTE_DUMP_LOG, 1);

VALUE(MOTE_RUN_COMPLETE_ONLY, 1);
VALUE(MOTE_RUN_REGS, 2);
VALUE(MOTE_RUN_IRQ_WINDOW, 4);

TEST(info)
{
	struct mote_info info;
	int sys = must_open();

	must_info(sys, &info);
	EXPECT_EQ(sizeof(info), info.size);
	EXPECT_EQ(MOTE_ABI_VERSION, info.abi);
	EXPECT_NE(MOTE_BACKEND_NONE, info.backend);
	EXPECT_EQ(1, info.usable);
	EXPECT_EQ(0, info.reason[0]);
	EXPECT_LE(1, info.max_vcpus);
	EXPECT_LE(32, info.gpa_bits);
	EXPECT_EQ(4096, info.page_bytes);
	EXPECT_NE(0, info.time_hz);
	EXPECT_LE(sizeof(struct mote_run), info.areas[MOTE_AREA_RUN].bytes);
	EXPECT_LE(sizeof(struct mote_stats), info.areas[MOTE_AREA_STATS].bytes);
	for (int i = MOTE_AREA_STATS + 1; i < MOTE_AREA_COUNT; i++) {
		EXPECT_EQ(0, info.areas[i].bytes);
	}
}

TEST_HARNESS_MAIN
