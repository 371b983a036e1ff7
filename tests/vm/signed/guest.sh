# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The kernel's own signature of modules, on a kernel that insists on it: guest.sh ignorant|knowing. The second kernel has
# the key that the modules of /signed/known-1.lpb and known-2.lpb are signed with.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

B=/signed
TRACE=/sys/kernel/tracing

# loads: how often anybody asked the kernel to load a module since it was last asked.
loads() {
	grep -c 'sys_finit_module\|sys_init_module' $TRACE/trace
	echo >$TRACE/trace
}

# refusals: of modules, in the kernel's log.
refusals() {
	dmesg | grep -c 'is rejected'
}

# refuses NAME BUNDLE PATTERN: before the kernel is asked to load anything.
refuses() {
	local before
	before=$(refusals)
	expect_status "$1" 55 lppack apply --replace "$B/$2"
	expect_match "$1: why" "$3" "$(echo "$OUTPUT" | tr '\n' ' ')"
	expect_eq "$1: the kernel was not asked" 0 "$(loads)"
	expect_eq "$1: its log says nothing" "$before" "$(refusals)"
	expect_status "$1: a dry run says it too" 55 lppack apply --dry-run --replace "$B/$2"
}

prepare() {
	mkdir -p /etc/lppack/keys.d
	cp $B/vendor.pub /etc/lppack/keys.d/
	expect_eq 'the kernel insists on signatures' Y "$(cat /sys/module/module/parameters/sig_enforce)"
	echo 1 >$TRACE/events/syscalls/sys_enter_finit_module/enable
	echo 1 >$TRACE/events/syscalls/sys_enter_init_module/enable
	loads >/dev/null
	grep asymmetri /proc/keys | sed 's/^/# /'
}

# What a kernel does that is asked all the same: the verdicts above are its own.
kernel_agrees() {
	expect_match 'the kernel refuses an unsigned module' '*errno=EKEYREJECTED*' "$(bareload $B/unsigned.ko 2>&1)"
	expect_match 'and one of a stranger' '*errno=EKEYREJECTED*' "$(bareload $B/stranger.ko 2>&1)"
	expect_eq 'asking leaves traces' 2 "$(loads)"
}

ignorant() {
	refuses 'signed by a key of nobody here' known-1.lpb '*insists on module signatures (module.sig_enforce) and does not know the key*serial*issued by LP module CA*'
	expect_match 'the next step' '*mokutil --import*' "$OUTPUT"
}

knowing() {
	expect_status 'what would be done' 0 lppack apply --dry-run $B/known-1.lpb
	expect_match 'the key is known' '*signature*by LP module CA*whose key the kernel has*signed modules only (module.sig_enforce)*' \
		"$(echo "$OUTPUT" | tr '\n' ' ')"
	lppack apply --dry-run --json $B/known-1.lpb >/tmp/plan.json
	expect_eq 'as machines read it' 1 "$(grep -c '"key": "known"' /tmp/plan.json)"
	expect_eq 'nothing was loaded' 0 "$(loads)"
	expect_status 'signed with the known key' 0 lppack apply $B/known-1.lpb
	expect_eq 'the kernel was asked once' 1 "$(loads)"
	expect_match 'behaviour' '* lppack_level=1' "$(cat /proc/cmdline)"
	expect_eq 'no taint by the signature' 0 "$(grep -c E /sys/module/lppack_sample_1/taint)"
	refuses 'still refused: a stranger' stranger.lpb '*does not know the key*'
	expect_status 'the next level' 0 lppack apply --replace $B/known-2.lpb
	expect_match 'its behaviour' '* lppack_level=2' "$(cat /proc/cmdline)"
	expect_eq 'one patch' lppack_sample_2 "$(patches)"
	loads >/dev/null
	built_in
}

# Nothing can be loaded here for a digest that is not built in, and only the kernel can tell.
built_in() {
	if grep -q '^name *: sha512$' /proc/crypto; then
		expect_status 'another digest' 0 lppack apply --replace $B/known-512.lpb
		expect_match 'behaviour with it' '* lppack_level=3' "$(cat /proc/cmdline)"
	else
		expect_status 'a digest that the kernel lacks' 55 lppack apply --replace $B/known-512.lpb
		expect_match 'is told' '*lacks the digest or the kind of key*' "$(echo "$OUTPUT" | tr '\n' ' ')"
		expect_match 'the old behaviour' '* lppack_level=2' "$(cat /proc/cmdline)"
	fi
	expect_eq 'it was asked' 1 "$(loads)"
}

prepare
refuses 'unsigned' unsigned.lpb '*requires module signatures (module.sig_enforce), and the module has none*'
refuses 'signed by a stranger' stranger.lpb '*does not know the key*serial*issued by LP stranger*'
if [ "$1" = knowing ]; then
	knowing
else
	ignorant
fi
kernel_agrees
finish
