"""The house rules that a linter does not know: floors, sizes, names, start-up imports.

    cli, dashboard -> bootstrap -> adapters -> services -> config -> domain, formats -> errors

A module may import its own floor and those below. Two rules inside a floor: domain does not know
formats, and an adapter knows no other adapter but the clock. Imports are read from the source,
those inside functions and under TYPE_CHECKING too.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: How high each floor is; the number only orders them.
FLOORS = {
    "__main__": 7,
    "cli": 7,
    "dashboard": 7,
    "bootstrap": 6,
    "adapters": 5,
    "services": 4,
    "config": 3,
    "formats": 2,
    "domain": 1,
    "errors": 0,
    "__init__": 0,  # the version, which everybody may know
}

_OUTSIDE = words(
    "asyncio http multiprocessing smtplib socket socketserver sqlite3 ssl subprocess urllib.request"
)
_LIBRARIES = words(
    "apprise holidays jinja2 keyring ldap3 nats psycopg pymysql pyodbc requests rich serial"
    " sqlalchemy textual typer win32service"
)
#: What a floor must not import from outside cmtel. Services may use threads, queues and logging.
FORBIDDEN = {
    "services": _OUTSIDE | _LIBRARIES | {"pydantic", "xmltodict"},
    "config": _OUTSIDE | (_LIBRARIES - {"keyring"}),
    "formats": _OUTSIDE | _LIBRARIES | {"logging", "pydantic", "threading", "time", "xmltodict"},
    "domain": _OUTSIDE
    | (_LIBRARIES - {"holidays"})
    | {"logging", "os", "pathlib", "pydantic", "threading", "time", "xmltodict"},
}
#: An adapter knows no other adapter, save these: time, and what every SQLite file of ours needs
#: (one owner, tables with a version), so that the spool and the notifier's state do it alike;
#: files of others, which are read without being in their way.
COMMON_ADAPTERS = words("clock instance_lock shared_files sqlite_schema")

VAGUE_NAMES = words("common helper helpers manager managers misc util utils")
#: Who may ask the machine for the time.
CLOCKS = frozenset({"cmtel.adapters.clock"})
TIME_CALLS = words("date.today datetime.now datetime.today datetime.utcnow time.sleep time.time")
#: What `cmtel --help` must not pay for.
HEAVY = words(
    "aiosmtpd apprise holidays nats numpy pandas phonenumbers psycopg pydantic pymysql pyodbc rich"
    " serial sqlalchemy textual xmltodict"
)

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 50
MAX_COMMAND_LINES = 20

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One source file of cmtel."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def floor(self) -> str:
        return floor_of(self.name)

    @property
    def docstring(self) -> str:
        return ast.get_docstring(self.tree) or ""


@cache
def modules() -> tuple[Module, ...]:
    return tuple(read(path) for path in sorted((TOP / "cmtel").rglob("*.py")))


def read(path: Path) -> Module:
    parts = path.relative_to(TOP).with_suffix("").parts
    name = ".".join(part for part in parts if part != "__init__")
    text = path.read_text(encoding="utf-8")
    return Module(name, path, text, ast.parse(text, str(path)))


def floor_of(name: str) -> str:
    return name.split(".")[1] if "." in name else "__init__"


def imports(module: Module) -> Iterator[str]:
    """Every imported name, with dots: ``from a.b import c`` gives a.b.c."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inside(module: Module) -> Iterator[str]:
    """The imports of cmtel itself; ``from cmtel import __version__`` is the top module."""
    for name in imports(module):
        if name == "cmtel" or name.startswith("cmtel."):
            yield "cmtel" if name == "cmtel.__version__" else name


def functions(module: Module) -> Iterator[Function]:
    for node in ast.walk(module.tree):
        if isinstance(node, Function):
            yield node


def is_command(function: Function) -> bool:
    calls = [call for call in function.decorator_list if isinstance(call, ast.Call)]
    names = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
    return bool(names & {"command", "callback"})


def body_lines(function: Function) -> int:
    """Lines of the body, without docstring and signature."""
    has_docstring = ast.get_docstring(function, clean=False) is not None
    body = function.body[1:] if has_docstring else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def lines(function: Function) -> int:
    """Lines of the function, without its docstring."""
    return body_lines(function) + function.body[0].lineno - function.lineno


def calls(module: Module) -> Iterator[str]:
    """What is called, by its last two names: ``datetime.datetime.now()`` gives datetime.now."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield ".".join(ast.unparse(node.func).split(".")[-2:])


Rule = Callable[[Module], Iterator[str]]


def imports_point_down(module: Module) -> Iterator[str]:
    height = FLOORS[module.floor]
    for name in inside(module):
        if FLOORS[floor_of(name)] > height:
            yield f"imports {name}, which is above it"


def adapters_know_no_other_adapter(module: Module) -> Iterator[str]:
    if module.floor != "adapters":
        return
    own = module.name.split(".")[2:3]
    for name in inside(module):
        other = name.split(".")[2:3]
        if floor_of(name) == "adapters" and other != own and not {*other} <= COMMON_ADAPTERS:
            yield f"imports {name}, another adapter"


def floors_stay_pure(module: Module) -> Iterator[str]:
    forbidden = FORBIDDEN.get(module.floor, frozenset())
    for name in imports(module):
        if any(f"{name}.".startswith(f"{other}.") for other in forbidden):
            yield f"imports {name}, which {module.floor} must not"


def nobody_imports_click(module: Module) -> Iterator[str]:
    """Typer has its own copy; the exceptions of the click package would not be caught."""
    for name in imports(module):
        if name.split(".")[0] == "click" or name.startswith("typer._click"):
            yield f"imports {name}"


def only_the_clock_knows_the_time(module: Module) -> Iterator[str]:
    if module.name not in CLOCKS:
        yield from (f"calls {name}()" for name in calls(module) if name in TIME_CALLS)


def nobody_prints(module: Module) -> Iterator[str]:
    yield from ("calls print()" for name in calls(module) if name == "print")


def modules_begin_alike(module: Module) -> Iterator[str]:
    if not module.text.strip():
        return  # an empty __init__.py
    if not module.docstring:
        yield "has no docstring"
    first = module.tree.body[1] if len(module.tree.body) > 1 else None
    is_future = isinstance(first, ast.ImportFrom) and first.module == "__future__"
    if not is_future and len(module.tree.body) > 1:
        yield "does not begin with `from __future__ import annotations`"


def modules_are_short(module: Module) -> Iterator[str]:
    count = len(module.text.splitlines())
    if count > MAX_MODULE_LINES and "lines" not in module.docstring:
        yield f"has {count} lines, and its docstring does not say why"


def functions_are_short(module: Module) -> Iterator[str]:
    for function in functions(module):
        if is_command(function):
            if (count := body_lines(function)) > MAX_COMMAND_LINES:
                yield f"the command {function.name} has {count} lines"
        elif (count := lines(function)) > MAX_FUNCTION_LINES:
            yield f"{function.name} has {count} lines"


def names_say_something(module: Module) -> Iterator[str]:
    if VAGUE_NAMES & {*module.name.split(".")}:
        yield "is a name for anything"


RULES: list[Rule] = [
    imports_point_down,
    adapters_know_no_other_adapter,
    floors_stay_pure,
    nobody_imports_click,
    only_the_clock_knows_the_time,
    nobody_prints,
    modules_begin_alike,
    modules_are_short,
    functions_are_short,
    names_say_something,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(rule: Rule) -> None:
    found = [f"{module.path}: {fault}" for module in modules() for fault in rule(module)]

    assert not found, "\n".join(["", *found])


def test_every_module_is_on_a_floor() -> None:
    assert {module.floor for module in modules()} <= {*FLOORS}


#: For each rule a module that breaks it: a rule that cannot fail would be no rule.
BREAKERS: dict[Rule, tuple[str, str]] = {
    imports_point_down: ("domain.x", "def f():\n    from cmtel.services.ports import Clock"),
    adapters_know_no_other_adapter: ("adapters.x", "from cmtel.adapters.spool import sqlite"),
    floors_stay_pure: ("services.x", "if TYPE_CHECKING:\n    import sqlalchemy.orm"),
    nobody_imports_click: ("cli.x", "from click import echo"),
    only_the_clock_knows_the_time: ("adapters.x", "datetime.datetime.now(UTC)"),
    nobody_prints: ("cli.x", "print(1)"),
    modules_begin_alike: ("cli.x", "import os\nimport sys"),
    modules_are_short: ("cli.x", "\n" * 401),
    functions_are_short: ("cli.x", "@app.command('x')\ndef f():\n" + "    pass\n" * 21),
    names_say_something: ("adapters.utils", ""),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_each_rule_finds_what_breaks_it(rule: Rule) -> None:
    name, text = BREAKERS[rule]

    assert [*rule(Module(f"cmtel.{name}", Path(name), text, ast.parse(text)))]


def test_long_functions_that_are_no_commands_are_found() -> None:
    text = "def f():\n" + "    pass\n" * 50

    assert [*functions_are_short(Module("cmtel.x", Path("x"), text, ast.parse(text)))]


def test_starting_imports_nothing_heavy() -> None:
    code = (
        "import json, sys, cmtel.cli.app;"
        "print(json.dumps([name for name in sys.modules if '.' not in name]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not HEAVY & {*json.loads(done.stdout)}


def test_a_module_is_forbidden_with_what_is_in_it_and_not_beside_it() -> None:
    text = "from urllib.parse import quote\nfrom urllib.request import urlopen\nimport socketx\n"
    found = [*floors_stay_pure(Module("cmtel.domain.x", Path("x"), text, ast.parse(text)))]

    assert found == ["imports urllib.request.urlopen, which domain must not"]
