#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The public headers and their macros, as a C++ program and a strict C one see them.
. "$(dirname "$0")/tap.sh"
make_scratch

cat > "$scratch/program.cc" << 'END'
#include <lppack/lppack.h>
int program()
{
	LPPACK_OPTIONS(lppack_wait, wait);
	LPPACK_OPTIONS(lppack_apply_options, how);

	wait.wait_ns = 1000000000;
	how.flags = LPPACK_APPLY_REPLACE;
	LPPACK_OPTIONS_RESET(how);
	return wait.size != sizeof(wait) || how.size != sizeof(how) || how.flags;
}
END
cat > "$scratch/program.c" << 'END'
#include <lppack/lppack.h>
int program(void);
int program(void)
{
	LPPACK_OPTIONS(lppack_wait, wait, .wait_ns = 1000000000);
	LPPACK_OPTIONS(lppack_apply_options, how, .flags = LPPACK_APPLY_REPLACE);

	LPPACK_OPTIONS_RESET(how);
	return wait.size != sizeof(wait) || how.size != sizeof(how) || how.flags;
}
END

# compiles NAME COMPILER SOURCE STANDARD: without a warning.
compiles()
{
	if command -v "$2" > /dev/null; then
		"$2" -std="$4" -Wall -Wextra -pedantic -Werror -fsyntax-only -I "$top_srcdir/include" \
			"$scratch/$3" 2>&1 | ok "$1"
	else
		skip "$1" "there is no $2"
	fi
}

compiles "the headers and LPPACK_OPTIONS() are C++17" "${CXX:-c++}" program.cc c++17
compiles "the headers and LPPACK_OPTIONS() are C++20" "${CXX:-c++}" program.cc c++20
compiles "the headers and LPPACK_OPTIONS() are C11" cc program.c c11
done_testing
