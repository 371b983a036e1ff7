#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every exit status occurs in a test: here, or where this table says.
. "$(dirname "$0")/lib.sh"

# NAME FILE: what cannot happen on the command line without a kernel that livepatches, and what shows it instead.
elsewhere='
INTERNAL tests/unit/base/test_error.c
NO_MEMORY tests/unit/base/test_file.c
FACTS tests/hostile/cases
REFUSED tests/unit/runtime/test_refusal.c
INCOMPATIBLE tests/unit/runtime/test_refusal.c
STALLED tests/unit/runtime/test_reverse.c
STALLED_LEFT tests/unit/runtime/test_reverse.c
NOT_REPLACED tests/unit/runtime/test_reverse.c
UNPROVEN tests/unit/runtime/test_prove.c
LEFTOVER tests/unit/runtime/test_replace.c
NONE_LEFT tests/unit/runtime/test_reverse.c
MEMORY tests/unit/check/test_running.c
CLOCK tests/unit/machine/test_freshness.c
EXPIRED tests/unit/machine/test_freshness.c
FORCED tests/unit/runtime/test_unload.c
ONE_WAY tests/unit/apply/test_rollback.c
'
# Numbers that are taken for what is to come.
reserved=''

# The words of a file or directory, without comments.
words()
{
	grep -rhvE '^[[:space:]]*#' "$@" | grep -oE '[A-Z_]+' | sed 's/^LPPACK_E_//' | sort -u
}

words --include='*.sh' --exclude=statuses.sh --exclude=lib.sh "$tests_cli" > "$scratch/io/here"
for name in "${!status[@]}"; do
	if [ "$name" = OK ] || grep -qw "$name" <<< "$reserved" || grep -q "^$name " <<< "$elsewhere"; then continue; fi
	grep -qx "$name" "$scratch/io/here" || echo "$name (${status[$name]}): no test gets it"
done | ok "every exit status is got by a test"
while read -r name where; do
	[ -n "$name" ] || continue
	[ -n "${status[$name]:-}" ] || echo "$name is no status"
	words "$top_srcdir/$where" | grep -qx "$name" || echo "$name is not in $where"
done <<< "$elsewhere" | ok "or in the file that the table names"

done_testing
