#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack sign: who has signed a bundle changes, and nothing else does.
. "$(dirname "$0")/lib.sh"
use_bundle
# strace and LeakSanitizer exclude each other.
export ASAN_OPTIONS="detect_leaks=0:${ASAN_OPTIONS:-}"

# The number that a member's header gives: size_of FILE OFFSET.
size_of()
{
	echo $((8#$(dd if="$1" bs=1 skip=$(($2 + 124)) count=11 status=none)))
}

span()
{
	echo $((512 + ($1 + 511) / 512 * 512))
}

payload_digest()
{
	tail -c +$(($(payload_at "$1") + 1)) "$1" | sha256sum
}

# The ids of the signers, each with its status, as --list has them.
signers()
{
	lppack sign "$1" --list | sed -n 's/^  \(signed by\|         \)  *\([0-9a-f]\{64\}\)  \([a-z0-9]*\)  /\2 \3 /p'
}

id_of()
{
	sed -n '/^-----BEGIN/,/^-----END/p' "$1" | grep -v '^-' | base64 -d | sha256sum | cut -c 1-64
}

# The number of a member's first byte of data: member_at FILE PATTERN.
member_at()
{
	local at=0 name

	while name=$(dd if="$1" bs=1 skip=$at count=100 status=none | tr -d '\0') && [[ $name != $2 ]]; do
		at=$((at + $(span "$(size_of "$1" $at)")))
	done
	echo $((at + 512))
}

# Where the payload of a bundle begins: behind the member "pad".
payload_at()
{
	local at

	at=$(member_at "$1" pad)
	echo $((at - 512 + $(span "$(size_of "$1" $((at - 512)))")))
}

# Where the signatures begin.
area_at()
{
	echo $((1024 + $(span "$(size_of "$1" 1024)")))
}

key_id=$(id_of key.pub)

for i in a b c d; do lppack keygen -o $i > /dev/null; done
lppack keygen -o locked --passphrase-file <(echo 'open sesame') > /dev/null
printf 'open sesame\nsecond line\n' > right
echo wrong > wrong
: > empty

# --- Adding ---

payload=$(payload_digest b.lpb)
inode=$(stat -c %i b.lpb)
cp b.lpb one.lpb
works "a second signature" sign b.lpb --key a.key
{
	says "$out" '^b\.lpb: signed$'
	says "$out" "$(id_of a.pub)  ed25519  fits its key"
	says "$out" "$key_id  ed25519  fits its key"
	says "$out" '^  changed +(in-place|clone): [0-9.]+ KiB read, [0-9.]+ KiB written$'
} | ok "says who has signed it now, and what it took"
{
	[ "$(payload_digest b.lpb)" = "$payload" ] || echo "the payload is another one"
	[ "$(stat -c %s b.lpb)" = "$(stat -c %s one.lpb)" ] || echo "the size is another one"
	cmp b.lpb one.lpb | grep -q differ || echo "nothing changed"
	[ "$(find . -name '.*' -type f)" = "" ] || find . -name '.*' -type f
} | ok "the payload is untouched, nothing is left beside"
works "verified by the old key" verify -q b.lpb --keys key.pub
works "verified by the new key" verify -q b.lpb --keys a.pub
refused "the same key twice" SIGNED "b\.lpb: key $(id_of a.pub) has signed it already" '--remove' sign b.lpb --key a.key
refused "one key named twice" USAGE 'key [0-9a-f]{64} is named twice' 'each key once' sign b.lpb --key c.key --key c.key
refused "one new key and one that has signed: neither signs" SIGNED 'b\.lpb: key' '--remove' sign b.lpb --key c.key --key a.key
works "two keys at once" sign b.lpb --key c.key --key d.key
signers b.lpb | cut -c 1-64 > "$scratch/io/got"
for k in key a c d; do id_of $k.pub; done | sort > "$scratch/io/wanted"
same "four signers, in order" "$scratch/io/wanted" "$scratch/io/got"
works "an encrypted key" sign b.lpb --key locked.key --passphrase-file right
cp one.lpb b2.lpb
refused "a wrong passphrase" KEY 'locked\.key: ' '' sign b2.lpb --key locked.key --passphrase-file wrong
refused "an empty passphrase" KEY 'locked\.key: ' '' sign b2.lpb --key locked.key --passphrase-file empty
refused "no passphrase file" IO 'none: cannot be read' 'check the path' sign b2.lpb --key locked.key --passphrase-file none
if command -v setsid > /dev/null; then
	{ setsid -w "${program[@]}" sign b2.lpb --key locked.key > "$out" 2> "$err" < /dev/null
	  [ $? = "${status[KEY]}" ] || echo "exit status"
	  says "$err" 'locked\.key: needs a passphrase, and there is no terminal'; } | ok "an encrypted key without a terminal"
else
	skip "an encrypted key without a terminal" "no setsid"
fi
if python3 -c 'import pty' 2> /dev/null; then
	{
		python3 - "${program[@]}" sign b2.lpb --key locked.key > "$out" 2>&1 <<- 'EOF'
			import os, pty, sys
			pid, fd = pty.fork()
			if pid == 0:
			    os.execvp(sys.argv[1], sys.argv[1:])
			shown = b""
			while not shown.endswith(b": "):
			    shown += os.read(fd, 1)
			os.write(fd, b"open sesame\n")
			try:
			    while True:
			        shown += os.read(fd, 4096)
			except OSError:
			    pass
			sys.stdout.buffer.write(shown)
			sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
		EOF
		[ $? = 0 ] || cat "$out"
		says "$out" 'Passphrase for locked.key: '
		grep -q sesame "$out" && echo "the terminal shows the passphrase"
		signers b2.lpb | grep -q "$(id_of locked.pub)" || { echo "not signed"; cat "$out"; }
	} | ok "the terminal is asked, and does not show the answer"
else
	skip "the terminal is asked, and does not show the answer" "no python3"
fi

# --- Listing and removing ---

{
	try OK sign b.lpb --list --json
	json "['signatures'][0]['status']" "'valid'"
	json "['signatures'][0]['scheme']" "'ed25519'"
	json "['file']" "'b.lpb'"
	python3 - "$out" <<- 'EOF'
		import json, sys
		d = json.load(open(sys.argv[1]))
		if len(d["signatures"]) != 5 or set(d) != {"file", "digest", "signatures"}:
		    print(d)
	EOF
} | ok "--list --json"
works "remove by the id's beginning" sign b.lpb --remove "$(id_of c.pub | cut -c 1-12)"
{ signers b.lpb | grep "$(id_of c.pub)"; [ "$(signers b.lpb | wc -l)" = 4 ] || signers b.lpb; } | ok "only that one is gone"
refused "a key that has not signed" USAGE "b\\.lpb: no signature by a key whose id begins with '$(id_of c.pub)'" '--list' \
	sign b.lpb --remove "$(id_of c.pub)"
refused "an id that is none" USAGE 'b\.lpb: no signature' '--list' sign b.lpb --remove xyz
refused "an empty id" USAGE 'sign: --remove: ' '' sign b.lpb --remove ''
{
	# Seventeen ids cannot all begin with another digit; here keys are made until two ids begin alike.
	cp one.lpb alike.lpb
	for i in {1..17}; do
		lppack keygen -o "p$i" > /dev/null
		lppack sign alike.lpb --key "p$i.key" > /dev/null 2>&1
		first=$(signers alike.lpb | cut -c 1 | uniq -d | head -n 1)
		[ -z "$first" ] || break
	done
	try USAGE sign alike.lpb --remove "$first"
	says "$err" "alike.lpb: more than one key id begins with '$first'"
} | ok "a beginning that fits two keys"
for k in a d locked; do lppack sign b.lpb --remove "$(id_of $k.pub)" > /dev/null; done
{ cmp b.lpb one.lpb; } | ok "what was added and removed is the bundle of before, byte by byte"
{
	cp one.lpb none.lpb
	try OK sign none.lpb --remove "$key_id"
	says "$err" 'warning: none\.lpb: no signature is left'
	try UNTRUSTED verify none.lpb --keys key.pub
	try OK sign none.lpb --key key.key
	cmp none.lpb one.lpb
} | ok "the last signature can be removed, with a warning, and be made again"

# --- The area grows and shrinks ---

{
	cp one.lpb grown.lpb
	chmod 640 grown.lpb
	for i in {1..17}; do [ -e "p$i.key" ] || lppack keygen -o "p$i" > /dev/null; done
	for i in {1..6}; do lppack sign grown.lpb --key "p$i.key" > /dev/null || echo "p$i"; done
	try OK sign grown.lpb --key p7.key --json
	json "['method']" "'rewrite'"
	json "['bytes_copied']" "$(($(stat -c %s one.lpb) - $(payload_at one.lpb)))"
	[ "$(payload_at grown.lpb)" = $(($(payload_at one.lpb) + 8192)) ] || echo "it has not grown"
	[ "$(payload_digest grown.lpb)" = "$payload" ] || echo "the payload is another one"
	[ "$(stat -c %a grown.lpb)" = 640 ] || stat grown.lpb
	try OK verify -q grown.lpb --keys p7.pub
	try OK sign grown.lpb --remove "$(id_of p7.pub)" --json
	json "['method']" "'rewrite'"
	[ "$(stat -c %s grown.lpb)" = "$(stat -c %s one.lpb)" ] || echo "it has not shrunk"
} | ok "a new head where the area does not suffice, and back"
{
	for i in {7..15}; do lppack sign grown.lpb --key "p$i.key" > /dev/null || echo "p$i"; done
	try LIMIT sign grown.lpb --key p16.key
	says "$err" 'grown\.lpb: has 16 signatures already'
	try OK verify -q grown.lpb --keys p15.pub
} | ok "16 signatures, and no more"
{
	ln -s one.lpb link.lpb
	ln one.lpb hard.lpb
	try OK sign link.lpb --key a.key
	[ -L link.lpb ] || echo "the link is gone"
	cmp one.lpb hard.lpb
	try OK sign hard.lpb --remove "$(id_of a.pub)"
	cmp one.lpb b.lpb
	rm hard.lpb link.lpb
} | ok "links are followed, and all names of a file keep one content"

# --- Signing elsewhere ---

works "--emit" sign b.lpb --emit -o message
{
	lppack sign b.lpb --emit | cmp - message 2>&1
	{
		printf 'DSSEv1 32 application/vnd.lppack.bundle.v1 %s ' "$(size_of b.lpb 1024)"
		dd if=b.lpb bs=1 skip=1536 count="$(size_of b.lpb 1024)" status=none
	} | cmp - message 2>&1
} | ok "--emit writes the pre-authentication encoding of the manifest"
refused "--emit over a file" EXISTS 'message: exists' '' sign b.lpb --emit -o message
if command -v openssl > /dev/null; then
	openssl pkeyutl -sign -rawin -inkey a.key -in message -out signature
	works "--attach an Ed25519 signature by openssl" sign b.lpb --attach signature --key a.pub
	works "it verifies" verify -q b.lpb --keys a.pub
	refused "--attach it again" SIGNED 'b\.lpb: key [0-9a-f]{64} has signed it already' '--remove' sign b.lpb --attach signature --key a.pub
	cp one.lpb b.lpb
	refused "--attach without the key" USAGE 'signature: an Ed25519 signature does not tell its key' '--key' sign b.lpb --attach signature
	refused "--attach with another's key" BAD_SIGNATURE 'b\.lpb: .*does not fit' '' sign b.lpb --attach signature --key c.pub
	{ cat message; echo; } > longer
	openssl pkeyutl -sign -rawin -inkey a.key -in longer -out signature2
	refused "--attach a signature over something else" BAD_SIGNATURE 'b\.lpb: .*does not fit' '' sign b.lpb --attach signature2 --key a.pub
	head -c 63 signature > short
	refused "--attach what is no signature" BAD_SIGNATURE 'short: ' '' sign b.lpb --attach short --key a.pub
	refused "--attach garbage" BAD_SIGNATURE 'wrong: not a CMS' '' sign b.lpb --attach wrong
	head -c 20000 /dev/zero > huge
	refused "--attach what is too large" LIMIT 'huge: larger than' '' sign b.lpb --attach huge
	refused "--attach an empty file" BAD_SIGNATURE 'empty: ' '' sign b.lpb --attach empty
	for type in ecdsa-p256 ecdsa-p384 rsa-3072; do
		md=sha256
		[ $type != ecdsa-p384 ] || md=sha384
		lppack keygen -o $type --type $type > /dev/null
		openssl req -x509 -new -key $type.key -subj "/CN=$type" -days 30 -out $type.crt
		openssl cms -sign -binary -cades -md $md -nosmimecap -outform DER -signer $type.crt -inkey $type.key -in message -out $type.der
		works "$type: --attach a CMS by openssl" sign b.lpb --attach $type.der
		works "$type: it verifies by the bare key" verify -q b.lpb --keys $type.pub
		refused "$type: its own signature would be the second" SIGNED 'b\.lpb: key' '--remove' sign b.lpb --key $type.key --cert $type.crt
		openssl req -x509 -new -key $type.key -subj "/CN=another name" -days 30 -out again.crt
		refused "$type: under another certificate too" SIGNED 'b\.lpb: key' '--remove' sign b.lpb --key $type.key --cert again.crt
		lppack sign b.lpb --remove "$(id_of $type.pub)" > /dev/null
		works "$type: by lppack itself" sign b.lpb --key $type.key --cert $type.crt
		{
			at=$(member_at b.lpb "*$(id_of $type.pub).cms")
			dd if=b.lpb of=member bs=1 skip="$at" count="$(size_of b.lpb $((at - 512)))" status=none
			openssl cms -verify -binary -cades -inform DER -in member -content message -CAfile $type.crt -purpose any > "$out" 2> "$err" ||
				cat "$err"
			cmp "$out" message
		} | ok "$type: openssl verifies it"
		cp one.lpb b.lpb
	done
	openssl cms -sign -binary -md sha256 -outform DER -signer ecdsa-p256.crt -inkey ecdsa-p256.key -in message -out plain.der
	refused "a CMS that does not name its certificates" BAD_SIGNATURE 'plain\.der: not a CMS signature of the known shape' '-cades' \
		sign b.lpb --attach plain.der
	refused "a CMS with --key" BAD_SIGNATURE 'ecdsa-p256\.der: has [0-9]+ bytes: not an Ed25519' 'leave --key away' \
		sign b.lpb --attach ecdsa-p256.der --key ecdsa-p256.pub
	refused "a key that needs a certificate" KEY 'ecdsa-p256\.key: ' '--cert' sign b.lpb --key ecdsa-p256.key
	refused "another key's certificate" KEY 'rsa-3072\.crt: is not the certificate' 'issued for this key' \
		sign b.lpb --key ecdsa-p256.key --cert rsa-3072.crt
	refused "a certificate for Ed25519" KEY 'a\.key: an Ed25519 key' 'leave --cert away' sign b.lpb --key a.key --cert rsa-3072.crt
	refused "a certificate before its key" USAGE '--cert rsa-3072\.crt has no --key' 'key by key' sign b.lpb --cert rsa-3072.crt --key rsa-3072.key
	refused "a chain without a certificate" USAGE 'rsa-3072\.crt: a chain without' '--cert' sign b.lpb --key a.key --chain rsa-3072.crt
	works "create with a certificate" create spec.yaml -o made.lpb --key ecdsa-p384.key --cert ecdsa-p384.crt --key key.key
	works "its CMS verifies" verify -q made.lpb --keys ecdsa-p384.pub
else
	for what in Ed25519 CMS create; do skip "openssl: $what" "no openssl"; done
fi

# --- What is not signed ---

hint='give --key, --remove, --list, --emit or --attach'
refused "nothing to do" USAGE 'sign: nothing to do' "$hint" sign b.lpb
refused "two things to do" USAGE 'sign: more than one thing' "$hint" sign b.lpb --list --emit
refused "a key to remove with" USAGE 'sign: --key does not go with --remove' "$hint" sign b.lpb --key a.key --remove "$key_id"
refused "an output without --emit" USAGE 'sign: --output goes with --emit' 'in place' sign b.lpb --key a.key -o c.lpb
{ try USAGE sign b.lpb --emit --json; says "$err" 'sign: --emit writes the bytes themselves'; } | ok "--emit --json"
refused "no bundle" NOT_BUNDLE 'message: not a lppack bundle' '' sign message --key a.key
refused "a missing file" IO 'none: cannot be opened' 'check the path' sign none --key a.key
refused "a directory" IO '\.: ' '' sign . --key a.key
chmod 444 b.lpb
held_to_modes refused "a file that may not be written" IO 'b\.lpb: cannot be opened for writing: Permission denied' 'permissions' \
	sign b.lpb --key a.key
chmod 644 b.lpb
head -c -1 one.lpb > cut.lpb
refused "a bundle that is cut off" TRUNCATED 'cut\.lpb: has [0-9]+ bytes of' 'fetch' sign cut.lpb --key a.key
{ cat one.lpb; echo; } > more.lpb
refused "a bundle with something after it" STRUCTURE 'more\.lpb: has 1 bytes after its end' 'fetch' sign more.lpb --key a.key
flip()
{
	cp one.lpb "$1"
	printf '%b' "\\x$(printf %02x $((0x$(xxd -p -s "$2" -l 1 one.lpb) ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
if command -v xxd > /dev/null; then
	at=$(area_at one.lpb)
	flip bad.lpb $((at + 512 + 80))
	refused "a bundle whose signature is wrong" BAD_SIGNATURE 'bad\.lpb: .*does not fit' '' sign bad.lpb --key a.key
	{
		try OK sign bad.lpb --list
		says "$out" "$key_id  ed25519  WRONG"
		try OK sign bad.lpb --remove "$key_id"
		try OK sign bad.lpb --key key.key
		cmp bad.lpb one.lpb
	} | ok "a wrong signature is listed as such, and can be removed"
	flip pad.lpb $((at + 2048))
	refused "a bundle with a byte in pad" STRUCTURE 'pad\.lpb: .*must be zeros' '' sign pad.lpb --key a.key
	sed 's/^serial: 7$/serial: 8/' one.lpb > manifest.lpb
	refused "a bundle whose manifest was changed" BAD_SIGNATURE 'manifest\.lpb: ' '' sign manifest.lpb --key a.key
else
	skip "damaged bundles" "no xxd"
fi

# --- Interruptions ---

# The new head of one.lpb with a's signature too, the journal of such a change, and the area half written.
tear()
{
	cp one.lpb torn.lpb
	cp one.lpb new.lpb
	lppack sign new.lpb --key a.key > /dev/null
	head -c "$(payload_at new.lpb)" new.lpb > .torn.lpb.signing
	chmod 600 .torn.lpb.signing
	at=$(area_at one.lpb)
	dd if=new.lpb of=torn.lpb bs=1 skip=$at seek=$at count=1100 conv=notrunc status=none
}

tear
refused "a bundle of a torn change is refused, with the way back" STRUCTURE 'torn\.lpb: ' 'lppack sign --list torn\.lpb' \
	verify torn.lpb --keys key.pub
{
	cp torn.lpb alone.lpb
	try STRUCTURE verify alone.lpb --keys key.pub
	! grep -q 'sign --list' "$err" || echo "a hint at a journal that is not there"
} | ok "without a journal it is damaged as any other"
{
	try OK sign torn.lpb --list
	cmp torn.lpb new.lpb
	[ ! -e .torn.lpb.signing ] || echo "the journal is still there"
} | ok "the next call completes it"
{
	tear
	try SIGNED sign torn.lpb --key a.key
	cmp torn.lpb new.lpb
	tear
	try OK sign torn.lpb --key c.key
	lppack sign torn.lpb --remove "$(id_of c.pub)" > /dev/null
	cmp torn.lpb new.lpb
} | ok "a change completes it first"
{
	tear
	cp one.lpb torn.lpb
	try OK sign torn.lpb --list
	cmp torn.lpb one.lpb
	[ ! -e .torn.lpb.signing ] || echo "the journal is still there"
} | ok "a journal that is not needed goes, and the bundle stays"
{
	tear
	chmod 666 .torn.lpb.signing
	try STATE sign torn.lpb --list
	says "$err" 'torn\.lpb: a change of its signatures was interrupted, and its journal does not complete it: '
	tear
	head -c 2000 /dev/zero > .torn.lpb.signing
	try STATE sign torn.lpb --key a.key
	tear
	SOURCE_DATE_EPOCH=1790000001 lppack create spec.yaml --key key.key -o other.lpb > /dev/null
	head -c "$(payload_at other.lpb)" other.lpb > .torn.lpb.signing
	try STATE sign torn.lpb --key a.key
	says "$err" 'is not about this bundle'
	rm .torn.lpb.signing
} | ok "a journal that others may write, is damaged, or is another's completes nothing"

# Killed before each system call that changes anything, and after each: the old set or the new one, at most after a repair.
if command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null; then
	{
		cp one.lpb new.lpb
		lppack sign new.lpb --key a.key > /dev/null
		killed=0
		for call in pwrite64 openat write fsync fdatasync linkat renameat2 rename unlink unlinkat ioctl; do
			for ((nth = 1; nth < 60; nth++)); do
				cp one.lpb kill.lpb
				strace -f -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when=$nth "${program[@]}" \
					sign kill.lpb --key a.key > /dev/null 2>&1 && break
				killed=$((killed + 1))
				lppack sign kill.lpb --list > "$out" 2>&1 || cat "$out"
				cmp -s kill.lpb one.lpb || cmp -s kill.lpb new.lpb || echo "$call $nth: neither the old nor the new bundle"
				[ ! -e .kill.lpb.signing ] || echo "$call $nth: the journal is still there"
				rm -f .kill.lpb.*.tmp .*.tmp
			done
		done
		[ $killed -gt 5 ] || echo "killed $killed times only"
	} 2> /dev/null | ok "killed at any system call"
else
	skip "killed at any system call" "no strace that works"
fi

# --- Size ---

if python3 -c '' 2> /dev/null && command -v openssl zstd > /dev/null; then
	PYTHONDONTWRITEBYTECODE=1 python3 - "$tests_cli/../hostile" big.lpb "$top_builddir" <<- 'EOF'
		import os, sys
		os.environ["top_builddir"] = sys.argv[3]
		sys.path.insert(0, sys.argv[1])
		import hostile, lpb
		with open(sys.argv[2], "wb") as f:
		    f.write(lpb.write(hostile.bundle(area=8192), manifest=hostile.setting("payload_size", 1 << 30)))
	EOF
	truncate -s $(($(payload_at big.lpb) + (1 << 30))) big.lpb
	{
		try OK sign big.lpb --key a.key --json
		json "['bytes_read'] < 65536" True
		json "['bytes_written'] < 65536" True
		json "['bytes_copied']" 0
		[ "$(stat -c %b big.lpb)" -lt 2048 ] || echo "holes were filled"
		[ "$(signers big.lpb | wc -l)" = 2 ] || signers big.lpb
	} | ok "1 GiB is signed without reading it"
	rm big.lpb
else
	skip "1 GiB is signed without reading it" "no python3, openssl or zstd"
fi

done_testing
