"""A simulated AWS account on loopback: MiniStack, an AWS Config service, and AWS's refusals on top.

Start with `python -m account --help`; from Python, `account.client.start()`.
"""
