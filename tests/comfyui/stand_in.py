"""ComfyUI as its documentation describes it to those who write nodes: just enough to load a pack and run a workflow.

The program itself is in no package registry. What is here was written from its documents on custom nodes: a pack is a
folder that is imported by its path, has NODE_CLASS_MAPPINGS, and may import `comfy.utils` and `comfy.model_management`;
inputs are checked before anything runs; nodes run in torch's inference mode, each once.
"""

import importlib.util
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

WIDGETS = ("INT", "FLOAT", "STRING", "BOOLEAN")


class InterruptProcessingException(Exception):  # noqa: N818 - its name
    pass


@dataclass
class Server:
    """What the browser would know and say. bars: every update of a progress bar as (value, total, preview)."""

    bars: list[tuple[int, int, Any]] = field(default_factory=list)
    interrupted: bool = False

    def modules(self) -> dict[str, ModuleType]:
        """`comfy` as a node imports it."""
        server = self

        class ProgressBar:
            def __init__(self, total, node_id=None):
                self.total = total

            def update_absolute(self, value, total=None, preview=None):
                self.total = self.total if total is None else total
                server.bars.append((min(value, self.total), self.total, preview))

        def throw_exception_if_processing_interrupted():
            if server.interrupted:
                server.interrupted = False
                raise InterruptProcessingException

        utils, management = ModuleType("comfy.utils"), ModuleType("comfy.model_management")
        utils.ProgressBar = ProgressBar
        management.throw_exception_if_processing_interrupted = throw_exception_if_processing_interrupted
        return {"comfy": ModuleType("comfy"), "comfy.utils": utils, "comfy.model_management": management}


def load_pack(folder: Path) -> ModuleType:
    """The pack, imported as a folder of custom_nodes is: under a name that is its path."""
    name = str(folder)
    spec = importlib.util.spec_from_file_location(name, folder / "__init__.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class LoadImage:
    """The node of that name: a picture, and 1 - alpha, or a small black mask."""

    RETURN_TYPES = ("IMAGE", "MASK")
    FUNCTION = "load"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": (sorted(PICTURES),)}}

    def load(self, image):
        return PICTURES[image].clone(), torch.zeros(1, 64, 64)


class Sink:
    """A node that only shows what it gets."""

    RETURN_TYPES = ()
    FUNCTION = "show"
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {cls.NAME: (cls.TYPE,)}}

    def show(self, **values):
        SHOWN.append(values)
        return {"ui": {}}


class PreviewImage(Sink):
    NAME, TYPE = "images", "IMAGE"


class PreviewAny(Sink):
    NAME, TYPE = "source", "*"


PICTURES: dict[str, Any] = {}
"""What Load Image can load: IMAGEs by the names of files."""
SHOWN: list[dict[str, Any]] = []
CORE = {"LoadImage": LoadImage, "PreviewImage": PreviewImage, "PreviewAny": PreviewAny}


def prompt_of(workflow: dict[str, Any], nodes: dict[str, type]) -> dict[str, Any]:
    """A workflow as the browser saves it, as it is handed to the server: inputs by name, links as [node, slot]."""
    links = {link[0]: link for link in workflow["links"]}
    prompt = {}
    for node in workflow["nodes"]:
        if node["type"] in ("Note", "MarkdownNote"):
            continue
        values = iter(node.get("widgets_values", ()))
        widgets = {
            k: options for k, (kind, *options) in declared(nodes[node["type"]]).items() if is_widget(kind)
        }
        # Values are saved by place; a node that has got more widgets since shows their defaults.
        inputs = {
            name: next(values, options[0]["default"] if options else None)
            for name, options in widgets.items()
        }
        for socket in node.get("inputs", ()):
            if socket.get("link") is not None:
                _, origin, slot, target, _, _ = links[socket["link"]]
                assert target == node["id"]
                inputs[socket["name"]] = [str(origin), slot]
        prompt[str(node["id"])] = {"class_type": node["type"], "inputs": inputs}
    return prompt


def declared(node: type) -> dict[str, Any]:
    inputs = node.INPUT_TYPES()
    return inputs.get("required", {}) | inputs.get("optional", {})


def is_widget(kind: Any) -> bool:
    return isinstance(kind, list) or kind in WIDGETS


def faults(prompt: dict[str, Any], nodes: dict[str, type]) -> list[str]:
    """Why a prompt is refused: what is missing, linked to another type, or out of range; and what nodes say."""
    found = []
    for number, one in prompt.items():
        node, inputs = nodes[one["class_type"]], one["inputs"]
        required = node.INPUT_TYPES().get("required", {})
        found += [f"{number}: {name} is missing" for name in required if name not in inputs]
        typed = {name: value for name, value in inputs.items() if not isinstance(value, list)}
        for name, value in inputs.items():
            kind, *options = declared(node)[name]
            found += _fault(number, name, value, kind, options[0] if options else {}, prompt, nodes)
        if hasattr(node, "VALIDATE_INPUTS"):
            arguments = node.VALIDATE_INPUTS.__func__.__code__
            takes_all = arguments.co_flags & 0x08
            names = arguments.co_varnames[: arguments.co_argcount]
            answer = node.VALIDATE_INPUTS(**{n: v for n, v in typed.items() if takes_all or n in names})
            found += [] if answer is True else [f"{number}: {answer}"]
    return found


def _fault(number, name, value, kind, options, prompt, nodes) -> list[str]:
    if isinstance(value, list):
        given = nodes[prompt[value[0]]["class_type"]].RETURN_TYPES[value[1]]
        return [] if kind in ("*", given) else [f"{number}: {name} takes {kind}, and gets {given}"]
    if isinstance(kind, list):
        return [] if value in kind else [f"{number}: {name} is not {value!r}"]
    if kind in ("INT", "FLOAT"):
        return [] if options["min"] <= value <= options["max"] else [f"{number}: {name} is not {value}"]
    return []


def run(prompt: dict[str, Any], nodes: dict[str, type]) -> dict[str, tuple[Any, ...]]:
    """Everything that a prompt gives, by node; each runs once, after those that it needs."""
    wrong = faults(prompt, nodes)
    assert not wrong, wrong
    done: dict[str, tuple[Any, ...]] = {}

    def outputs(number: str) -> tuple[Any, ...]:
        if number not in done:
            one = prompt[number]
            values = {
                name: outputs(value[0])[value[1]] if isinstance(value, list) else value
                for name, value in one["inputs"].items()
            }
            node = nodes[one["class_type"]]
            with torch.inference_mode():
                returned = getattr(node(), node.FUNCTION)(**values)
            done[number] = () if isinstance(returned, dict) else returned
            assert len(done[number]) == len(node.RETURN_TYPES)
        return done[number]

    for number in prompt:
        outputs(number)
    return done


def object_info(nodes: dict[str, type]) -> str:
    """What the browser is told of the nodes: it has to be JSON."""
    return json.dumps({name: node.INPUT_TYPES() for name, node in nodes.items()}, allow_nan=False)
