"""Data blocks: TOML, YAML, JSON and INI are parsed."""

from __future__ import annotations

import configparser
import json
import tomllib
from collections.abc import Callable, Iterator, Sequence

import yaml

from ptnotes.verify.block import EXCUSED, FAILED, PASSED, Block, Context, Outcome

PARSERS: dict[str, Callable[[str], object]] = {
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
    "json": json.loads,
    "ini": lambda text: configparser.ConfigParser().read_string(text),
}


def verify_data(blocks: Sequence[Block], context: Context) -> Iterator[Outcome]:
    """
    Parse each block in its own language.

    Args:
        blocks: Data blocks.
        context: Unused: parsing is bounded by the block's size.
    """
    for block in blocks:
        if block.excuse:
            yield Outcome(block, EXCUSED, block.excuse, block.line)
            continue
        try:
            PARSERS[block.language](block.text)
        except (ValueError, yaml.YAMLError, configparser.Error) as error:
            reason = " ".join(str(error).split())
            yield Outcome(block, FAILED, f"not {block.language}: {reason}", block.line)
        else:
            yield Outcome(block, PASSED, line=block.line)
