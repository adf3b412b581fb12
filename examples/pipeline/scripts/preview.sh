#!/usr/bin/env bash
# Previews the change and writes `comment.md` for the pull request; fails where the preview does.
# PULUMI_STACK: the stack. AWS credentials: read access is enough.
set -euo pipefail
status=0
pulumi preview --stack "$PULUMI_STACK" --non-interactive --json >preview.json || status=$?
node scripts/comment.mjs preview.json "$PULUMI_STACK" >comment.md
cat comment.md
exit "$status"
