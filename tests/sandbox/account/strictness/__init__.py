"""Refusals of AWS that MiniStack does not have: one file for each service, each check with the AWS page it is from.

A test that passes against a lenient account proves nothing; these are the places where users were hurt.
"""

import importlib
import pkgutil


def install() -> None:
    """Put every check of this package in place, in the order of their names."""
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}").install()
