/* SPDX-License-Identifier: GPL-2.0-only */
/* mote-info: what differs between architectures. */
#ifndef MOTE_INFO_H
#define MOTE_INFO_H

#include <libmote.h>

/** print_features() - the table of FEATURES, as text */
void print_features(int sys);

#endif
