# SPDX-License-Identifier: LGPL-2.1-or-later
# Certificates made by the openssl command.
dist_check_SCRIPTS += tests/pki/verdicts.sh
unit_tests += tests/pki/verdicts.sh
EXTRA_DIST += tests/pki/make
