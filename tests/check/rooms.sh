# SPDX-License-Identifier: LGPL-2.1-or-later
# The rooms of src/ and their order, from left to right; what stands on one line are siblings.
rooms='
shared
base
format inspect crypto runtime cell
bundle
trust check
pack machine
apply
status
'
every_room=$(echo $rooms)

# left_of ROOM: the rooms that it may include and call, one a line.
left_of()
{
	local line

	while read -r line; do
		case " $line " in
		*" $1 "*) return ;;
		esac
		printf '%s\n' $line
	done <<< "$rooms"
}
