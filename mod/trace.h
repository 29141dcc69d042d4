/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: tracepoints.  Flat layouts, the same on every back end.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mote

#if !defined(MOTE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MOTE_TRACE_H

#include <linux/tracepoint.h>

TRACE_EVENT(mote_entry,
	TP_PROTO(u32 vcpu, u64 pc),
	TP_ARGS(vcpu, pc),
	TP_STRUCT__entry(
		__field(u64, pc)
		__field(u32, vcpu)
	),
	TP_fast_assign(
		__entry->pc = pc;
		__entry->vcpu = vcpu;
	),
	TP_printk("vcpu %u pc 0x%llx", __entry->vcpu, __entry->pc)
);

TRACE_EVENT(mote_exit,
	TP_PROTO(u32 vcpu, u32 type, u64 raw, u64 pc),
	TP_ARGS(vcpu, type, raw, pc),
	TP_STRUCT__entry(
		__field(u64, raw)
		__field(u64, pc)
		__field(u32, vcpu)
		__field(u32, type)
	),
	TP_fast_assign(
		__entry->raw = raw;
		__entry->pc = pc;
		__entry->vcpu = vcpu;
		__entry->type = type;
	),
	TP_printk("vcpu %u type %u raw 0x%llx pc 0x%llx", __entry->vcpu, __entry->type,
		  __entry->raw, __entry->pc)
);

TRACE_EVENT(mote_user_exit,
	TP_PROTO(u32 vcpu, u32 type, u64 seq),
	TP_ARGS(vcpu, type, seq),
	TP_STRUCT__entry(
		__field(u64, seq)
		__field(u32, vcpu)
		__field(u32, type)
	),
	TP_fast_assign(
		__entry->seq = seq;
		__entry->vcpu = vcpu;
		__entry->type = type;
	),
	TP_printk("vcpu %u type %u seq %llu", __entry->vcpu, __entry->type, __entry->seq)
);

#endif /* MOTE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
