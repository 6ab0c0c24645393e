#!/bin/sh
# Takes out of node_modules what is never loaded: other module formats, browser builds, sources, types and maps.
# Every licence stays.
set -eu
cd "$1"

rm -rf typeorm/browser \
  bullmq/dist/esm \
  gpt-tokenizer/cjs gpt-tokenizer/data gpt-tokenizer/src gpt-tokenizer/dist \
  rxjs/src rxjs/dist/bundles rxjs/dist/esm rxjs/dist/esm5 rxjs/dist/types \
  luxon/src luxon/build/amd luxon/build/es6 luxon/build/global \
  zod/src \
  @electric-sql/pglite/dist/contrib
# The reference needs a script and a style sheet.
find swagger-ui-dist -type f ! -name swagger-ui-bundle.js ! -name swagger-ui.css ! -name package.json ! -name LICENSE ! -name NOTICE -delete
# Tokens are counted in one encoding.
find gpt-tokenizer/esm/bpeRanks -type f ! -name 'o200k_base.*' -delete
# The extensions of PGlite, none of which is created.
rm -f @electric-sql/pglite/dist/*.tar.gz @electric-sql/pglite/dist/index.cjs
find . -type f \( \
  -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' -o -name '*.tsbuildinfo' \
  -o -iname 'readme*' -o -iname 'changelog*' -o -iname 'history*' \
  \) -delete
find . -type d \( -name test -o -name tests -o -name __tests__ -o -name benchmark -o -name benchmarks -o -name docs -o -name example -o -name examples \) \
  -prune -exec rm -rf {} +
find . -type d -empty -delete
