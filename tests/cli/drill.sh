#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The roll-over drill of lppack-trust(7), step by step: one machine, the vendor's old and new key, and a thief with the old one.
. "$(dirname "$0")/lib.sh"
export SOURCE_DATE_EPOCH=1790000000 # 2026-09-21
use_host h 6.1.0-1-test
mkmodule --kind vmlinuz --release 6.1.0-1-test -o vmlinuz
mkmodule --release 6.1.0-1-test --name livepatch_7 --function foo_ioctl --build-id "$(module_id 1)" -o livepatch_7.ko
declare -A id=()
for key in old new offline; do
	id[$key]=$(lppack keygen -o $key --json | sed -n 's/.*"id": "\(.*\)".*/\1/p')
done
rm h/etc/lppack/keys.d/*

# build NAME SERIAL EPOCH KEY [CREATED]
build()
{
	printf '%s\n' 'stream: web' "serial: $2" "epoch: $3" 'kernels:' '  - module: livepatch_7.ko' '    kernel: vmlinuz' > "$1.yaml"
	SOURCE_DATE_EPOCH=${5:-$SOURCE_DATE_EPOCH} lppack create "$1.yaml" --threads 1 --level 1 --key "$4.key" -o "$1.lpb" > /dev/null || exit 99
}

digest()
{
	lppack show --json --keys "$2.pub" "$1.lpb" | sed -n 's/^  "digest": "\(.*\)".*/\1/p'
}

# public NAME: the line of a policy that brings the key.
public()
{
	echo "    public_key: $(grep -v -e ----- "$1.pub")"
}

# policy VERSION LINE...: policy-VERSION.yaml
policy()
{
	local version=$1

	shift
	printf '%s\n' 'format: 1' "version: $version" 'created: 2026-09-20T00:00:00Z' "$@" > "policy-$version.yaml"
}

# remember EPOCH SERIAL DIGEST: what the machine saw and applied last.
remember()
{
	local release=("epoch: $1" "serial: $2" "digest: \"$3\"" 'at: "2026-09-21T00:00:00Z"')

	mkdir -p h/var/lib/lppack
	{
		printf '%s\n' 'format: 1' 'streams:' '  - stream: "web"'
		for which in seen applied; do
			echo "    $which:"
			printf '      %s\n' "${release[@]}"
		done
		echo 'downgrades: []'
	} > h/var/lib/lppack/freshness.yaml
}

# Every key says where it counts: the online key signs bundles, the offline key signs policies.
policy 1 'keys:' "  - id: ${id[old]}" "$(public old)" "  - id: ${id[offline]}" "$(public offline)" '    streams: ["none"]' \
	'update:' '  threshold: 1' "  keys: [${id[offline]}]"
build s5 5 0 old
{
	try OK trust add --root h offline.pub
	try OK trust sign --key offline.key policy-1.yaml
	try OK trust update --root h policy-1.yaml
	try OK verify -q --root h s5.lpb
	remember 0 5 "$(digest s5 old)"
} | ok "N: the old key signs"

# 1. The new key comes, and the old one goes on until a date.
policy 2 'keys:' "  - id: ${id[old]}" "$(public old)" '    not_after: 2026-10-01T00:00:00Z' "  - id: ${id[new]}" "$(public new)" \
	"  - id: ${id[offline]}" "$(public offline)" '    streams: ["none"]' 'update:' '  threshold: 1' "  keys: [${id[offline]}]"
build s6 6 0 old
build s7 7 0 new
{
	try UNTRUSTED verify --root h s7.lpb
	try OK trust sign --key offline.key policy-2.yaml
	try OK trust update --root h policy-2.yaml
	try OK verify -q --root h s6.lpb
	try OK verify -q --root h s7.lpb
} | ok "N+1: both keys count, and each machine changes over when it gets the policy"
build late 8 0 old 1791000000 # 2026-10-03
{
	try UNTRUSTED verify --root h late.lpb
	says "$err" "outside-window: the key is for what was created until 2026-10-01T00:00:00Z, this was on 2026-10-03T"
} | ok "after the date the old key signs nothing more"
{ try OK verify -q --root h s5.lpb; } | ok "and what it signed before stays good"

# 2. The old key is stolen. The thief dates his bundle back, and runs to the highest serial there is.
build thief 9007199254740991 0 old
{
	try OK verify -q --root h thief.lpb
	remember 0 9007199254740991 "$(digest thief old)"
	try DOWNGRADE apply --dry-run --root h s7.lpb
	says "$err" 'serial 7 .* is older than what this machine has seen of stream web, serial 9007199254740991'
} | ok "a stolen key is believed until it is revoked, and a fast-forward holds the vendor's bundles back"
policy 3 'keys:' "  - id: ${id[old]}" "$(public old)" "  - id: ${id[new]}" "$(public new)" "  - id: ${id[offline]}" "$(public offline)" \
	'    streams: ["none"]' 'revoked_keys:' "  - id: ${id[old]}" '    reason: stolen in September' 'update:' '  threshold: 1' \
	"  keys: [${id[offline]}]"
{
	try OK trust sign --key old.key policy-3.yaml
	try UNTRUSTED trust update --root h policy-3.yaml
} | ok "the thief's key signs no policy"
{
	try OK trust sign --key offline.key policy-3.yaml
	try OK trust update --root h policy-3.yaml
	try REVOKED verify --root h thief.lpb
	says "$err" "signature ${id[old]}  ed25519  revoked: the key is revoked: stolen in September"
	try REVOKED verify --root h s5.lpb
} | ok "the key is revoked, with all that it signed"
{ try REVOKED apply --dry-run --root h thief.lpb; } | ok "and apply refuses it"

# 3. A higher epoch leaves the misused serials behind.
build e1 8 1 new
{
	try DOWNGRADE apply --dry-run --root h s7.lpb
	try OK verify -q --root h e1.lpb
	try OK apply --dry-run --root h e1.lpb
} | ok "a higher epoch is newer than any serial of the old one"
remember 1 8 "$(digest e1 new)"
{
	try DOWNGRADE apply --dry-run --root h s7.lpb
	says "$err" 'serial 7 .* is older than .*, serial 8 of epoch 1'
	says "$err" '--allow-downgrade'
} | ok "a replayed old bundle is a downgrade"
cp e1.lpb kept.lpb
build e1twin 8 1 new 1790000060
{
	try EQUIVOCATION apply --dry-run --root h e1twin.lpb
	says "$err" 'is not the one that this machine has seen'
} | ok "another bundle of that number is an attack"

# 4. A bundle of the vendor's own turns out to be bad.
policy 4 'keys:' "  - id: ${id[new]}" "$(public new)" "  - id: ${id[offline]}" "$(public offline)" '    streams: ["none"]' \
	'revoked_keys:' "  - id: ${id[old]}" '    reason: stolen in September' 'revoked_bundles:' "  - digest: $(digest e1 new)" \
	'    reason: it deadlocks' 'minimum:' '  - stream: web' '    epoch: 1' 'update:' '  threshold: 1' "  keys: [${id[offline]}]"
build e2 9 1 new
{
	try OK trust sign --key offline.key policy-4.yaml
	try OK trust update --root h policy-4.yaml
	try REVOKED verify --root h e1.lpb
	says "$err" 'e1\.lpb: this bundle is revoked: it deadlocks \(rule revoked_bundles'
	try OK apply --dry-run --root h e2.lpb
} | ok "a revoked bundle is refused, and its successor is not"

# 5. A machine that comes anew, with no memory: the policy's minimum stands in for it.
rm -r h/var h/etc/lppack/kept
{
	try DOWNGRADE verify --root h s7.lpb
	says "$err" 'serial 7 of epoch 0 is below serial 0 of epoch 1 \(rule minimum'
	try OK verify -q --root h e2.lpb
} | ok "a new machine cannot be given the old epoch either"
{
	for version in 1 2 3; do
		try DOWNGRADE trust update --root h policy-$version.yaml
		cmp policy-$version.yaml h/etc/lppack/policy.yaml.$version
	done
	cmp policy-4.yaml h/etc/lppack/policy.yaml
} | ok "no older policy comes back, and each is kept"

done_testing
