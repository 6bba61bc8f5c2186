"""The table `[tool.ptnotes.verify]` of a project, read strictly: a wrong key or value is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


class SettingsError(ValueError):
    """A setting is missing, unknown or wrong; the message names it."""


@dataclass(frozen=True)
class Native:
    """
    The sources of a module that is written in C++, each a pattern relative to the project.

    Args:
        shared: What every user of the module depends on.
        own: What a Python module that uses it depends on besides; `{stem}` is its name.
        calls: How code calls what the module registers, such as `torch.ops.NAMESPACE`.
    """

    shared: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    calls: str = ""


@dataclass(frozen=True)
class Settings:
    """
    What a project says of its proof.

    Args:
        pages: Files and folders whose snippets are proven.
        imports: Top-level modules a snippet may import besides the standard library.
        seconds: How long one block may run that states no time of its own.
        exclude: Patterns of what lies below `pages` and is no page; `*` also stands for `/`.
        scripts: Folders below `pages` whose Python files are scripts in cells, not modules.
        tested_by: Patterns of the test that C++ shown by a page needs; `{stem}` is the name of the
            shown file without its suffix, `{folder}` that of its folder. Empty where it needs none.
        markdown: Directives of the project's own whose body is Markdown with snippets.
        opaque: Directives of the project's own that hold no snippet.
        pins: Files with the versions of what is installed.
        records: The folder in which the project keeps what other machines have proven.
        native: What stands behind each module that is written in C++, by its name.
    """

    pages: tuple[str, ...] = ()
    imports: frozenset[str] = frozenset()
    seconds: float = 60.0
    exclude: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    tested_by: tuple[str, ...] = ()
    markdown: frozenset[str] = frozenset()
    opaque: frozenset[str] = frozenset()
    pins: tuple[str, ...] = ()
    records: str = ""
    native: Mapping[str, Native] = field(default_factory=dict, hash=False)


def read_settings(table: Mapping[str, Any]) -> Settings:
    """
    Check a table and return what it says.

    Args:
        table: `[tool.ptnotes.verify]` as TOML gives it.

    Raises:
        SettingsError: if a key is missing, unknown, or of another type.
    """
    lists = ("pages", "imports", "exclude", "scripts", "tested-by", "pins")
    _known("", table, (*lists, "seconds", "directives", "native", "records"))
    if "pages" not in table:
        raise SettingsError("pages: missing; expected a list of files and folders")
    found = {key: _strings(key, table) for key in lists}
    directives = _table("directives", table)
    _known("directives.", directives, ("markdown", "opaque"))
    return Settings(
        pages=found["pages"],
        imports=frozenset(found["imports"]),
        seconds=_seconds(table.get("seconds", Settings.seconds)),
        exclude=found["exclude"],
        scripts=found["scripts"],
        tested_by=found["tested-by"],
        markdown=frozenset(_strings("markdown", directives)),
        opaque=frozenset(_strings("opaque", directives)),
        pins=found["pins"],
        records=_string("records", table),
        native={name: _native(name, value) for name, value in _table("native", table).items()},
    )


def _native(name: str, table: Any) -> Native:
    where = f"native.{name}"
    if not isinstance(table, dict):
        raise SettingsError(f"{where}: expected a table, given {table!r}")
    _known(f"{where}.", table, ("shared", "own", "calls"))
    calls = _string("calls", table, f"{where}.")
    return Native(_strings("shared", table), _strings("own", table), calls)


def _known(where: str, table: Mapping[str, Any], keys: Iterable[str]) -> None:
    for key in table:
        if key not in keys:
            expected = ", ".join(sorted(keys))
            raise SettingsError(f"{where}{key}: no such setting; expected one of {expected}")


def _strings(key: str, table: Mapping[str, Any]) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise SettingsError(f"{key}: expected a list of texts, given {value!r}")
    return tuple(value)


def _string(key: str, table: Mapping[str, Any], where: str = "") -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise SettingsError(f"{where}{key}: expected a text, given {value!r}")
    return value


def _table(key: str, table: Mapping[str, Any]) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise SettingsError(f"{key}: expected a table, given {value!r}")
    return value


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise SettingsError(f"seconds: expected a number above 0, given {value!r}")
    return float(value)
