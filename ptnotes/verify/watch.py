"""Checks, while a page runs, what its comments claim of shapes and values."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ptnotes.verify.claims import LEADING, Claim, claims_of, value_of
from ptnotes.verify.compare import difference

Sizes = dict[str, int]
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return)
CHECK, SIZES = "__check_claim__", "__sizes__"


@dataclass
class Check:
    """
    A claim of the page and what became of it.

    Args:
        claim: The claim.
        task: The block it stands in.
        line: Its line within the block, from 0.
        wrong: How it differs from the value, the first time it does.
        ran: Whether its line ran.
    """

    claim: Claim
    task: int
    line: int
    wrong: str = ""
    ran: bool = False

    def complaint(self) -> str:
        """Say what is wrong with it, or nothing."""
        if self.wrong:
            return f"claims `{self.claim.text}`: {self.wrong}"
        return "" if self.ran else f"claims `{self.claim.text}`, and nothing on the page runs it"


class Watch:
    """
    The claims of one page, in whose process this lives.

    Args:
        namespace: The variables of the page; a number says what the symbol of its name means.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = namespace
        self.checks: list[Check] = []
        self._sizes: Sizes = {}
        self._variables: Sizes = {}

    def prepare(self, tree: ast.AST, source: str, task: int, first_line: int) -> None:
        """
        Let a piece of code hand the values that its comments speak of to `check`.

        Args:
            tree: Its tree, which is changed.
            source: Its text.
            task: The block it stands in.
            first_line: Its first line within the block, from 0.
        """
        found = list(claims_of(source))
        if not found:
            return
        self.namespace[CHECK] = self._checker()
        places = dict(_places(tree))
        for claim in found:
            check = Check(claim, task, first_line + claim.line)
            self.checks.append(check)
            place = places.get(claim.line + 1)
            if place is None or not place.speaks_of(claim.name):
                check.wrong = f"no value{' of this name' * bool(claim.name)} is bound or shown here"
            else:
                place.watch(len(self.checks) - 1, claim)
        for function in {p.function for p in places.values() if p.watched and p.function}:
            function.body.insert(0, ast.parse(f"{SIZES} = {{}}").body[0])
        ast.fix_missing_locations(tree)

    def _checker(self) -> Callable[..., Any]:
        from torch.compiler import is_compiling

        def check(number: int, sizes: Sizes | None, named: Sizes, shown: bool, *values: Any) -> Any:
            if not is_compiling():
                self._check(self.checks[number], sizes, named, values)
            return values[0] if shown else None

        return check

    def _check(
        self, check: Check, sizes: Sizes | None, named: Sizes, values: tuple[Any, ...]
    ) -> None:
        """Compare values with a claim; `sizes` are those of a call, None those of the page."""
        check.ran = True
        if sizes is None:
            sizes = self._sizes
            named = {
                name: self.namespace[name] for name in _symbols(check.claim) & self.namespace.keys()
            }
            # A variable that has not changed since says nothing new.
            new = {k: v for k, v in named.items() if _is_size(v) and self._variables.get(k) != v}
            self._variables.update(new)
            named = new
        sizes.update({name: value for name, value in named.items() if _is_size(value)})
        check.wrong = check.wrong or _difference(check.claim, values, sizes)

    def complaints(self, task: int) -> list[tuple[int, str]]:
        """Return a line of a block, from 0, and a message for each claim that does not hold."""
        mine = (check for check in self.checks if check.task == task)
        return [(check.line, text) for check in mine if (text := check.complaint())]


def _difference(claim: Claim, values: tuple[Any, ...], sizes: Sizes) -> str:
    if not claim.shapes:
        return " ".join((difference(claim.text, repr(values[-1])) or "").split())
    if claim.numbers:
        meant = zip(claim.shapes[0], claim.numbers, strict=False)
        sizes.update({size: number for size, number in meant if isinstance(size, str)})
        # As numbers too: of a symbol that stands twice only one would count.
        if misfit := _misfit(claim.numbers, values[0], {}):
            return misfit
    if len(values) == 1 and isinstance(values[0], tuple) and len(claim.shapes) > 1:
        values = values[0]
    elif len(values) > 1 and all(map(_is_size, values)):
        values = (values,)  # `B, T = x.shape` binds the sizes of one shape
    shapes = claim.shapes * len(values) if len(claim.shapes) == 1 else claim.shapes
    if len(shapes) != len(values):
        return f"it has {len(shapes)} shapes for {len(values)} values"
    wrong = (_misfit(shape, value, sizes) for shape, value in zip(shapes, values, strict=True))
    return next(filter(None, wrong), "")


def _misfit(shape: tuple[str | int, ...], value: Any, sizes: Sizes) -> str:
    whole = tuple(value) if isinstance(value, tuple) else getattr(value, "shape", None)
    if whole is None or not all(map(_is_size, whole)):
        return f"the value is a {type(value).__name__}, which has no shape"
    wanted, got = shape, tuple(whole)
    if wanted[:1] == (LEADING,):
        wanted = wanted[1:]
        got = got[max(0, len(got) - len(wanted)) :]
    said = ", ".join(f"{k} = {sizes[k]}" for k in dict.fromkeys(map(str, shape)) if k in sizes)
    differs = f"the value has the shape {tuple(whole)}" + (f", and {said}" if said else "")
    if len(wanted) != len(got):
        return differs
    for size, number in zip(wanted, got, strict=True):
        meant = value_of(size, sizes)
        if meant is None and str(size).isidentifier():
            sizes[str(size)] = number
        elif meant != number:
            return differs
    return ""


def _symbols(claim: Claim) -> set[str]:
    trees = (
        ast.parse(str(s), mode="eval") for shape in claim.shapes for s in shape if s != LEADING
    )
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass
class _Place:
    """
    Where a statement stands.

    Args:
        body: The statements around it.
        statement: The statement.
        function: The function that it belongs to, if any.
        watched: Whether a claim is checked behind it.
    """

    body: list[ast.stmt]
    statement: ast.stmt
    function: ast.FunctionDef | None
    watched: bool = False

    def speaks_of(self, name: str) -> bool:
        """Whether the statement names a variable; the empty name is no variable."""
        names = (node.id for node in ast.walk(self.statement) if isinstance(node, ast.Name))
        return not name or name in names

    def watch(self, number: int, claim: Claim) -> None:
        """Hand the values of the statement to the check with this number."""
        self.watched = True
        sizes: ast.expr = ast.Name(SIZES, ast.Load()) if self.function else ast.Constant(None)
        local = _bound_in(self.function) if self.function else set()
        names = sorted(_symbols(claim) & local)
        named = ast.Dict([ast.Constant(n) for n in names], [ast.Name(n, ast.Load()) for n in names])
        start = [ast.Constant(number), sizes, named]
        statement = self.statement
        if isinstance(statement, ast.Expr | ast.Return) and not claim.name:
            if statement.value is not None:
                statement.value = _call([*start, ast.Constant(True), statement.value])
            return
        values = [ast.Name(claim.name, ast.Load())] if claim.name else list(_targets(statement))
        check = ast.Expr(_call([*start, ast.Constant(False), *values]))
        self.body.insert(self.body.index(statement) + 1, check)


def _call(arguments: list[ast.expr]) -> ast.Call:
    return ast.Call(ast.Name(CHECK, ast.Load()), arguments, [])


def _targets(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield what a statement binds, as it is read again."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]  # type: ignore[attr-defined]
    for target in targets:
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        for part in parts:
            yield ast.parse(ast.unparse(part), mode="eval").body


def _places(tree: ast.AST, function: ast.FunctionDef | None = None) -> Iterator[tuple[int, _Place]]:
    """Yield the last line of each simple statement and where the statement stands."""
    for _name, value in ast.iter_fields(tree):
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, _SIMPLE) and isinstance(value, list):
                yield node.end_lineno or 0, _Place(value, node, function)
            elif isinstance(node, ast.AST):
                yield from _places(node, node if isinstance(node, ast.FunctionDef) else function)


def _bound_in(function: ast.FunctionDef) -> set[str]:
    """Return the parameters of a function."""
    arguments = function.args
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return {argument.arg for argument in found}
