"""Writes layers.json: what PyTorch's layers give, forward and backward, in float64.

    pip install torch==2.13.0 && python layers.py

Inputs, parameters and gradients follow from their place by the formula of `numbers`; everything is channels last here, as in Gradus.
Each case is a layer string with an input shape, and the PyTorch function that computes the same.
"""

import json
import pathlib

import torch
from torch.nn import functional as F

DT = torch.float64


def numbers(shape, modulus, offset):
    size = 1
    for n in shape:
        size *= n
    values = [((7 * i + offset) % modulus - modulus // 2) / 8 for i in range(size)]
    return torch.tensor(values, dtype=DT).reshape(shape)


def flat(x):
    return [int(v) if v == int(v) else v for v in x.reshape(-1).tolist()]


def case(layers, shape, f, modulus=19, dx=True, **parameters):
    """`f` gets the input channels first, and each parameter; what it gives is channels first too."""
    x = numbers(shape, modulus, 3)
    if not dx:
        x = numbers(shape, modulus, 3).mul(8).abs()
    x.requires_grad_(dx)
    given = {name: numbers(size, 13 + 2 * i, 5 + i).requires_grad_() for i, (name, size) in enumerate(parameters.items())}
    y = f(x.movedim(-1, 1) if x.dim() > 2 else x, **given)
    y = y.movedim(1, -1) if y.dim() > 2 else y
    y.backward(numbers(y.shape, 11, 2))
    return {
        "layers": layers,
        "input": shape,
        "modulus": modulus,
        "y": flat(y),
        **({"dx": flat(x.grad)} if dx else {}),
        "parameters": {name: {"shape": list(p.shape), "gradient": flat(p.grad)} for name, p in given.items()},
    }


def conv(rank, layers, shape, weight, bias=True, padding=0, **options):
    f = [F.conv1d, F.conv2d, F.conv3d][rank - 1]
    run = lambda x, weight, bias=None: f(x, weight, bias, padding=padding, **options)
    return case(layers, shape, run, weight=weight, **({"bias": [weight[0]]} if bias else {}))


def transposed(rank, layers, shape, weight, bias=True, groups=1, **options):
    f = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][rank - 1]
    run = lambda x, weight, bias=None: f(x, weight, bias, groups=groups, **options)
    return case(layers, shape, run, weight=weight, **({"bias": [weight[1] * groups]} if bias else {}))


def separable(x, depthwise, pointwise, bias):
    return F.conv2d(F.conv2d(x, depthwise, groups=x.shape[1], padding=1), pointwise, bias)


CASES = [
    conv(1, "conv1d(4, 3)", [2, 7, 3], [4, 3, 3]),
    conv(1, "conv1d(4, 3, padding=same, dilation=2, groups=2, bias=false)", [2, 8, 4], [4, 2, 3], False, "same", dilation=2, groups=2),
    conv(2, "conv2d(4, 3, stride=2, padding=1)", [2, 6, 5, 3], [4, 3, 3, 3], padding=1, stride=2),
    conv(2, "conv2d(6, [2, 3], stride=[1, 2], padding=[1, 0], groups=2)", [1, 5, 7, 4], [6, 2, 2, 3], padding=[1, 0], stride=[1, 2], groups=2),
    conv(3, "conv3d(2, [1, 2, 2], padding=valid)", [1, 3, 4, 3, 2], [2, 2, 1, 2, 2]),
    transposed(1, "convTranspose1d(3, 4, stride=3, padding=1, outputPadding=2)", [2, 5, 2], [2, 3, 4], stride=3, padding=1, output_padding=2),
    transposed(2, "convTranspose2d(3, 3)", [2, 4, 3, 2], [2, 3, 3, 3]),
    transposed(2, "convTranspose2d(3, 4, stride=2, padding=1, bias=false)", [1, 4, 5, 2], [2, 3, 4, 4], False, stride=2, padding=1),
    transposed(2, "convTranspose2d(4, [3, 2], stride=[2, 1], padding=[1, 0], dilation=[1, 2], outputPadding=[1, 0], groups=2)", [2, 3, 4, 4], [4, 2, 3, 2], groups=2, stride=[2, 1], padding=[1, 0], dilation=[1, 2], output_padding=[1, 0]),
    transposed(2, "convTranspose2d(2, 2, stride=3)", [1, 3, 2, 3], [3, 2, 2, 2], stride=3),
    transposed(2, "convTranspose2d(2, 3, padding=3, dilation=2)", [1, 6, 5, 2], [2, 2, 3, 3], padding=3, dilation=2),
    transposed(3, "convTranspose3d(2, 2, stride=2)", [1, 2, 3, 2, 2], [2, 2, 2, 2, 2], stride=2),
    case("depthwiseConv2d(3, multiplier=2, padding=1)", [2, 5, 4, 3], lambda x, weight, bias: F.conv2d(x, weight, bias, padding=1, groups=3), weight=[6, 1, 3, 3], bias=[6]),
    case("separableConv2d(4, 3, multiplier=2, padding=1)", [2, 5, 4, 3], separable, depthwise=[6, 1, 3, 3], pointwise=[4, 6, 1, 1], bias=[4]),
    case("maxPool1d(3, stride=2)", [2, 8, 3], lambda x: F.max_pool1d(x, 3, 2)),
    case("maxPool2d(3, stride=2, padding=1)", [2, 6, 7, 2], lambda x: F.max_pool2d(x, 3, 2, 1), modulus=5),
    case("maxPool3d(2)", [1, 4, 4, 5, 2], lambda x: F.max_pool3d(x, 2), modulus=7),
    case("averagePool1d(2)", [2, 7, 3], lambda x: F.avg_pool1d(x, 2)),
    case("averagePool2d(3, stride=2, padding=1, countPadding=false)", [2, 6, 7, 2], lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)),
    case("averagePool3d([1, 2, 2])", [1, 3, 4, 5, 2], lambda x: F.avg_pool3d(x, [1, 2, 2])),
    case("globalAveragePool", [2, 3, 4, 5], lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1)),
    case("globalMaxPool", [2, 3, 4, 5], lambda x: F.adaptive_max_pool2d(x, 1).flatten(1), modulus=7),
    case("globalMaxPool", [2, 9, 3], lambda x: F.adaptive_max_pool1d(x, 1).flatten(1), modulus=5),
    case("adaptiveAveragePool2d([3, 4])", [2, 7, 10, 2], lambda x: F.adaptive_avg_pool2d(x, [3, 4])),
    case("adaptiveAveragePool2d(2)", [1, 4, 6, 3], lambda x: F.adaptive_avg_pool2d(x, 2)),
    case("adaptiveAveragePool2d(5)", [1, 3, 5, 2], lambda x: F.adaptive_avg_pool2d(x, 5)),
    case("adaptiveMaxPool2d([3, 4])", [2, 7, 10, 2], lambda x: F.adaptive_max_pool2d(x, [3, 4]), modulus=5),
    case("adaptiveMaxPool2d(2)", [1, 4, 6, 3], lambda x: F.adaptive_max_pool2d(x, 2), modulus=7),
    case("upsample2d([2, 3])", [2, 3, 2, 2], lambda x: F.interpolate(x, scale_factor=[2, 3], mode="nearest")),
    case("upsample2d(2, mode=bilinear)", [2, 3, 4, 2], lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)),
    case("upsample2d([3, 4], mode=bilinear)", [1, 3, 1, 2], lambda x: F.interpolate(x, scale_factor=[3, 4], mode="bilinear", align_corners=False)),
    case("zeroPad2d([[1, 2], 3])", [2, 3, 2, 2], lambda x: F.pad(x, [3, 3, 1, 2])),
    case("embedding(6, 4)", [2, 5], lambda x, weight: F.embedding(x.long(), weight).movedim(-1, 1), modulus=11, dx=False, weight=[6, 4]),
    case("maxout(3)", [2, 12], lambda x: x.unflatten(1, (4, 3)).max(2).values, modulus=7),
    case("takeChannels([2, 0, 1, 1])", [2, 3, 2, 3], lambda x: x[:, [2, 0, 1, 1]]),
    case("unitBias", [2, 3, 2, 2], lambda x, bias: x + bias.movedim(-1, 0), bias=[3, 2, 2]),
    case("prelu", [2, 3, 2, 4], lambda x, weight: F.prelu(x, weight), weight=[1]),
    case("prelu(perChannel=true)", [2, 3, 2, 4], lambda x, weight: F.prelu(x, weight), weight=[4]),
    case("relu6", [4, 40], lambda x: F.relu6(x), modulus=141),
    case("leakyRelu(0.125)", [4, 10], lambda x: F.leaky_relu(x, 0.125)),
    case("elu(1.5)", [4, 40], lambda x: F.elu(x, 1.5), modulus=241),
    case("softplus", [4, 100], lambda x: F.softplus(x), modulus=401),
    case("gelu", [4, 40], lambda x: F.gelu(x), modulus=121),
    case("gelu(approximate=true)", [4, 40], lambda x: F.gelu(x, approximate="tanh"), modulus=121),
    case("silu", [4, 100], lambda x: F.silu(x), modulus=401),
    case("mish", [4, 100], lambda x: F.mish(x), modulus=401),
    # The gradient of F.hardsigmoid takes a sixth in float32.
    case("hardSigmoid", [4, 40], lambda x: F.relu6(x + 3) / 6, modulus=121),
    case("hardSwish", [4, 40], lambda x: F.hardswish(x), modulus=121),
    case("logSoftmax", [4, 7], lambda x: F.log_softmax(x, -1)),
]

golden = {"torch": torch.__version__.split("+")[0], "cases": CASES}
text = json.dumps(golden, separators=(",", ":")).replace('{"layers"', '\n{"layers"')
for key in ("y", "dx", "parameters"):
    text = text.replace(f',"{key}"', f',\n"{key}"')
pathlib.Path(__file__).with_name("layers.json").write_text(text + "\n")
