"""The networks run by ONNX Runtime, which plans a graph once and then only computes.

torch decides anew for each layer what to do, which costs a single photo's small layers more than
their arithmetic. The graph is written from the torch module itself, so there is one definition
of each network and one set of weights.
"""

import operator
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from torch import fx, nn

from webapp.faces.networks import Grid, RoundedConv2d

OPSET = 17
# Images computed at once: what more of them have between two layers falls out of the cache.
AT_ONCE = 8
FORMAT = 8  # of ONNX files; the first one with that opset


def can_plan() -> bool:
    """Tell whether ONNX and its runtime are installed."""
    return all(find_spec(name) is not None for name in ("onnx", "onnxruntime"))


class Planned:
    """A network's graph, planned. Safe to share between threads."""

    def __init__(self, net: nn.Module, threads: int) -> None:
        """Plan a graph.

        Args:
            net: in inference mode, its batch norms folded, on the CPU.
            threads: that one call computes with.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Threads that spin for work would take a core from the drawing beside them.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3  # errors alone
        self._session = onnxruntime.InferenceSession(
            graph_of(net), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, images: np.ndarray) -> list[np.ndarray]:
        """Return the network's outputs for images (B, H, W, 3) uint8 RGB, float32 each."""
        starts = range(0, max(len(images), 1), AT_ONCE)
        told = [self._session.run(None, {"images": images[at : at + AT_ONCE]}) for at in starts]
        return [np.concatenate(parts) for parts in zip(*told, strict=True)]


def graph_of(net: nn.Module) -> bytes:
    """Return a network as an ONNX model that takes images (B, H, W, 3) uint8 RGB.

    Raises:
        ValueError: it has an operation that is not known here, which is named.
    """
    from onnx import TensorProto, helper

    graph = _Graph(net)
    graph.write()
    shape: list[str | int | None] = ["batch", "height", "width", 3]
    images = helper.make_tensor_value_info("images", TensorProto.UINT8, shape)
    outputs = [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in graph.outputs]
    model = helper.make_model(
        helper.make_graph(graph.nodes, "network", [images], outputs, graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=FORMAT,
    )
    return bytes(model.SerializeToString())


class _Tracer(fx.Tracer):
    """Traces a network down to what `_LAYERS` can write."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        known = isinstance(m, Grid | RoundedConv2d)
        return known or super().is_leaf_module(m, module_qualified_name)


class _Graph:
    """An ONNX graph in the making: nodes and constants, and the names of its outputs."""

    def __init__(self, net: nn.Module) -> None:
        self._traced = fx.GraphModule(net, _Tracer().trace(net))
        self._names: dict[fx.Node, str] = {}  # what each traced value is called
        # Step and zero of the grids that values lie on, by the values' names.
        self._grids: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.outputs: list[str] = []

    def write(self) -> None:
        """Write every traced operation."""
        for node in self._traced.graph.nodes:
            if node.op == "placeholder":
                self._names[node] = self._as_read()
            elif node.op == "output":
                told = node.args[0]
                several = told if isinstance(told, tuple) else (told,)
                self.outputs = [self._names[one] for one in several]
            else:
                self._names[node] = self._written(node)

    def _as_read(self) -> str:
        """Write the step from bytes to what the networks read: (value / 255 - 0.5) * 4."""
        from onnx import TensorProto

        seen = self._add("Cast", "images", to=TensorProto.FLOAT)
        scaled = self._add("Mul", seen, self._constant(np.float32(4 / 255)))
        centred = self._add("Sub", scaled, self._constant(np.float32(2)))
        return self._add("Transpose", centred, perm=[0, 3, 1, 2])

    def _written(self, node: fx.Node) -> str:
        x = self._names[node.all_input_nodes[0]]
        if node.op == "call_module":
            layer = self._traced.get_submodule(str(node.target))
            return self._layer(layer, x)
        if node.target is operator.add:
            return self._add("Add", x, self._names[node.all_input_nodes[1]])
        if node.target is operator.getitem:
            return self._first_channels(x, node.args[1])
        if node.op == "call_method" and node.target in ("view", "flatten"):
            return self._reshaped(x, str(node.target), node.args[1:])
        raise ValueError(f"no plan for {node.op} {node.target}")

    def _layer(self, layer: nn.Module, x: str) -> str:
        for kind, write in _LAYERS.items():
            if isinstance(layer, kind):
                return write(self, layer, x)
        raise ValueError(f"no plan for {type(layer).__name__}")

    def _convolution(self, layer: Any, x: str) -> str:
        return self._convolved(layer, x, *self._weights(layer))

    def _convolved(self, layer: Any, x: str, *weights: str) -> str:
        vertical, horizontal = layer.padding
        return self._add(
            "Conv",
            x,
            *weights,
            kernel_shape=list(layer.kernel_size),
            strides=list(layer.stride),
            pads=[vertical, horizontal] * 2,
        )

    def _rounded_convolution(self, layer: Any, x: str) -> str:
        """Write a convolution of whole numbers: ONNX Runtime joins it with the grids about it."""
        whole, factor = (one.detach().float().numpy() for one in layer.whole())
        if x not in self._grids:
            raise ValueError("no plan for rounded kernels whose input is on no grid")
        kernels = self._on_scale(whole.astype(np.int8), factor.ravel())
        scale = self._grids[x][0] * factor.ravel()
        bias = self._on_scale(np.rint(layer.bias.detach().numpy() / scale).astype(np.int32), scale)
        return self._convolved(layer, x, kernels, bias)

    def _on_scale(self, whole: np.ndarray, factor: np.ndarray) -> str:
        """Write whole numbers times a factor for each of the first axis."""
        values, factors = self._constant(whole), self._constant(factor.astype(np.float32))
        return self._add("DequantizeLinear", values, factors, axis=0)

    def _on_grid(self, layer: Any, x: str) -> str:
        step, zero = layer.step.float().numpy(), layer.zero.numpy().astype(np.uint8)
        return self._stepped(x, step, zero) if step else x

    def _stepped(self, x: str, step: np.ndarray, zero: np.ndarray) -> str:
        """Write values as bytes, and these as values again."""
        grid = self._constant(step), self._constant(zero)
        on = self._add("DequantizeLinear", self._add("QuantizeLinear", x, *grid), *grid)
        self._grids[on] = step, zero
        return on

    def _linear(self, layer: Any, x: str) -> str:
        return self._add("Gemm", x, *self._weights(layer), transB=1)

    def _enlarged(self, layer: Any, x: str) -> str:
        times = float(layer.scale_factor)
        scales = self._constant(np.array([1, 1, times, times], np.float32))
        how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        larger = self._add("Resize", x, "", scales, mode="nearest", **how)
        # Repeated bytes lie on the same grid; told so, ONNX Runtime repeats bytes.
        return self._stepped(larger, *self._grids[x]) if x in self._grids else larger

    def _weights(self, layer: Any) -> list[str]:
        both = layer.weight, layer.bias
        return [self._constant(one.detach().float().numpy()) for one in both if one is not None]

    def _first_channels(self, x: str, which: Any) -> str:
        """Write `x[:, :n]`."""
        every, some = which
        if every != slice(None) or some != slice(some.stop):
            raise ValueError(f"no plan for the slices {which}")
        start, end, axis = (self._constant(np.array([v], np.int64)) for v in (0, some.stop, 1))
        return self._add("Slice", x, start, end, axis)

    def _reshaped(self, x: str, method: str, sizes: Any) -> str:
        if method == "flatten" and sizes:
            return self._add("Flatten", x, axis=int(sizes[0]))
        shape = list(sizes) if method == "view" else [-1]
        return self._add("Reshape", x, self._constant(np.array(shape, np.int64)))

    def _add(self, operation: str, *inputs: str, **attributes: Any) -> str:
        from onnx import helper

        name = f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, list(inputs), [name], **attributes))
        return name

    def _constant(self, value: Any) -> str:
        from onnx import numpy_helper

        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name


_LAYERS: dict[type[nn.Module], Callable[[_Graph, Any, str], str]] = {
    RoundedConv2d: _Graph._rounded_convolution,  # before Conv2d, which it is one of
    Grid: _Graph._on_grid,
    nn.Conv2d: _Graph._convolution,
    nn.ReLU: lambda graph, _, x: graph._add("Relu", x),
    nn.Identity: lambda _graph, _, x: x,
    nn.Linear: _Graph._linear,
    nn.Flatten: lambda graph, layer, x: graph._add("Flatten", x, axis=layer.start_dim),
    nn.Upsample: _Graph._enlarged,
}
