/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fuzz harness as an ordinary test: what replay.c calls of it. */
#ifndef LP_TESTS_REPLAY_H
#define LP_TESTS_REPLAY_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * A harness may define it: it hands valid inputs to feed. replay.c tries each of them whole, damaged and cut off, or
 * writes them as files for a fuzzer to start from.
 */
void fuzz_seeds(void (*feed)(const void *bytes, size_t n));

#endif
