# SPDX-License-Identifier: LGPL-2.1-or-later
systemdsystemunitdir = $(prefix)/lib/systemd/system
systemdsystemunit_DATA = packaging/systemd/lppack-apply.service packaging/systemd/lppack-confirm.service
dist_systemdsystemunit_DATA = packaging/systemd/lppack-confirm.timer packaging/systemd/lppack-healthy.target
EXTRA_DIST += packaging/systemd/lppack-apply.service.in packaging/systemd/lppack-confirm.service.in
CLEANFILES += $(systemdsystemunit_DATA)

$(systemdsystemunit_DATA): packaging/local.mk
	$(AM_V_GEN)$(MKDIR_P) packaging/systemd && \
	sed -e 's|@bindir[@]|$(bindir)|g' $(top_srcdir)/$@.in > $@.tmp && mv $@.tmp $@
packaging/systemd/lppack-apply.service: packaging/systemd/lppack-apply.service.in
packaging/systemd/lppack-confirm.service: packaging/systemd/lppack-confirm.service.in
