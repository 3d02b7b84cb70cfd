"""Logging, configured once: warnings and worse to stderr, more with `--verbose`."""

import logging


def set_up_logging(*, verbose: bool) -> None:
    """Send log records to stderr: warnings, or with `verbose` everything polyseek says."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for package in ("app", "retriever", "indexer", "embedder"):
        logging.getLogger(package).setLevel(logging.INFO if verbose else logging.WARNING)
