"""Writes norms.json: what PyTorch's normalizations give, forward and backward, in float64, and how running statistics move.

    pip install torch==2.13.0 && python norms.py

Inputs, weights and gradients follow from their place by the formula of `numbers`; everything is channels last here, as in Gradus.
"""

import json
import pathlib

import torch
from torch import nn

DT = torch.float64


def numbers(shape, modulus, offset):
    size = 1
    for n in shape:
        size *= n
    values = [((7 * i + offset) % modulus - modulus // 2) / 8 for i in range(size)]
    return torch.tensor(values, dtype=DT).reshape(shape)


def first(x):  # channels last to channels first
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def flat(x):
    return x.reshape(-1).tolist()


def learned(module):
    """Weight and bias by the formula, and their gradients afterwards."""
    with torch.no_grad():
        if getattr(module, "weight", None) is not None:
            module.weight.copy_(1 + numbers(module.weight.shape, 13, 5))
        if getattr(module, "bias", None) is not None:
            module.bias.copy_(numbers(module.bias.shape, 17, 1))
    return module.double()


def case(layer, shape, module, channels_first=True, offset=0.0):
    module = learned(module)
    there, back = (first, last) if channels_first else (lambda x: x, lambda x: x)
    x = (numbers(shape, 19, 3) + offset).requires_grad_()
    y = back(module(there(x)))
    y.backward(numbers(y.shape, 11, 2))
    result = {"layer": layer, "x": shape, "offset": offset, "y": flat(y), "dx": flat(x.grad)}
    for name in ("weight", "bias"):
        parameter = getattr(module, name, None)
        if parameter is not None:
            result["d" + name] = flat(parameter.grad)
    if getattr(module, "running_mean", None) is not None:
        module(there(numbers(shape, 23, 1) + offset))
        result["runningMean"] = flat(module.running_mean)
        result["runningVariance"] = flat(module.running_var)
        module.eval()
        x.grad = None
        y = back(module(there(x)))
        y.backward(numbers(y.shape, 11, 2))
        result["evaluated"] = flat(y)
        result["evaluatedDx"] = flat(x.grad)
    return result


CASES = [
    case("batchNorm", [5, 3], nn.BatchNorm1d(3)),
    case("batchNorm(momentum=0.3, epsilon=0.001)", [4, 6, 2], nn.BatchNorm1d(2, momentum=0.3, eps=1e-3)),
    case("batchNorm", [3, 4, 5, 4], nn.BatchNorm2d(4)),
    case("batchNorm", [2, 3, 3, 2], nn.BatchNorm2d(2), offset=100.0),
    case("batchNorm(affine=false)", [2, 3, 2, 3], nn.BatchNorm2d(3, affine=False)),
    case("batchNorm", [2, 2, 3, 2, 3], nn.BatchNorm3d(3)),
    case("layerNorm", [3, 7], nn.LayerNorm(7), False),
    case("layerNorm(axes=2, epsilon=0.001)", [2, 3, 4, 5], nn.LayerNorm([4, 5], eps=1e-3), False),
    case("layerNorm(axes=3, affine=false)", [2, 3, 4, 2], nn.LayerNorm([3, 4, 2], elementwise_affine=False), False),
    case("rmsNorm(epsilon=0.001)", [3, 6], nn.RMSNorm(6, eps=1e-3), False),
    case("rmsNorm(axes=2)", [2, 3, 4], nn.RMSNorm([3, 4], eps=1e-6), False),
    case("groupNorm(2)", [3, 6], nn.GroupNorm(2, 6)),
    case("groupNorm(3, epsilon=0.001)", [2, 3, 4, 6], nn.GroupNorm(3, 6, eps=1e-3)),
    case("groupNorm(1, affine=false)", [2, 5, 4], nn.GroupNorm(1, 4, affine=False)),
    case("groupNorm(4)", [2, 3, 3, 4], nn.GroupNorm(4, 4)),
    case("instanceNorm", [2, 4, 3, 2], nn.InstanceNorm2d(2)),
    case("instanceNorm(affine=true)", [2, 7, 3], nn.InstanceNorm1d(3, affine=True)),
]

golden = {"torch": torch.__version__.split("+")[0], "cases": CASES}
text = json.dumps(golden, separators=(",", ":"))
for key in ("layer", "y", "dx", "dweight", "dbias", "runningMean", "evaluated"):
    before = '{"layer"' if key == "layer" else f',"{key}"'
    text = text.replace(before, before[0] + "\n" + before[1:])
pathlib.Path(__file__).with_name("norms.json").write_text(text + "\n")
