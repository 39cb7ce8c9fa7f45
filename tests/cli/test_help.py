"""What the help says, and that it says so at once."""

import subprocess
import sys
from dataclasses import fields

import pytest
import typer

from impasto import settings
from impasto.cli import options
from impasto.cli.app import app
from impasto.settings import SCHEMA, Settings
from impasto.version import __version__

RELIED_ON = [
    "--recipe --size --steps --scales --solver --pooling --start --content-layer --style-layers --alpha --beta",
    "--strength --seed --weights --bits --force --checkpoint --checkpoint-every --save-every --plot --device",
    "--threads --quiet --learning-rate --noise --history --style-scale --detail --coarse-steps --border",
    "--balance --no-balance -o --mask --style-mask --regions --style-regions --protect --protect-strength",
]
COMMANDS = ("stylize", "explore", "demo", "resume", "info", "report", "weights")


def parameters(command: str) -> dict:
    return {one.name: one for one in typer.main.get_command(app).commands[command].params}


@pytest.mark.slow
def test_help_loads_nothing_heavy():
    """torch alone takes seconds; help has to be there in less than half of one."""
    code = (
        "import sys; from impasto.cli import main\n"
        "for arguments in ([], ['stylize', '--help'], ['stylize', 'a', 'b', '-o', 'c.png', '--steps', '0']):\n"
        "    main(arguments)\n"
        "print({'torch', 'numpy', 'pyvips', 'matplotlib', 'safetensors'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
    assert done.stderr == "error: steps must be a whole number from 1 to 1000000, got 0\n"


@pytest.mark.parametrize("field", [one.name for one in fields(Settings)])
def test_every_setting_is_an_option_explained_by_its_own_sentence(field):
    option = parameters("stylize")[field]
    assert "--" + field.replace("_", "-") in option.opts
    assert option.default is None
    assert option.help == options.plain(SCHEMA[field].help_with_default())


def test_the_options_relied_on_are_there():
    known = {name for one in parameters("stylize").values() for name in [*one.opts, *one.secondary_opts]}
    assert set(" ".join(RELIED_ON).split()) <= known


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_in_words(run, command):
    outcome = run(command, "--help")
    assert outcome.code == 0
    assert f"impasto {command}" in outcome.out
    for one in parameters(command).values():
        assert one.help


def test_without_arguments_the_commands_are_shown(run):
    outcome = run()
    assert outcome.code == 0
    assert all(command in outcome.out for command in COMMANDS)


def test_panels_come_in_an_order_that_a_painter_follows(run):
    text = run("stylize", "--help").out
    panels = [
        settings.PICTURE,
        settings.LOOK,
        settings.WHERE,
        settings.HOW,
        options.KEEPING,
        settings.COMPUTER,
    ]
    places = [text.index(f"─ {panel} ─") for panel in panels]
    assert places == sorted(places)


def test_version(run):
    assert run("--version").out == f"impasto {__version__}\n"


def test_the_shell_completes_values(run, monkeypatch, capsys):
    monkeypatch.setenv("_IMPASTO_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "impasto stylize a b --solver l")
    monkeypatch.setenv("COMP_CWORD", "5")
    with pytest.raises(SystemExit):
        run("anything")
    assert capsys.readouterr().out.split() == ["lbfgs"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["stylise"], "No such command 'stylise'"),
        (["stylize", "--sise", "3"], "No such option: --sise"),
        (["stylize", "a", "b"], "Missing option '-o'"),
        (["stylize", "a", "b", "-o", "c.png", "--size", "big"], "Invalid value for '--size'"),
        (["stylize", "a", "b", "-o", "c.png", "--save-every", "0"], "Invalid value for '--save-every'"),
    ],
)
def test_a_slip_of_the_pen_is_one_line(refused, arguments, line):
    assert line in refused(*arguments)
