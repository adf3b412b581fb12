#!/usr/bin/env bash
# Posts comment.md to the pull request, in place of the last comment of the token's user. Give the pipeline a token of its
# own where another workflow comments as the same user.
# PULL_REQUEST: its number. GH_TOKEN: a token that may write pull requests.
set -euo pipefail
gh pr comment "$PULL_REQUEST" --body-file comment.md --edit-last --create-if-none
