# SPDX-License-Identifier: LGPL-2.1-or-later
man_pages = \
	src/man/lppack-apply.1 \
	src/man/lppack-check.1 \
	src/man/lppack-confirm.1 \
	src/man/lppack-create.1 \
	src/man/lppack-diff.1 \
	src/man/lppack-effective-version.1 \
	src/man/lppack-reboot-needed.1 \
	src/man/lppack-extract.1 \
	src/man/lppack-history.1 \
	src/man/lppack-hold.1 \
	src/man/lppack-inspect.1 \
	src/man/lppack-install.1 \
	src/man/lppack-keygen.1 \
	src/man/lppack-recover.1 \
	src/man/lppack-remove.1 \
	src/man/lppack-rollback.1 \
	src/man/lppack-policy.5 \
	src/man/lppack-show.1 \
	src/man/lppack-sign.1 \
	src/man/lppack-spec.5 \
	src/man/lppack-status-json.5 \
	src/man/lppack-status.1 \
	src/man/lppack-trust.1 \
	src/man/lppack-trust.7 \
	src/man/lppack-unhold.1 \
	src/man/lppack-verify.1
man_sources = $(man_pages:=.scd)
EXTRA_DIST += $(man_sources) src/man/lppack.1.scd src/man/exit-status.awk

if HAVE_SCDOC
man_MANS = $(man_pages) src/man/lppack.1
CLEANFILES += $(man_MANS)

$(man_pages): $(man_sources)
	$(AM_V_GEN)$(MKDIR_P) src/man && $(SCDOC) < $(top_srcdir)/$@.scd > $@.tmp && mv $@.tmp $@

src/man/lppack.1: src/man/lppack.1.scd src/man/exit-status.awk include/lppack/error.h
	$(AM_V_GEN)$(MKDIR_P) src/man && \
	$(AWK) -f $(top_srcdir)/src/man/exit-status.awk $(top_srcdir)/include/lppack/error.h \
		$(top_srcdir)/src/man/lppack.1.scd > $@.scd.tmp && \
	$(SCDOC) < $@.scd.tmp > $@.tmp && mv $@.tmp $@ && rm -f $@.scd.tmp
endif

# Section 3, one page a header, from its doc blocks.
header_pages = \
	src/man/liblppack.3 \
	src/man/lppack-bundle.3 \
	src/man/lppack-check.3 \
	src/man/lppack-create.3 \
	src/man/lppack-diff.3 \
	src/man/lppack-error.3 \
	src/man/lppack-host.3 \
	src/man/lppack-inspect.3 \
	src/man/lppack-keys.3 \
	src/man/lppack-options.3 \
	src/man/lppack-progress.3 \
	src/man/lppack-sign.3 \
	src/man/lppack-status.3 \
	src/man/lppack-store.3 \
	src/man/lppack-trust.3 \
	src/man/lppack-value.3 \
	src/man/lppack-version.3
EXTRA_DIST += src/man/headers.sh src/man/headers.awk src/man/headers-codes.awk src/man/headers-input.awk

if HAVE_DOXYGEN
man3_MANS = $(header_pages)
CLEANFILES += $(header_pages) src/man/headers.stamp

# All pages come of one run.
src/man/headers.stamp: $(lppackinclude_HEADERS) src/man/headers.sh src/man/headers.awk src/man/headers-codes.awk \
		src/man/headers-input.awk examples/steps.c
	$(AM_V_GEN)$(MKDIR_P) src/man && \
	$(SHELL) $(top_srcdir)/src/man/headers.sh $(DOXYGEN) $(top_srcdir)/include $(PACKAGE_VERSION) src/man && touch $@
$(header_pages): src/man/headers.stamp
endif
