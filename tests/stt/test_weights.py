"""What the onnx package reads of a file, read without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import numpy_helper

from speech.stt import silero, weights

VOICE = Path(__file__).parents[1] / "models" / "piper-vits-micro" / "piper-vits-micro.onnx"


@pytest.mark.parametrize("path", [silero.model_path(), VOICE])
def test_nodes_and_weights_are_those_that_onnx_reads(path):
    graph = onnx.load(str(path)).graph
    nodes, found = weights.read(path)
    assert [(node.kind, list(node.inputs)) for node in nodes] == [
        (node.op_type, list(node.input)) for node in graph.node
    ]
    wanted = {
        one.name: numpy_helper.to_array(one) for one in graph.initializer if one.data_type == onnx.TensorProto.FLOAT
    }
    assert found.keys() == wanted.keys()
    for name, array in found.items():
        np.testing.assert_array_equal(array, wanted[name])


@given(st.binary(max_size=200))
def test_any_bytes_are_a_model_or_an_error_of_one_kind(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.onnx"
    path.write_bytes(data)
    try:
        nodes, found = weights.read(path)
    except ValueError:
        return
    assert all(isinstance(node, weights.Node) for node in nodes)
    assert all(isinstance(array, np.ndarray) for array in found.values())


def test_half_a_file_is_an_error(tmp_path):
    path = tmp_path / "half.onnx"
    path.write_bytes(silero.model_path().read_bytes()[:1000])
    with pytest.raises(ValueError, match="cut short"):
        weights.read(path)
