"""A stand-in for Pulumi's `aws` plugin: the selected resource types against any AWS endpoint, through boto3."""
