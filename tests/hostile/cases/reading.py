# SPDX-License-Identifier: LGPL-2.1-or-later
"""The valid bundles: a full reader takes them, and so does the narrow one."""
from hostile import *


@case("A1", "OK")
def valid():
    """What all other cases start from."""
    return write()


@case("A1", "OK")
def valid_without_fixes():
    """Empty lists everywhere."""
    return lpb.write(bundle(kernels()[:2], fixes={"fixes": [], "unfixable": [], "withdrawn": []}))


@case("S5", "OK")
def valid_expired():
    """A bundle past its time is told of, and verified."""
    return lpb.write(bundle(expires="2026-07-02T00:00:00Z"))


@case("I2", "OK", narrow="NO_KERNEL")
def valid_for_others():
    """A bundle that has nothing for this kernel."""
    return lpb.write(bundle([kernel(0, sample(1))]))
