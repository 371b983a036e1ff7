#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who calls whom, by the symbols of the built objects: no room calls one that does not stand to its left, and no .c
# files call each other in a circle.
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/rooms.sh"
make_scratch

if ! command -v nm > /dev/null; then
	skip "the objects are read" "there is no nm"
	done_testing
	exit
fi
cd "$top_builddir/src" || exit 99

# "OBJECT SYMBOL" of what is defined and of what is wanted; an object is called ROOM/NAME.
for object in $(for room in $every_room; do ls "$room"/.libs/*.o; done); do
	name=$(echo "$object" | sed 's|\.libs/||; s|\.o$||')
	[ -e "$top_srcdir/src/$name.c" ] || continue
	nm "$object" | awk -v name="$name" -v to="$scratch" '
		NF == 3 && $2 ~ /[TDRBC]/ { print $3, name >> (to "/defined") }
		$1 == "U" { print $2, name >> (to "/wanted") }'
done
sort -o "$scratch/defined" "$scratch/defined"
sort -o "$scratch/wanted" "$scratch/wanted"
# "CALLER CALLEE SYMBOL"
join "$scratch/wanted" "$scratch/defined" | awk '$2 != $3 { print $2, $3, $1 }' > "$scratch/calls"

{ [ "$(wc -l < "$scratch/calls")" -gt 500 ] || echo "only $(wc -l < "$scratch/calls") calls"; } | ok "the objects are read"

for room in $every_room; do
	allowed=$(left_of "$room" | tr '\n' '|')
	grep "^$room/" "$scratch/calls" | grep -vE " ($allowed$room)/" | sed 's/^\([^ ]*\) \([^ ]*\) \(.*\)/\1 calls \3() of \2/'
done | ok "no room calls one that does not stand to its left"

# tsort says which objects stand in a circle.
awk '{ print $1, $2 }' "$scratch/calls" | sort -u | tsort 2>&1 > /dev/null | sed 's/^tsort: -: //; s/^tsort: //' |
	ok "no .c files call each other in a circle"

done_testing
