# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# An apply, of a module with callbacks, and a removal killed after ever longer times: the next call ends in a right state
# each time. 60-killed.sh kills an apply at every point of it.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

B=/bundles

# kill_after MICROSECONDS COMMAND...
kill_after() {
	local delay="$1"
	shift
	"$@" >/tmp/out 2>&1 &
	usleep "$delay"
	kill -KILL $! 2>/dev/null
	wait $! 2>/dev/null
}

# right WHEN ALLOWED...: after recovery the patch is one of those, its module alone is loaded, and it works.
right() {
	local when="$1" status=0 name
	shift
	lppack recover >/tmp/recovered 2>&1 || status=$?
	[ $status -eq 0 ] || fail "$when: recover ends with $status: $(cat /tmp/recovered)"
	name=$(patches)
	case " $* " in
	*" ${name:-none} "*) ;;
	*) fail "$when: '$name' is in force" ;;
	esac
	[ "$(livepatch_modules)" = "$name" ] || fail "$when: modules '$(livepatch_modules)', patches '$name'"
	[ "$(sample_level)" = "$(echo "${name:-0}" | sed 's/.*_//')" ] || fail "$when: level $(sample_level), patch '$name'"
	say "$when: ${name:-none}; $(cat /tmp/recovered)"
}

mkdir -p /etc/lppack/keys.d
cp $B/vendor.pub /etc/lppack/keys.d/
expect_status 'level 1' 0 lppack apply $B/level1.lpb
delay=0
while [ $delay -lt 1500000 ]; do
	kill_after $delay lppack apply --replace --allow-downgrade --allow-loss --switch-stream $B/test-kpatch.lpb
	right "apply killed after $delay us" lppack_sample_1 lptest_kpatch
	lppack apply --replace --allow-downgrade --allow-loss --switch-stream $B/level1.lpb >/dev/null 2>&1
	[ "$(livepatch_modules)" = lppack_sample_1 ] || fail "back to level 1: '$(livepatch_modules)'"
	delay=$((delay + 150000))
done
ok 'an apply of a module with callbacks killed at 10 times'
delay=0
while [ $delay -lt 1000000 ]; do
	kill_after $delay lppack remove
	right "removal killed after $delay us" lppack_sample_1 none
	lppack apply --replace $B/level1.lpb >/dev/null 2>&1
	[ "$(livepatch_modules)" = lppack_sample_1 ] || fail "level 1 again: '$(livepatch_modules)'"
	delay=$((delay + 100000))
done
ok 'a removal killed at 10 times'
expect_eq 'nothing is left to recover' 'no call was cut short: there is nothing to recover' "$(lppack recover)"
finish
