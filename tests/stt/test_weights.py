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
def test_what_is_no_onnx_is_said(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.onnx"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"\S"):
        weights.read(path)
