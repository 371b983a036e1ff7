#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack history and effective-version.
. "$(dirname "$0")/lib.sh"
use_host h 6.1.0-1-test

{ try OK history --root h; says "$out" '^history +nothing was done yet$'; } | ok "nothing was done yet"
{ try OK history --root h --json; json "['receipts']" '[]'; } | ok "in JSON too"

mkdir -p h/var/lib/lppack/history
cat > h/var/lib/lppack/history/00000001.yaml << 'EOT'
at: "2026-11-20T10:00:00Z"
verb: "apply"
outcome: "applied"
kernel:
  release: "6.1.0-1-test"
bundle:
  stream: "web"
  epoch: 0
  serial: 7
  version: "7"
superseded:
  - "livepatch_6"
durations_ns:
  total: 1730000000
blockers: []
kernel_log:
  - "livepatch: enabling patch 'livepatch_7'"
EOT
cat > h/var/lib/lppack/history/00000002.yaml << 'EOT'
at: "2026-11-21T10:00:00Z"
verb: "apply"
outcome: "reversed"
attempts: 3
note: "the time-out came as the transition ended; kept in force"
forced: true
took_over:
  - name: "stranger"
stale:
  - "livepatch_5"
blockers:
  - pid: 42
    tid: 43
    command: "slow"
    kind: "kernel"
    state: "D"
    function: "nfsd_open"
    stack: "nfsd_open+0x1/0x2"
reverse_blockers:
  - pid: 44
    tid: 44
    command: "other"
    kind: "user"
kernel_log: []
error:
  message: "livepatch_8: the transition stalled"
EOT
echo 'torn' > h/var/lib/lppack/history/00000003.yaml
{
	try OK history --root h
	says "$out" '^1  2026-11-20T10:00:00Z  apply: applied$'
	says "$out" '^  bundle +web, serial 7'
	says "$out" '^  took +1\.73 s$'
	says "$out" '^  superseded +livepatch_6$'
	says "$out" '^2  2026-11-21T10:00:00Z  apply: reversed$'
	says "$out" '^  held up by +42/43 \(slow, kernel\) in nfsd_open$'
	says "$out" '^  reversal by +44 \(other, user\)$'
	says "$out" '^  attempts +3$'
	says "$out" '^  note +the time-out came as the transition ended; kept in force$'
	says "$out" '^  taken over +stranger, which lppack did not load$'
	says "$out" '^  tidied +livepatch_5, left loaded by an earlier call$'
	says "$out" '^  FORCED +the transition was ended by force: reboot before the next apply$'
	says "$out" '^  error +livepatch_8: the transition stalled$'
	says "$out" '^3  unreadable: h/var/lib/lppack/history/00000003\.yaml'
	grep 'enabling patch' "$out"
} | ok "receipts, the newest first"
{ try OK history --root h --log; says "$out" "^  kernel log +livepatch: enabling patch"; } | ok "with the kernel's lines"
{
	try OK history --root h -n 2 --json
	json "['receipts'][1]['number']" 2
	json "['receipts'][1]['blockers'][0]['pid']" 42
	json "['receipts'][0]['number']" 3
} | ok "the latest two, in JSON"

cat > h/var/lib/lppack/history/00000004.yaml << 'EOT'
at: "2026-11-22T10:00:00Z"
verb: "recover"
outcome: "undone"
note: "the apply of livepatch_8 (stream web, serial 8) was cut short; it was undone"
of:
  found: true
  verb: "apply"
  started_at: "2026-11-22T09:00:00Z"
  blockers:
    - pid: 45
      tid: 45
      command: "third"
      kind: "vcpu"
EOT
{
	echo 'at: "2026-11-23T10:00:00Z"'
	echo 'verb: "remove"'
	echo 'outcome: "reversed"'
	printf 'removes:\n  - name: "livepatch_7"\nsuperseded: []\nblockers:\n'
	for i in {1..12}; do printf '  - pid: %s\n    tid: %s\n    command: "c"\n' "$i" "$i"; done
} > h/var/lib/lppack/history/00000005.yaml
{
	try OK history --root h -n 2
	says "$out" '^4  2026-11-22T10:00:00Z  recover: undone$'
	says "$out" '^  of +lppack apply, begun 2026-11-22T09:00:00Z$'
	says "$out" '^  note +the apply of livepatch_8 .*; it was undone$'
	says "$out" '^  held up by +45 \(third, vcpu\)$'
	says "$out" '^  livepatches +livepatch_7$'
	says "$out" '^ +10 \(c\)$'
	says "$out" '^ +and 2 more, which --json lists$'
	! grep '11 (c)' "$out"
} | ok "what was recovered, and what was to be removed"

same "the release alone" <(echo 6.1.0-1-test) <(lppack effective-version --root h)
use_patch h livepatch_6 6666666666666666666666666666666666666666
same "with a livepatch that nobody knows" <(echo 6.1.0-1-test+lp.unknown) <(lppack effective-version --root h)
record_applied h "" << 'EOT'
kernel: "d995dc1e24e5bf6f9407ab76941af67bfabd3833"
release: "6.1.0-1-test"
module: "livepatch_6"
module_build_id: "6666666666666666666666666666666666666666"
stream: "web"
epoch: 0
serial: 6
version: "6.0"
digest: "4be2a837a4f83f91c4e336254bd82300e8dbabfce009d09f730f30e2807cb7a6"
applied_at: "2026-09-01T00:00:00Z"
EOT
same "with the level" <(echo 6.1.0-1-test+lp.web.6) <(lppack effective-version --root h)
sed -i 's/^  epoch: .*/  epoch: 2/' h/var/lib/lppack/state.yaml
same "and its epoch" <(echo 6.1.0-1-test+lp.web.2-6) <(lppack effective-version --root h)
rm -r h/sys/kernel/livepatch
same "a kernel that cannot livepatch" <(echo 6.1.0-1-test) <(lppack effective-version --root h)

done_testing
