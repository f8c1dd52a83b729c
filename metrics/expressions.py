"""Expressions of derived metrics: numbers, metric keys, + − * /, parentheses, min, max and abs. Nothing else runs."""

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from foundation.errors import InvalidInputError

FIELD = "formula.expression"
MAX_LENGTH = 500
_MAX_NODES = 200
_OPERATIONS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_FUNCTIONS: Mapping[str, Callable[..., float]] = {"min": min, "max": max, "abs": abs}


@dataclass(frozen=True)
class Expression:
    """A checked expression and the metric keys it names, in order of appearance."""

    text: str
    names: tuple[str, ...]
    body: ast.expr

    def evaluate(self, values: Mapping[str, float | None]) -> float | None:
        """The value; None where an input has none, a divisor is zero, or the result is no finite number."""
        try:
            result = _value(self.body, values)
        except ZeroDivisionError:
            return None
        return result if result is not None and math.isfinite(result) else None


def parse_expression(text: object) -> Expression:
    """The expression written in `text`; InvalidInputError says what is wrong and where."""
    if not isinstance(text, str) or not text.strip():
        raise InvalidInputError(FIELD, "Write an expression such as (revenue - cost) / revenue.")
    if len(text) > MAX_LENGTH:
        raise InvalidInputError(FIELD, f"Must have at most {MAX_LENGTH} characters.")
    body = _parse(text.strip())
    if sum(1 for _ in ast.walk(body)) > _MAX_NODES:
        raise InvalidInputError(FIELD, "Is too long; derive a part of it as a metric of its own.")
    names = tuple(dict.fromkeys(_checked_names(body)))
    if not names:
        raise InvalidInputError(FIELD, "Names no metric.")
    return Expression(text, names, body)


def _parse(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        place = error.offset or len(text)
        raise InvalidInputError(FIELD, f"Cannot be read at character {place}: {error.msg}.") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise InvalidInputError(FIELD, "Cannot be read: it is nested too deeply or holds odd characters.") from error


def _checked_names(node: ast.expr) -> Iterator[str]:
    """The names below a node, once the node is known to be one of the few that are allowed."""
    if isinstance(node, ast.Constant):
        _check_number(node)
    elif isinstance(node, ast.Name):
        if node.id in _FUNCTIONS:
            raise _refusal(node, f"{node.id} needs its arguments in parentheses.")
        yield node.id
    else:
        for part in _operands(node):
            yield from _checked_names(part)


def _check_number(node: ast.Constant) -> None:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise _refusal(node, "only numbers, metric keys, + - * /, parentheses, min, max and abs are understood.")
    try:
        is_finite = math.isfinite(float(node.value))
    except OverflowError:
        is_finite = False
    if not is_finite:
        raise _refusal(node, "the number is too large.")


def _operands(node: ast.expr) -> list[ast.expr]:
    """The expressions that an allowed operation or function is applied to."""
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        return [node.operand]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
        return _arguments(node, node.func.id)
    raise _refusal(node, "only numbers, metric keys, + - * /, parentheses, min, max and abs are understood.")


def _arguments(node: ast.Call, function: str) -> list[ast.expr]:
    is_right = len(node.args) == 1 if function == "abs" else len(node.args) > 1
    if node.keywords or not is_right:
        raise _refusal(node, f"{function} takes {'one argument' if function == 'abs' else 'two or more arguments'}.")
    return list(node.args)


def _refusal(node: ast.expr, words: str) -> InvalidInputError:
    return InvalidInputError(FIELD, f"At character {node.col_offset + 1}: {words}")


def _value(node: ast.expr, values: Mapping[str, float | None]) -> float | None:
    if isinstance(node, ast.Constant):
        return float(str(node.value))
    if isinstance(node, ast.Name):
        return values.get(node.id)
    operands = [_value(part, values) for part in _operands(node)]
    known = [operand for operand in operands if operand is not None]
    return _apply(node, known) if len(known) == len(operands) else None


def _apply(node: ast.expr, operands: list[float]) -> float:
    if isinstance(node, ast.BinOp):
        return _OPERATIONS[type(node.op)](*operands)
    if isinstance(node, ast.UnaryOp):
        return -operands[0] if isinstance(node.op, ast.USub) else operands[0]
    function = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    return float(_FUNCTIONS[function](*operands))
