#!/usr/bin/env bash
# Posts comment.md to the pull request, in place of the pipeline's earlier comment.
# PULL_REQUEST: its number. GH_TOKEN: a token that may write pull requests.
set -euo pipefail
gh pr comment "$PULL_REQUEST" --body-file comment.md --edit-last --create-if-none
