"""Functions that numba compiles, and whose machine code is kept: where it is there, numba is not even imported.

Importing numba, and making it ready to read its own cache, takes half a second, a quarter of the way to the first step.
Its compiled code does not need it: a file holds the machine code of one function for one set of argument types, and
llvmlite, which is a small part of numba, puts it into memory. The compiler comes when a file is missing.

A compiled function returns nothing: it writes into the arrays that it is given. It must not allocate, nor call
what another process may lack, and cannot raise.
Decorated functions may call each other.
"""

import ctypes
import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

FOLDER = "NUMBA_CACHE_DIR"
"""The variable of the environment that names another folder for machine code, as it does for numba's own."""
_SUFFIX = ".machinecode"
_HARMLESS = ("llvm.", "memset", "memcpy", "memmove")
"""What machine code may ask of the process that it is loaded into."""
_ARRAY, _RECORD = "array", "record"

Kind = Any
"""The type of an argument: ("array", dtype, dimensions), ("record", module, class, kinds of its fields), or a name."""


class Compiled:
    """A function in the part of Python that numba compiles, of numpy arrays, numbers and named tuples of these.

    Arrays have to be contiguous. options: of numba's njit.
    """

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]):
        self.function, self.options = function, options
        self._ready: dict[tuple[Kind, ...], Callable[..., None]] = {}

    def __call__(self, *arguments: Any) -> None:
        """Run, without the interpreter's lock; the first time with arguments of these types, load or compile."""
        kinds = tuple(map(_kind, arguments))
        run = self._ready.get(kinds)
        if run is None:
            with _LOADING:
                run = self._ready.get(kinds) or self._load(kinds)
                self._ready[kinds] = run
        run(*arguments)

    def is_kept(self) -> bool:
        """Whether machine code of this version is kept, for arguments of some types."""
        return any(True for folder in _folders() for _ in folder.glob(f"{self._name()}-*{_SUFFIX}"))

    def _name(self) -> str:
        return f"{self.function.__module__}.{self.function.__qualname__}-{_edition()}"

    def _load(self, kinds: tuple[Kind, ...]) -> Callable[..., None]:
        name = f"{self._name()}-{hashlib.sha256(repr(kinds).encode()).hexdigest()[:16]}{_SUFFIX}"
        for folder in _folders():
            try:
                symbol, code = _read(folder / name)
                return _caller(_address(symbol, code), kinds)
            except (OSError, ValueError, LookupError, TypeError):  # there is none, or a damaged one
                continue
        symbol, code = _compile(self, kinds)
        _keep(name, symbol, code)
        return _caller(_address(symbol, code), kinds)


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Have numba compile a function. options: of njit, such as fastmath.

    A division by 0 raises nothing: Python's error would be a branch, and LLVM makes no vectors of branches.
    """
    return lambda function: Compiled(function, {"nogil": True, "error_model": "numpy", **options})


class Intrinsic:
    """A function that writes LLVM's code by itself, as numba's `intrinsic` makes it; compiled functions may call it."""

    def __init__(self, function: Callable[..., Any]):
        self.function = function

    def __call__(self, *arguments: Any) -> Any:
        """Only compiled functions call it."""
        raise TypeError(f"{self.function.__name__} can be called in compiled functions only")


def intrinsic(function: Callable[..., Any]) -> Any:
    """Have numba take a function for an intrinsic."""
    return Intrinsic(function)


class _Types:
    """numba's types, imported when a signature is made of one."""

    def __getattr__(self, name: str) -> Any:
        from numba import types

        return getattr(types, name)


types: Any = _Types()
_LOADING = threading.RLock()


def _kind(argument: Any) -> Kind:
    if isinstance(argument, np.ndarray):
        if not argument.flags.c_contiguous:
            raise TypeError("compiled functions take contiguous arrays")
        return _ARRAY, argument.dtype.str, argument.ndim
    if isinstance(argument, bool):
        return "bool"
    if isinstance(argument, int):
        return "int"
    if isinstance(argument, np.float32):
        return "float32"
    if isinstance(argument, float):
        return "float"
    if not hasattr(argument, "_fields"):
        raise TypeError(
            f"compiled functions take arrays, numbers and named tuples, not a {type(argument).__name__}"
        )
    return _RECORD, type(argument).__module__, type(argument).__qualname__, tuple(map(_kind, argument))


# Where machine code is kept.


@cache
def _folders() -> Sequence[Path]:
    """Where machine code is looked for, and kept in the first that can be written to."""
    named = os.environ.get(FOLDER)
    if named:
        return [Path(named)]
    base = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME") or ""
    user = Path(base) if Path(base).is_absolute() else Path("~/.cache").expanduser()
    return [Path(__file__).parent / "__pycache__", user / "impasto-kernels"]


@cache
def _edition() -> str:
    """What machine code depends on besides the types of the arguments: sources, processor, and compiler."""
    import llvmlite.binding as llvm  # type: ignore[import-untyped]

    found = hashlib.sha256()
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        found.update(source.read_bytes())
    features = llvm.get_host_cpu_features().flatten()
    for text in (version("numba"), version("llvmlite"), llvm.get_host_cpu_name(), features, np.__version__):
        found.update(text.encode())
    return found.hexdigest()[:16]


def _read(path: Path) -> tuple[str, bytes]:
    """The symbol, and the object file."""
    head, _, code = path.read_bytes().partition(b"\n")
    said = json.loads(head)
    if said["sha256"] != hashlib.sha256(code).hexdigest():
        raise ValueError(f"{path} is damaged")
    return said["symbol"], code


def _keep(name: str, symbol: str, code: bytes) -> None:
    """Keep machine code where that is possible; another process may do the same at the same time."""
    head = json.dumps({"symbol": symbol, "sha256": hashlib.sha256(code).hexdigest()}).encode()
    for folder in _folders():
        part = folder / f"{name}.{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            part.write_bytes(head + b"\n" + code)
            part.replace(folder / name)
            return
        except OSError:
            continue


# Loaded by llvmlite alone.

_KEPT_ALIVE: list[Any] = []


def _address(symbol: str, code: bytes) -> int:
    """Where a function begins in memory."""
    import llvmlite.binding as llvm

    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
    engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _KEPT_ALIVE.append(engine)
    address: int = engine.get_function_address(symbol)
    if not address:
        raise ValueError(f"there is no {symbol}")
    return address


def _machine() -> Any:
    """The processor, as LLVM has it."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        codemodel="jitdefault",
        jit=True,
    )


_NUMBERS: dict[str, Any] = {
    "bool": ctypes.c_int64, "int": ctypes.c_int64, "float": ctypes.c_double, "float32": ctypes.c_float,
}  # fmt: skip


def _caller(address: int, kinds: tuple[Kind, ...]) -> Callable[..., None]:
    """A Python function of arguments of these kinds, which passes their addresses, sizes and numbers on.

    It is written as a text, because going through the kinds at each call would take longer than many a call.
    """
    numbers, passed = [], []
    for place, kind in enumerate(kinds):
        for path, one in _leaves(f"a{place}", kind):
            if one[0] == _ARRAY:
                numbers += [ctypes.c_void_p, *[ctypes.c_int64] * one[2]]
                passed += [f"{path}.ctypes.data", f"*{path}.shape"]
            else:
                numbers.append(_NUMBERS[one])
                passed.append(path)
    # numba's own convention: where the result goes, where an error goes, the arguments; a status comes back.
    function = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * 2, *numbers)(address)
    checked: Any = function
    checked.errcheck = _check
    given = ", ".join(f"a{place}" for place in range(len(kinds)))
    room = (ctypes.c_void_p * 2)()
    scope = {"function": function, "room": ctypes.addressof(room), "_keep": room}
    call: Callable[..., None] = eval(f"lambda {given}: function(room, room + 8, {', '.join(passed)})", scope)
    return call


def _check(status: int, *call: Any) -> None:
    if status:
        raise RuntimeError("compiled code failed")


def _leaves(path: str, kind: Kind) -> Iterator[tuple[str, Kind]]:
    """Every array and number of an argument, with the text that names it."""
    if kind[0] == _RECORD:
        for number, one in enumerate(kind[3]):
            yield from _leaves(f"{path}[{number}]", one)
    else:
        yield path, kind


# Compiled by numba.

_ALONE = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Without what Python would call a function by."""
_UNCOUNTED = {"_nrt": False}
"""Without counting who uses an array."""
_NEVER = re.compile(r"^declare void @NRT_MemInfo_call_dtor\(([^) ]+).*$", re.MULTILINE)
"""What would free an array that nobody uses any more: never called, for the arrays here belong to somebody else."""


def _compile(function: Compiled, kinds: tuple[Kind, ...]) -> tuple[str, bytes]:
    """The symbol and the object file of a function that takes addresses, sizes and numbers.

    What numba compiles is a function of these that makes arrays and named tuples of them, and calls the other one.
    """
    import llvmlite.binding as llvm
    import numba

    scope: dict[str, Any] = {"function": _for_numba(function), "carray": numba.carray}
    names: list[str] = []
    signature: list[Any] = []

    def argument(kind: Kind) -> str:
        if kind[0] == _RECORD:
            record = _named(kind)
            scope[record.__name__] = record
            return f"{record.__name__}({', '.join(map(argument, kind[3]))})"
        names.append(name := f"a{len(names)}")
        if kind[0] != _ARRAY:
            signature.append({"float": numba.float64, "float32": numba.float32}.get(kind, numba.int64))
            return f"{name} != 0" if kind == "bool" else name
        signature.append(numba.types.CPointer(numba.from_dtype(np.dtype(kind[1]))))
        sides = [f"{name}_{side}" for side in range(kind[2])]
        names.extend(sides)
        signature.extend([numba.int64] * len(sides))
        return f"carray({name}, ({', '.join(sides)},))"

    given = [argument(kind) for kind in kinds]
    exec(f"def entry({', '.join(names)}):\n    function({', '.join(given)})\n", scope)
    dispatcher = _njit(function.options)(scope["entry"])
    dispatcher.compile(numba.void(*signature))
    (made,) = dispatcher.overloads.values()
    text = _NEVER.sub(
        r"define internal void @NRT_MemInfo_call_dtor(\1 %0) {\n  ret void\n}", made.library.get_llvm_str()
    )
    module = llvm.parse_assembly(text)
    foreign = [
        one.name for one in module.functions if one.is_declaration and not one.name.startswith(_HARMLESS)
    ]
    if foreign:
        raise TypeError(f"{function.function.__qualname__} may not be kept: it calls {', '.join(foreign)}")
    return made.fndesc.llvm_func_name, _machine().emit_object(module)


def _njit(options: dict[str, Any]) -> Any:
    import numba

    njit: Any = numba.njit
    return njit(**options, **_ALONE)


def _named(kind: Kind) -> Any:
    import importlib

    return getattr(importlib.import_module(kind[1]), kind[2])


_KNOWN: dict[Compiled | Intrinsic, Any] = {}
"""What numba has of the functions here: what two of them call is compiled once."""


def _for_numba(value: Any) -> Any:
    """What numba knows a global value by: compiled functions and intrinsics become numba's own; others stay."""
    if not isinstance(value, Compiled | Intrinsic):
        return value
    if value not in _KNOWN:
        from numba.extending import intrinsic as numbas

        function = value.function
        if isinstance(value, Intrinsic):
            _KNOWN[value] = numbas(function)
        else:
            assert isinstance(function, FunctionType)
            everything = function.__globals__
            used = {name: everything[name] for name in function.__code__.co_names if name in everything}
            scope = {name: _for_numba(one) for name, one in used.items()}
            copy = FunctionType(function.__code__, {**everything, **scope}, function.__name__)
            copy.__qualname__, copy.__module__ = function.__qualname__, function.__module__
            _KNOWN[value] = _njit({**value.options, **_UNCOUNTED})(copy)
    return _KNOWN[value]
