#!/usr/bin/env bash
# Fails where the account differs from the stack, or the stack from the program. Changes nothing.
# PULUMI_STACK: the stack. AWS credentials: read access is enough.
set -euo pipefail
status=0
pulumi refresh --stack "$PULUMI_STACK" --non-interactive --preview-only --expect-no-changes || status=$?
pulumi preview --stack "$PULUMI_STACK" --non-interactive --expect-no-changes || status=$?
if [ "$status" -ne 0 ]; then
    echo "drift: see above; deploy again to restore it, or change compliance.json" >&2
fi
exit "$status"
