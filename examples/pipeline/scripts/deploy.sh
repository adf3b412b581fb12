#!/usr/bin/env bash
# Deploys. PULUMI_STACK: the stack. AWS credentials: those of docs/deployer-policy.json.
set -euo pipefail
pulumi up --stack "$PULUMI_STACK" --yes --non-interactive
