/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names and limits of format 1 (format-spec/lppack-1.md). */
#ifndef LP_FORMAT_FORMAT_H
#define LP_FORMAT_FORMAT_H

#define LP_FORMAT_VERSION 1
#define LP_MAGIC "lppack 1\n"
#define LP_MEDIA_TYPE "application/vnd.lppack.bundle.v1"

#define LP_MEMBER_MAGIC "lppack"
#define LP_MEMBER_MANIFEST "manifest.yaml"
#define LP_MEMBER_SIGNATURES "signatures/"
#define LP_MEMBER_PAD "pad"
#define LP_MEMBER_FIXES "fixes.yaml"
#define LP_MEMBER_FENCE "index/fence"
#define LP_MEMBER_PAGES "index/pages"
#define LP_MEMBER_NAME 100 /* room for any member's name */

/* Limits (format-spec, "Limits"). */
#define LP_MANIFEST_MAX 65536u
#define LP_FIXES_MAX (8u << 20)
#define LP_METADATA_MAX (1u << 20)
#define LP_MODULE_MAX (64u << 20)
#define LP_FRAME_MAX (65u << 20)
#define LP_KERNELS_MAX 65536u
#define LP_SIGNATURES_MAX 16u
#define LP_SIGNATURE_MAX 16384u
#define LP_SIGNATURE_AREA_MIN 2048u
#define LP_SIGNATURE_AREA_DEFAULT 8192u
#define LP_SIGNATURE_AREA_MAX (1u << 20)
#define LP_BASE_DEPTH_MAX 8u
#define LP_NUMBER_MAX 9007199254740991u /* 2^53 - 1: exact in every JSON reader */
#define LP_TIME_MAX 8589934591          /* 11 octal digits, the year 2242 */
#define LP_FEATURES_MAX 32u
#define LP_STREAM_MAX 64u
#define LP_TEXT_MAX 511u /* bytes of any text but a summary or reason */
#define LP_SUMMARY_MAX 4095u

#define LP_END_OF_ARCHIVE 1024u

#endif
