# SPDX-License-Identifier: LGPL-2.1-or-later
"""table.py: makes the cases of one kernel, lets lppack check judge them, and compares that with what the kernel said.

  table.py make CACHE RELEASE ELSEWHERE OUT     files, and OUT/plain/list and OUT/enforce/list for the guest
  table.py compare LPPACK KEY CACHE RELEASE OUT  after the boots: prints the table; status 1 unless all is as told
"""

import concurrent.futures
import json
import os
import re
import subprocess
import sys

import cases

BOOTS = ('plain', 'enforce')


def make(cache, release, elsewhere, out):
    made = []
    for boot in BOOTS:
        os.makedirs(f'{out}/{boot}')
    context = cases.Context(cache, release, elsewhere, out)
    lists = {boot: open(f'{out}/{boot}/list', 'w', encoding='utf-8') for boot in BOOTS}
    for number, item in enumerate(cases.CASES):
        boot = BOOTS[item.enforce]
        context.out = f'{out}/{boot}'
        loaded, checked = context.make(number, item)
        made.append(os.path.relpath(checked, out))
        print(number, os.path.relpath(loaded, context.out), ','.join(item.before) or '-', sep='\t', file=lists[boot])
    for file in lists.values():
        file.close()
    with open(f'{out}/made', 'w', encoding='utf-8') as file:
        json.dump(made, file)


def kernel_results(out):
    """By number: what the guest printed, and the kernel log of that case."""
    results, logs = {}, {}
    for boot in BOOTS:
        with open(f'{out}/{boot}.out', encoding='utf-8') as file:
            text = file.read()
        results.update((int(number), word) for number, word in re.findall(r'^result (\d+) (\S+)', text, re.M))
        trouble = re.findall(r'^(?:stuck .*|# case .*|left .+)$', text, re.M)
        if trouble:
            print(f'# {boot}: ' + '; '.join(trouble))
            results['trouble'] = True
        with open(f'{out}/{boot}.log', encoding='utf-8', errors='replace') as file:
            for number, part in re.findall(r'lppack case (\d+) begins\r?\n(.*?)lppack case \1 ends', file.read(), re.S):
                logs[int(number)] = part
    return results, logs


def inspects(lppack, path):
    """Whether lppack inspect ends as it should: with facts, or an error of its own."""
    result = subprocess.run([lppack, 'inspect', '--json', path], check=False, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
    try:
        return len(json.loads(result.stdout)['files']) == 1
    except ValueError:
        return False


def check(lppack, key, cache, release, path, enforce, runs):
    """(loads, errno, accepted, first error finding) by lppack check; loads is error, and errno its name, for what it
    cannot judge. runs: also by what only running the module's code tells."""
    command = [lppack, 'check', '--json', '--kernel-dir', f'{cache}/kernels/{release}', '--keys', key, path]
    result = subprocess.run(command + ['--sig-enforce'] * enforce, check=False, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)
    try:
        report = json.loads(result.stdout)
    except ValueError:
        return 'crashed', None, False, f'status {result.returncode}: {result.stderr.splitlines()[0:1]}'
    if not path.endswith('.lpb') and not inspects(lppack, path):
        return 'crashed', None, False, 'by lppack inspect'
    if 'verdict' not in report:
        return 'error', report['error']['name'], False, report['error']['message']
    verdict = report['verdict']
    errors = [f['message'] for f in report['findings'] if f['severity'] == 'error']
    # What the tests' init code does besides, reading a file, is not what a row is about.
    loads = verdict['loads'] if runs else verdict['by_files']
    return loads, verdict.get('errno'), verdict['accepted'], errors[0] if errors else ''


def loses_states(lppack, old, new):
    """Whether lppack diff finds a state lost or lowered, which the kernel refuses (kernel/livepatch/state.c)."""
    result = subprocess.run([lppack, 'diff', '--json', old, new], check=True, stdout=subprocess.PIPE)
    return any(change['kind'] == 'state' and change['violation'] for change in json.loads(result.stdout)['changes'])


def check_case(lppack, key, cache, release, item, path):
    """As check(), and against the patch that is active then."""
    verdict = check(lppack, key, cache, release, path, item.enforce, item.why == cases.RUNS)
    if item.over and loses_states(lppack, f'{cache}/test-modules/{release}/{item.over}.ko', path):
        return 'no', 'EINVAL', False, 'loses a state'
    return verdict


def says(loads, errno, accepted):
    words = {'yes': 'loads', 'no': errno, 'unknown': 'not known', 'error': f'error {errno}'}.get(loads, loads)
    return words + (', refused by lppack' if not accepted and loads in ('yes', 'unknown') else '')


def is_same(loads, errno, accepted, kernel):
    """What differs between some kernels only need not differ here."""
    return errno == kernel if loads == 'no' else loads == 'yes' and accepted and kernel == 'loaded'


def judge(item, version, loads, errno, accepted, kernel, log):
    """What is wrong, or None."""
    expected = item.kernel[version] if isinstance(item.kernel, dict) else item.kernel
    if kernel != ('loaded' if expected == 'ok' else expected):
        return f'the kernel was expected to say {expected}'
    if item.log not in log:
        return f'the kernel log lacks "{item.log}"'
    # What is no module at all has an error instead of a verdict.
    got = {'no': errno, 'error': f'error {errno}'}.get(loads, loads)
    wanted = item.lppack or ('yes' if expected == 'ok' else expected)
    if got != wanted and (item.lppack or expected == 'ok' or loads != 'error'):
        return f'lppack was expected to say {wanted}'
    if item.accepted is not None and accepted != item.accepted:
        return f'lppack was expected to {"accept" if item.accepted else "refuse"} it'
    if item.accepted is None and expected != 'ok' and not item.lppack and accepted:
        return 'lppack was expected to refuse it'
    return None


def compare(lppack, key, cache, release, out):
    with open(f'{out}/made', encoding='utf-8') as file:
        made = json.load(file)
    results, logs = kernel_results(out)
    version = '.'.join(release.split('.')[:2])
    agreed = explained = failed = 0
    print(f'{"case on " + release:52} | {"lppack says":28} | {"kernel says":12} | agree, or why not')
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        checks = list(pool.map(lambda item, file: check_case(lppack, key, cache, release, item, f'{out}/{file}'),
                               cases.CASES, made))
    for number, item in enumerate(cases.CASES):
        loads, errno, accepted, finding = checks[number]
        kernel = results.get(number, 'nothing')
        wrong = judge(item, version, loads, errno, accepted, kernel, logs.get(number, ''))
        failed += wrong is not None
        agrees = not item.why or is_same(loads, errno, accepted, kernel)
        explained += wrong is None and not agrees
        agreed += wrong is None and agrees
        print(f'{item.name:52} | {says(loads, errno, accepted):28} | {kernel:12} | '
              f'{"FAILED: " + wrong if wrong else "agree" if agrees else item.why}')
        if wrong:
            print(f'#   lppack: {finding}')
            print('#   kernel: ' + '\n#           '.join(logs.get(number, '').splitlines()[-4:]))
    print(f'{release}: {len(cases.CASES)} cases: {agreed} agree, {explained} differ for a reason that is told, '
          f'{failed} failed')
    return 1 if failed or 'trouble' in results or len(cases.CASES) < 40 else 0


if __name__ == '__main__':
    sys.exit({'make': make, 'compare': compare}[sys.argv[1]](*sys.argv[2:]))
