#!/usr/bin/env bash
# Posts comment.md to the merge request.
# COMMENT_TOKEN: a project access token with the scope `api`. The other variables are GitLab's own.
set -euo pipefail
url="$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes"
curl --fail --silent --show-error --header "PRIVATE-TOKEN: $COMMENT_TOKEN" --form "body=<comment.md" "$url" >/dev/null
