/* SPDX-License-Identifier: GPL-2.0-only */
/* Frame of a unit test program: TAP output, checks, random numbers. */
#ifndef MOTE_UNIT_H
#define MOTE_UNIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct unit_test - one line of TAP
 * @name: for people
 * @run: returns false, or lets a CHECK() fail, when the test fails
 */
struct unit_test {
	const char *name;
	bool (*run)(void);
};

/* In a function that returns bool: leave with false when @cond is */
#define CHECK(cond) do {							\
	if (!(cond)) {								\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);		\
		return false;							\
	}									\
} while (0)

/** unit_random - the next pseudo-random number; argv[1] is the seed */
uint64_t unit_random(void);

/** unit_below - a pseudo-random number below @limit */
static inline uint64_t unit_below(uint64_t limit)
{
	return unit_random() % limit;
}

/** unit_main - run all tests and print TAP.  Return: exit status. */
int unit_main(int argc, char **argv, const struct unit_test *tests, unsigned int count);

#endif /* MOTE_UNIT_H */
