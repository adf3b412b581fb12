"""A queue in Python."""

import pulumi
from pulumi_queues import WorkQueue

jobs = WorkQueue("jobs", max_attempts=5)

pulumi.export("url", jobs.url)
pulumi.export("deadLetterUrl", jobs.dead_letter_url)
