"""Command line of the simulated account."""

import argparse
from pathlib import Path

from account.server import Settings, run

HOW_TO_USE = """\
It prints one line, {"endpoint": "http://127.0.0.1:PORT"}, when it answers, and stops on Ctrl-C, on SIGTERM, or when
the process that started it ends.

Point the AWS CLI (or any SDK) at it:

  export AWS_ENDPOINT_URL=http://127.0.0.1:PORT AWS_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=111122223333 AWS_SECRET_ACCESS_KEY=test
  unset AWS_SESSION_TOKEN AWS_PROFILE
  aws sts get-caller-identity

The access key id is the account: any twelve digits are the administrator (root) of the account with that number,
which exists as soon as it is named. Its secret is not checked; write `test`. The region is the one the request is
signed for. With --auth users and roles must sign with their own secret and may do what their policies say; the
administrator may do everything. Without it nothing is checked, and a function runs as the administrator.
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m account",
        description="A simulated AWS account on 127.0.0.1, in one process.",
        epilog=HOW_TO_USE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0, the default, takes a free one")
    parser.add_argument("--state", type=Path, help="folder for unpacked functions; default: a temporary one")
    parser.add_argument(
        "--auth",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="check signatures and IAM policies (default: on)",
    )
    parser.add_argument(
        "--parent-pid", type=int, metavar="PID", help="stop when this process ends; default: the one that started it"
    )
    options = parser.parse_args()
    run(Settings(port=options.port, state=options.state, auth=options.auth, parent_pid=options.parent_pid))


if __name__ == "__main__":
    main()
