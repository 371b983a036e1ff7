#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a machine remembers of the bundles it has had, and that nothing makes it forget.
. "$(dirname "$0")/lib.sh"
use_machine

# build NAME STREAM SERIAL EPOCH [LINE...]
build()
{
	build_release "$1" "stream: $2" "serial: $3" "epoch: $4" "${@:5}"
}

for serial in 4 5 6; do build s$serial web $serial 0; done
build twin web 5 0 'version: twin'
build e1 web 1 1
build far web 1 1001
build back web 7 0 'created: 2026-03-01T00:00:00Z'
build db db 1 0
build old web 7 0 'created: 2026-01-01T00:00:00Z' 'expires: 2026-02-01T00:00:00Z'
build future web 8 0 'created: 2200-01-01T00:00:00Z'
memory=h/var/lib/lppack/freshness.yaml
keep=(install --no-apply --root h)
dry=(apply --dry-run --root h)

# what FILE WORD...: each word in it.
what()
{
	local file=$1 word

	shift
	for word; do grep -qF -- "$word" "$file" || { echo "no '$word' in"; cat "$file"; }; done
}

{
	try OK verify -q --root h s5.lpb
	try OK show --root h s5.lpb
	try OK "${dry[@]}" s5.lpb
	[ ! -e h/var ] || find h/var
} | ok "looking at a bundle is not remembered"
{ try OK "${keep[@]}" s5.lpb; what $memory 'stream: "web"' 'serial: 5' 'seen:'; ls h/var/lib/lppack/.kept/freshness.yaml h/etc/lppack/kept/freshness.yaml > /dev/null; } |
	ok "installing it is"
refused "an older bundle" DOWNGRADE 's4\.lpb: serial 4 .* is older than what this machine has seen of stream web, serial 5' \
	'--allow-downgrade, which is recorded' "${dry[@]}" s4.lpb
{ cp $memory before; try DOWNGRADE "${keep[@]}" s4.lpb; says "$err" 's4\.lpb: serial 4 .* is older'; cmp before $memory; } | ok "is not installed either"
refused "another bundle of the serial" EQUIVOCATION 'twin\.lpb: serial 5 .* is not the one that this machine has seen, serial 5' \
	'a key is misused' "${dry[@]}" twin.lpb
refused "whatever is allowed" EQUIVOCATION 'twin\.lpb: ' 'a key is misused' "${dry[@]}" --allow-downgrade twin.lpb
{ try OK "${dry[@]}" s5.lpb; try OK "${dry[@]}" s6.lpb; try OK "${dry[@]}" e1.lpb; try OK "${dry[@]}" --switch-stream db.lpb; } |
	ok "the same, a newer one, a higher epoch and another stream that is switched to"
{
	cp $memory before
	try OK "${dry[@]}" --allow-downgrade s4.lpb
	says "$err" 'warning: .*going back is allowed: from serial 5 .* to serial 4'
	cmp before $memory
	try OK "${keep[@]}" --allow-downgrade s4.lpb
	what $memory 'downgrades:' 'from:' 'serial: 4'
} | ok "an allowed downgrade is told, and recorded when it happens"
{ try OK "${dry[@]}" old.lpb; says "$err" 'warning: old\.lpb: the bundle expired on 2026-02-01T00:00:00Z'; } | ok "an expired bundle is a warning"
refused "a bundle of the future" CLOCK "future\\.lpb: this machine's clock says .*, which is before 2200-01-01T00:00:00Z, when the bundle was created" \
	'set the clock' "${dry[@]}" future.lpb
use_host other 6.1.0-1-test
{ try OK install --no-apply --root other old.lpb; says "$err" 'warning: old\.lpb: the bundle expired on 2026-02-01T00:00:00Z'; } |
	ok "when it is installed too"
refused "an epoch that leaves the vendor none" LIMIT 'far\.lpb: epoch 1001 is more than 1000 above the one that this machine has seen of stream web, 0' \
	'ask the vendor' "${dry[@]}" far.lpb
{ try OK "${dry[@]}" back.lpb; says "$err" 'warning: back\.lpb: the bundle was created on 2026-03-01T00:00:00Z, before what this machine has seen'; } |
	ok "a newer bundle that is dated back is a warning"
policy=h/etc/lppack/policy.yaml
id=$(lppack show --json --keys key.pub s5.lpb | sed -n 's/^ *"id": "\([0-9a-f]*\)".*/\1/p')
printf '%s\n' 'format: 1' 'version: 1' 'created: 2026-01-01T00:00:00Z' 'keys:' "  - id: $id" '    not_after: 2026-10-30T00:00:00Z' > $policy
refused "but refused of a key whose window has ended" UNTRUSTED 'back\.lpb: created on 2026-03-01T00:00:00Z, before .* windows have ended' \
	'a key whose window is open' "${dry[@]}" back.lpb
{ try UNTRUSTED "${keep[@]}" back.lpb; says "$err" 'back\.lpb: created on'; try OK "${dry[@]}" s6.lpb; } | ok "nor installed, while what is not dated back is"
rm $policy
sed 's/^streams:/latest: "2199-01-01T00:00:00Z"\nstreams:/; /^latest: "202/d' $memory > changed
cp $memory kept
cp changed $memory
refused "a clock that went back" CLOCK 's6\.lpb: .* when lppack last wrote its memory' "the line 'latest'" "${dry[@]}" s6.lpb
cp kept $memory

# The memory itself.
: > $memory
refused "a memory of no bytes" STATE "$memory:1: the file is empty" 'restore it from a backup' "${dry[@]}" s6.lpb
head -c 40 kept > $memory
refused "a torn memory" STATE "$memory" 'restore it from a backup' "${dry[@]}" s6.lpb
rm $memory
refused "a memory that is gone" STATE "$memory: is missing, although lppack has written it" "begin anew.*rm -f h/var/lib/lppack/\\.kept/freshness\\.yaml" \
	"${dry[@]}" s4.lpb
{ try STATE "${keep[@]}" s6.lpb; says "$err" "$memory: is missing"; [ ! -e $memory ] || echo "it was made"; } | ok "and is not made anew by the way"
cp kept $memory
mv h/var away
refused "all of /var gone" STATE "h/var/lib/lppack/state\\.yaml: is missing" 'recover --discard' "${dry[@]}" s4.lpb
mv h/etc/lppack/kept/state.yaml aside
refused "and the memory in it" STATE "$memory: is missing" 'begin anew' "${dry[@]}" s4.lpb
mv aside h/etc/lppack/kept/state.yaml
mv away h/var
chmod g+w $memory
refused "a memory that others can change" UNSAFE_FILE "$memory: can be changed by its group" "chmod go-w $memory" "${dry[@]}" s6.lpb
chmod g-w $memory
chmod o+w h/var/lib/lppack
refused "in a directory that others can change" UNSAFE_FILE 'h/var/lib/lppack: can be changed by everybody' "chmod go-w h/var/lib/lppack" "${dry[@]}" s6.lpb
chmod o-w h/var/lib/lppack
cp s6.lpb open.lpb
chmod o+w open.lpb
refused "a bundle that others can change is not applied" UNSAFE_FILE 'open\.lpb: can be changed by everybody' "chmod go-w open\\.lpb" \
	"${dry[@]}" open.lpb
works "installing it copies it, and verifies the copy" "${keep[@]}" --json open.lpb
LC_ALL=C sed '0,/^stream: /s//stream; /' s6.lpb > unread.lpb
{ cmp -s s6.lpb unread.lpb && echo "nothing was changed"; try BAD_SIGNATURE "${keep[@]}" unread.lpb; says "$err" 'unread\.lpb: '; } |
	ok "install reads nothing of a manifest that nobody has signed"
works "but it can be looked at" verify -q --root h open.lpb
works "the memory as it was" "${dry[@]}" --json s6.lpb
# What is installed is known, also where the memory of it was given up.
rm $memory h/var/lib/lppack/.kept/freshness.yaml h/etc/lppack/kept/freshness.yaml
{ try OK "${dry[@]}" s4.lpb; } | ok "forgotten on purpose, as the hint says"
refused "but what is installed stays known" EQUIVOCATION 'twin\.lpb: serial 5 .* is not the one that this machine has installed, serial 5' \
	'a key is misused' "${dry[@]}" twin.lpb

{
	try OK create back.yaml --threads 1 --level 1 --key key.key -o new.lpb --supersedes s6.lpb --keys key.pub --force
	says "$err" 'warning: new\.lpb: created on 2026-03-01T00:00:00Z, before the bundle that it supersedes'
	says "$err" "^lppack: hint: leave 'created' out"
	try OK create far.yaml --threads 1 --level 1 --key key.key -o new.lpb --supersedes s6.lpb --keys key.pub --force --json
	says "$err" 'warning: new\.lpb: epoch 1001 is more than 1000 above that of the bundle'
	json "['warnings'].__len__()" 1
	try OK create e1.yaml --threads 1 --level 1 --key key.key -o new.lpb --supersedes s6.lpb --keys key.pub --force
	silent "$err"
} | ok "create warns of both first"

# A certificate's window is one, too: its own time, as no policy says more.
command -v openssl > /dev/null || { skip "a retired certificate" "there is no openssl"; done_testing; exit; }
openssl req -x509 -newkey rsa:3072 -nodes -keyout ca.key -out ca.pem -subj /CN=ca -days 3650 \
	-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2> /dev/null
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key -out leaf.csr -subj /CN=leaf 2> /dev/null
cat > ca.cnf << 'EOF'
[ca]
default_ca = d
[d]
database = index
serial = number
new_certs_dir = .
default_md = sha256
unique_subject = no
policy = p
x509_extensions = x
[p]
commonName = supplied
[x]
keyUsage = critical,digitalSignature
extendedKeyUsage = codeSigning
subjectKeyIdentifier = hash
EOF
touch index
echo 10 > number
use_host certified 6.1.0-1-test
# The authority is of today, and would not be valid when the bundles were made: its certificate begins in 2026 by hand.
openssl req -new -key ca.key -subj /CN=ca -out ca.csr 2> /dev/null
sed 's/^\[x\]/&\nbasicConstraints = critical,CA:TRUE/; s/^keyUsage.*/keyUsage = critical,keyCertSign,cRLSign/; /^extended/d' ca.cnf > root.cnf
openssl ca -batch -config root.cnf -selfsign -keyfile ca.key -in ca.csr -startdate 20260101000000Z -enddate 20360101000000Z -out ca.pem -notext 2> /dev/null
for end in 20261030000000Z 20360101000000Z; do
	openssl ca -batch -config ca.cnf -keyfile ca.key -cert ca.pem -in leaf.csr -startdate 20260101000000Z -enddate $end -out $end.pem -notext 2> /dev/null
	lppack create back.yaml --threads 1 --level 1 --key leaf.key --cert $end.pem -o $end.lpb > /dev/null || exit 99
done
cp ca.pem certified/etc/lppack/keys.d/
lppack install --no-apply --root certified s6.lpb > /dev/null 2>&1 || exit 99
{ try OK verify -q --root certified 20261030000000Z.lpb; try OK apply --dry-run --root certified 20360101000000Z.lpb; says "$err" 'created on 2026-03-01'; } |
	ok "a certificate whose time goes on"
refused "a retired certificate" UNTRUSTED '20261030000000Z\.lpb: created on 2026-03-01T00:00:00Z, before .* windows have ended' 'a key whose window is open' \
	apply --dry-run --root certified 20261030000000Z.lpb

done_testing
