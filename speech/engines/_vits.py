"""A Piper voice's ONNX graph, cut into stages by its structure alone: tensor names differ from export to export.

    encode   phoneme ids -> how many frames each lasts, and what is said in each          (whole sentence)
    expand   -> one column for each frame, with noise                                      (whole sentence)
    flow     -> the same, as the decoder wants it                                          (piece by piece)
    decode   -> samples                                                                    (piece by piece)

The cuts: behind the one Ceil, which rounds the durations; where all that depends on the second noise runs through one
tensor; and at the input of the last Conv before the first ConvTranspose. A later stage takes whatever tensors of the
earlier ones it still needs. Piper's own noise nodes do not repeat themselves, so they become inputs.

Kim, Kong, Son: Conditional Variational Autoencoder with Adversarial Learning for End-to-End Text-to-Speech, 2021.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Node = Any  # onnx.NodeProto
    Model = Any  # onnx.ModelProto
    ValueInfo = Any  # onnx.ValueInfoProto

VERSION = 2
"""Of what is made of a voice: a new one makes older caches void."""

NEUTRAL = frozenset((
    "Abs", "Add", "Cast", "Clip", "Concat", "Cos", "Div", "Elu", "Exp", "Identity", "LeakyRelu", "Log", "Max", "Min",
    "Mul", "Neg", "Pow", "Relu", "Sigmoid", "Sin", "Slice", "Softplus", "Split", "Sqrt", "Squeeze", "Sub", "Tanh",
    "Unsqueeze", "Where",
))  # fmt: skip
"""Operators that give each frame from the same frame. (Slice and Concat: of channels, which the weights hold to.)"""


@dataclass(frozen=True, slots=True)
class Noise:
    """An input of standard normal numbers, shape (1, channels, phonemes or frames)."""

    name: str
    channels: int
    per_frame: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the graph that runs as a session of its own."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    context: int | None = None
    """Frames on either side that a piece needs to come out as in the whole; None: it takes the whole sentence."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the stages of a voice fit together; written beside them as JSON."""

    stages: tuple[Stage, ...]
    output: str
    durations: str | None
    """Frames of each phoneme id, shape (1, 1, ids)."""
    hop: int | None
    """Samples of a frame; None where there is no decoder that was recognised."""
    noise: tuple[Noise, ...]
    repeats: bool
    """False where noise is left inside that no seed reaches: such a voice is run with none."""


def split(data: bytes) -> tuple[Layout, list[bytes]]:
    """The stages of a voice: how they fit together, and the ONNX model of each.

    Raises:
        ValueError: the bytes are not an ONNX graph of a Piper voice.
    """
    import onnx

    try:
        model = onnx.load_model_from_string(data)
    except Exception as error:  # protobuf's, which is not a class of any built-in one's
        raise ValueError(f"it is not an ONNX model ({error})") from error
    names = {entry.name for entry in model.graph.input}
    if not {"input", "input_lengths", "scales"} <= names or not model.graph.output:
        raise ValueError(f"its inputs are {sorted(names)}, not those of a Piper voice")
    try:
        return _cut(model)
    except Exception as error:  # a graph that does not hold together fails in any place, and onnx has errors of its own
        raise ValueError(f"its graph does not hold together ({error!r})") from error


def _cut(model: Model) -> tuple[Layout, list[bytes]]:
    graph = _Graph(model)
    noise = graph.replace_noise()
    graph.assign(noise or ())
    stages, models = [], []
    for number, outputs in enumerate(graph.crossings()):
        part, inputs = graph.part(number, outputs)
        stages.append(Stage(tuple(inputs), tuple(outputs), graph.contexts.get(number)))
        models.append(part.SerializeToString())
    return Layout(
        tuple(stages), graph.output, graph.durations, graph.hop, tuple(noise or ()), noise is not None
    ), models


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """A node with what is asked of it again and again, which protobuf is slow to tell."""

    node: Node
    kind: str
    reads: tuple[str, ...]
    """The tensors that it takes, those of its inner graphs too."""
    makes: tuple[str, ...]

    @classmethod
    def of(cls, node: Node) -> _Step:
        return cls(node, node.op_type, tuple(_reads(node)), tuple(node.output))


@dataclass(eq=False)
class _Graph:
    model: Model
    output: str = ""
    durations: str | None = None
    contexts: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.steps = [_Step.of(node) for node in self.model.graph.node]
        self.output = self.model.graph.output[0].name
        self.inputs = {entry.name: entry for entry in self.model.graph.input}
        self.weights = {entry.name: entry for entry in self.model.graph.initializer}
        self.types = self._infer()
        ceils = [step.makes[0] for step in self.steps if step.kind == "Ceil"]
        self.durations = ceils[0] if len(ceils) == 1 else None
        self.hop: int | None = None
        self.last = 0
        """Number of the last stage."""
        self.stage: dict[str, int] = {}
        """Of each tensor that depends on an input."""

    def _infer(self) -> dict[str, Any]:
        """Type and shape of every tensor; without the weights' contents, which would be copied again and again."""
        import onnx

        light = onnx.ModelProto()
        light.CopyFrom(_without_weights(self.model))
        for weight in self.weights.values():
            if math.prod(weight.dims) <= 64:
                light.graph.initializer.append(weight)
            else:
                light.graph.input.append(onnx.helper.make_tensor_value_info(weight.name, weight.data_type, weight.dims))
        shaped = onnx.shape_inference.infer_shapes(light, data_prop=True).graph
        return {entry.name: entry.type.tensor_type for entry in (*shaped.input, *shaped.value_info, *shaped.output)}

    def replace_noise(self) -> list[Noise] | None:
        """Make inputs of the random nodes; None where one is in a place where its size cannot be known beforehand."""
        import onnx

        random = [step for step in self.steps if step.kind.startswith(("Random", "Multinomial", "Bernoulli"))]
        late = self._after({self.durations} if self.durations else set())
        noise = [self._noise(step.node, step.makes[0] in late) for step in random]
        if None in noise:
            return None
        for step, made in zip(random, noise, strict=True):
            assert made is not None
            self.steps.remove(step)
            info = onnx.helper.make_tensor_value_info(made.name, onnx.TensorProto.FLOAT, [1, made.channels, None])
            self.inputs[made.name] = info
            self.types[made.name] = info.type.tensor_type
        return [made for made in noise if made]

    def _noise(self, node: Node, late: bool) -> Noise | None:
        dims = self.types[node.output[0]].shape.dim if node.output[0] in self.types else []
        parameters = {
            attribute.name: attribute.f for attribute in node.attribute if attribute.name in ("mean", "scale")
        }
        plain = parameters.get("mean", 0) == 0 and parameters.get("scale", 1) == 1
        if node.op_type != "RandomNormalLike" or len(dims) != 3 or not dims[1].dim_value or not plain:
            return None
        return Noise(node.output[0], dims[1].dim_value, late)

    def assign(self, noise: Sequence[Noise]) -> None:
        """Decide the stage of every tensor: the highest of what it is made from, one more behind a cut."""
        cuts: list[str] = []
        self._number(cuts)
        if self.durations is None:
            return
        cuts = [self.durations]
        late = self._after(set(cuts))
        decoder = self._decoder_input(late)
        if decoder is None or decoder == self.durations:
            self._number(cuts)
            return
        drawn = self._after({made.name for made in noise if made.per_frame})
        flow = self._flow_input(drawn, late, decoder)
        for chosen in ([*cuts, flow, decoder] if flow else None, [*cuts, decoder]):
            if chosen and self._contexts(chosen):
                self._number(chosen)
                return
        self._number(cuts)

    def _contexts(self, cuts: list[str]) -> bool:
        """Find what each piecewise stage sees of its neighbours; False where that cannot be told."""
        ends = [*cuts[2:], self.output]
        self.contexts = {}
        for number, (start, end) in enumerate(zip(cuts[1:], ends, strict=True), start=2):
            seen = self._receptive_field(start, end)
            if seen is None:
                self.contexts, self.hop = {}, None
                return False
            self.hop, self.contexts[number] = int(seen[0]), math.ceil(seen[1])
        return True

    def _number(self, cuts: list[str]) -> None:
        self.stage = dict.fromkeys(self.inputs, 0)
        behind = {name: number for number, name in enumerate(cuts, start=1)}
        for step in self.steps:
            read = [name for name in step.reads if name in self.stage]
            if read:
                number = max(max(self.stage[name], behind.get(name, 0)) for name in read)
                self.stage.update(dict.fromkeys(step.makes, number))
        self.last = max(self.stage.values())

    def crossings(self) -> Iterator[list[str]]:
        """For each stage, the tensors that it hands on."""
        wanted: defaultdict[int, dict[str, None]] = defaultdict(dict)
        made = {name for step in self.steps for name in step.makes}
        if self.durations:
            wanted[self.stage[self.durations]][self.durations] = None
        for step in self.steps:
            here = max((self.stage[name] for name in step.makes if name in self.stage), default=0)
            for name in step.reads:
                if name in made and self.stage.get(name, here) < here:
                    wanted[self.stage[name]][name] = None
        wanted[self.stage[self.output]][self.output] = None
        yield from (list(wanted[number]) for number in range(self.last + 1))

    def part(self, number: int, outputs: list[str]) -> tuple[Model, list[str]]:
        """The model of one stage, and the inputs that it takes."""
        import onnx

        needed, steps = set(outputs), []
        for step in reversed(self.steps):
            if any(name in needed and self.stage.get(name, number) == number for name in step.makes):
                steps.append(step)
                needed.update(step.reads)
        made = {name for step in steps for name in step.makes}
        inputs = [name for name in self.stage if name in needed and name not in made]
        part = onnx.ModelProto()
        part.CopyFrom(_without_weights(self.model, nodes=False))
        part.graph.node.extend(step.node for step in reversed(steps))
        part.graph.initializer.extend(weight for name, weight in self.weights.items() if name in needed)
        part.graph.input.extend(self._info(name) for name in inputs)
        part.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in outputs)
        return part, inputs

    def _info(self, name: str) -> ValueInfo:
        import onnx

        if name in self.inputs:
            return self.inputs[name]
        known = self.types[name]
        dims = [dim.dim_value or None for dim in known.shape.dim] if known.HasField("shape") else None
        if dims and len(dims) > 1 and dims[0] == 1:
            dims[0] = None  # a later stage may take several windows in a call
        return onnx.helper.make_tensor_value_info(name, known.elem_type, dims)

    def _after(self, names: Iterable[str]) -> set[str]:
        """Every tensor made, over however many nodes, from those of these names."""
        reached = set(names)
        for step in self.steps:
            if not reached.isdisjoint(step.reads):
                reached.update(step.makes)
        return reached - set(names)

    def _decoder_input(self, late: set[str]) -> str | None:
        """The input of the last Conv before the first ConvTranspose, of those whose input has frames."""
        producers = {name: step for step in self.steps for name in step.makes}
        first = next((step for step in self.steps if step.kind == "ConvTranspose"), None)
        waiting, seen = list(first.reads[:1]) if first else [], set()
        while waiting:
            name = waiting.pop(0)
            step = producers.get(name)
            if step is None or name in seen:
                continue
            seen.add(name)
            if step.kind != "Conv":
                waiting.extend(step.reads)
            elif step.reads[0] in late:
                return step.reads[0]
        return None

    def _flow_input(self, drawn: set[str], late: set[str], decoder: str) -> str | None:
        """Of the tensors between the second noise and the first Conv, the one that leaves fewest others to hand on."""
        candidates = []
        for step in self.steps:
            if step.kind == "Conv" and step.reads[0] in drawn:
                break
            candidates += [name for name in step.makes if name in drawn and self._rank(name) == 3]
        best: tuple[int, str] | None = None
        for name in candidates:
            behind = self._after({name})
            if decoder not in behind:
                continue
            handed = {
                read
                for step in self.steps
                if not behind.isdisjoint(step.makes)
                for read in step.reads
                if read in late and read not in behind
            }
            if best is None or len(handed) < best[0]:
                best = len(handed), name
        return best[1] if best else None

    def _rank(self, name: str) -> int:
        known = self.types.get(name)
        return len(known.shape.dim) if known is not None and known.HasField("shape") else 0

    def _receptive_field(self, start: str, end: str) -> tuple[Fraction, Fraction] | None:
        """Steps of ``end`` for a frame of ``start``, and the frames on either side that reach into them.

        Each tensor has its rate (steps in a frame) and how many frames away the farthest frame lies that it depends
        on. None where an operator on the way mixes times in another way than a convolution that keeps the length.
        """
        field_of = {start: (Fraction(1), Fraction(0))}
        for step in self.steps:
            read = [field_of[name] for name in step.reads if name in field_of]
            if not read or step.kind == "Shape":
                continue
            rate, away = max(known[0] for known in read), max(known[1] for known in read)
            if step.kind in ("Conv", "ConvTranspose"):
                grown = self._grown(step.node, rate)
                if grown is None or step.reads[0] not in field_of:
                    return None
                rate, away = grown[0], away + grown[1]
            elif step.kind not in NEUTRAL or min(known[0] for known in read) != rate:
                if end in self._after(step.makes):
                    return None
                continue
            field_of.update(dict.fromkeys(step.makes, (rate, away)))
            if end in field_of:
                return field_of[end]
        return None

    def _grown(self, node: Node, rate: Fraction) -> tuple[Fraction, Fraction] | None:
        weight = self.types.get(node.input[1]) or self.weights.get(node.input[1])
        if weight is None:
            return None
        dims = list(weight.dims) if hasattr(weight, "dims") else [dim.dim_value for dim in weight.shape.dim]
        given = {attribute.name: list(attribute.ints) or attribute.i for attribute in node.attribute}
        if len(dims) != 3 or given.get("auto_pad") or given.get("output_padding", [0]) != [0]:
            return None
        kernel, dilation, stride = dims[2], given.get("dilations", [1])[0], given.get("strides", [1])[0]
        before, after = given.get("pads", [0, 0])
        if node.op_type == "Conv":
            keeps = stride == 1 and before + after == (kernel - 1) * dilation
            return (rate, max(before, after) / rate) if keeps else None
        if dilation != 1 or kernel - before - after != stride:
            return None
        return rate * stride, Fraction(max(kernel - 1 - before, before), stride) / rate


def _reads(node: Node) -> Iterator[str]:
    """The tensors that a node takes, those of its inner graphs too."""
    yield from (name for name in node.input if name)
    for attribute in node.attribute:
        for graph in (*attribute.graphs, *([attribute.g] if attribute.HasField("g") else ())):
            inner = {name for each in graph.node for name in each.output}
            yield from (name for each in graph.node for name in _reads(each) if name not in inner)
            yield from (entry.name for entry in graph.output if entry.name not in inner)


def _without_weights(model: Model, *, nodes: bool = True) -> Model:
    import onnx

    light = onnx.ModelProto()
    light.ir_version, light.producer_name = model.ir_version, model.producer_name
    light.opset_import.extend(model.opset_import)
    light.functions.extend(model.functions)
    light.graph.name = model.graph.name
    if nodes:
        light.graph.node.extend(model.graph.node)
        light.graph.input.extend(model.graph.input)
        light.graph.output.extend(model.graph.output)
    return light
