"""
A recipe is run on what it branches on: each condition in a function of a page is seen both ways.

The conditions of a block's functions are wrapped in a call that notes what they were. The source
that tracebacks and `inspect` show stays as the page has it, and what `torch.compile` traces notes
nothing and looks as it did.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

TRUTHS = ("bool", "bool_")  # Python's and numpy's


@dataclass
class Condition:
    """
    One condition of a function.

    Args:
        line: Its line within the block, from 0.
        text: How the page writes it.
        decides: Whether something is done or left by it; else it is a value, as in `f(on=a == b)`.
        seen: The truth values that it had.
    """

    line: int
    text: str
    decides: bool
    seen: set[bool] = field(default_factory=set)

    @property
    def missing(self) -> list[bool]:
        """The values that it should have had, and had not."""
        if not self.seen and not self.decides:
            return []  # its value was no truth, such as a tensor of them
        return [value for value in (True, False) if value not in self.seen]


class Recorder:
    """
    The conditions of the functions of one block, and what they were.

    Args:
        name: The name under which the block's functions call `note`.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.conditions: list[Condition] = []

    def prepare(self, tree: ast.AST) -> None:
        """
        Let the functions of a block note their conditions.

        Args:
            tree: The block's tree, which is changed.
        """
        ast.fix_missing_locations(_Wrap(self).visit(tree))

    def note(self) -> Callable[[int, object], object]:
        """Return the function that takes down what a condition was, and hands it on."""
        from torch.compiler import is_compiling

        conditions = self.conditions

        def note(number: int, value: object) -> object:
            if is_compiling():
                return value
            if conditions[number].decides:
                value = bool(value)
            if type(value).__name__ in TRUTHS:
                conditions[number].seen.add(bool(value))
            return value

        return note

    def complaints(self) -> list[tuple[int, str]]:
        """Return a line of the block, from 0, and a message for each condition tried one way."""
        return [
            (condition.line, f"`{condition.text}` was never {' nor '.join(map(str, missing))}")
            for condition in self.conditions
            if (missing := condition.missing)
        ]


class _Wrap(ast.NodeTransformer):
    """Wrap each condition inside a function in a call that notes it."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.inside = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.inside += 1
        # Decorators and defaults run once, where the function is defined.
        node.body = [self.visit(statement) for statement in node.body]
        self.inside -= 1
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        return node  # it is to be true

    def visit_If(self, node: ast.If) -> ast.AST:
        node.test = self._wrap(node.test, decides=True)
        return self._visit_all_but_test(node)

    def visit_While(self, node: ast.While) -> ast.AST:
        node.test = self._wrap(node.test, decides=True)
        return self._visit_all_but_test(node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        node.test = self._wrap(node.test, decides=True)
        node.body, node.orelse = self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        node.iter = self.visit(node.iter)
        node.ifs = [self._wrap(test, decides=True) for test in node.ifs]
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        return self._wrap(node, decides=False)

    def _visit_all_but_test(self, node: ast.If | ast.While) -> ast.AST:
        node.body = [self.visit(statement) for statement in node.body]
        node.orelse = [self.visit(statement) for statement in node.orelse]
        return node

    def _wrap(self, test: ast.expr, decides: bool) -> ast.expr:
        if not self.inside or isinstance(test, ast.Constant):
            return test
        conditions = self.recorder.conditions
        conditions.append(Condition(test.lineno - 1, ast.unparse(test), decides))
        arguments: list[ast.expr] = [ast.Constant(len(conditions) - 1), test]
        call = ast.Call(ast.Name(self.recorder.name, ast.Load()), arguments, [])
        return ast.copy_location(call, test)
