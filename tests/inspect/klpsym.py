# SPDX-License-Identifier: LGPL-2.1-or-later
"""klpsym.py LPTEST_KLPSYM.KO OUT: makes livepatch symbols and relocations of what lptest_klpsym refers to, as
create-klp-module of kpatch-build does."""

import sys

import elf

BANNER = '.klp.sym.vmlinux.linux_banner,0'
SECRET = '.klp.sym.lptest_target.target_secret,1'


def convert(source, target, banner=BANNER, secret=SECRET):
    module = elf.Module(source)
    module.livepatch_relocations('.text', 'vmlinux', {'linux_banner': banner})
    module.livepatch_relocations('.text', 'lptest_target', {'target_secret': secret})
    module.write(target)


if __name__ == '__main__':
    convert(*sys.argv[1:3])
