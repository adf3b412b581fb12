#!/usr/bin/env bash
# Checks the inputs against AWS Config's limits and the catalog of rules. Needs no credentials.
# AWS_REGION: the region that the monitor is deployed to.
set -euo pipefail
version=$(node -p 'require("pulumi-aws-compliance/package.json").version')
pulumi plugin run --kind resource "aws-compliance@$version" -- catalog check compliance.json --region "$AWS_REGION"
