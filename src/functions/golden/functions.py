"""Writes functions.json: what PyTorch's convolutions, pools and activations give, forward and backward, in float64.

    pip install torch==2.13.0 && python functions.py

Inputs, weights and gradients follow from their place by the formula of `numbers`; everything is channels last here, as in Gradus.
Small modulus makes ties, which show who takes the gradient of a maximum.
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


def first(x):  # channels last to channels first
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def flat(x):
    return [int(v) if v == int(v) else v for v in x.reshape(-1).tolist()]


def pairs(padding, rank):
    entries = [padding] * rank if isinstance(padding, int) else padding
    return [(p, p) if isinstance(p, int) else tuple(p) for p in entries]


def padded(x, padding, rank, value):
    amounts = [n for pair in reversed(pairs(padding, rank)) for n in pair]
    return F.pad(x, amounts, value=value)


def conv(rank, x, weight, **options):
    f = [F.conv1d, F.conv2d, F.conv3d][rank - 1]
    given = {"x": x, "weight": weight, "options": options}
    x = numbers(x, 19, 3).requires_grad_()
    w = numbers(weight, 13, 5).requires_grad_()
    padding = options.get("padding", 0)
    rest = {name: options[name] for name in ("stride", "dilation", "groups") if name in options}
    if isinstance(padding, str):
        y = f(first(x), w, padding=padding, **rest)
    elif isinstance(padding, int):
        y = f(first(x), w, padding=padding, **rest)
    else:
        y = f(padded(first(x), padding, rank, 0.0), w, **rest)
    y = last(y)
    y.backward(numbers(y.shape, 11, 2))
    return {"function": f"conv{rank}d", **given, "y": flat(y), "dx": flat(x.grad), "dweight": flat(w.grad)}


def pool(kind, rank, x, size, modulus=19, **options):
    f = {
        "max": [F.max_pool1d, F.max_pool2d, F.max_pool3d],
        "average": [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d],
    }[kind][rank - 1]
    given = {"x": x, "modulus": modulus, "size": size, "options": options}
    x = numbers(x, modulus, 3).requires_grad_()
    rest = {"stride": options["stride"]} if "stride" in options else {}
    padding = options.get("padding", 0)
    if kind == "average" and "countPadding" in options:
        rest["count_include_pad"] = options["countPadding"]
    if isinstance(padding, int) or all(isinstance(p, int) for p in padding):
        y = f(first(x), size, padding=padding, **rest)
    else:
        y = f(padded(first(x), padding, rank, float("-inf") if kind == "max" else 0.0), size, **rest)
    y = last(y)
    y.backward(numbers(y.shape, 11, 2))
    return {"function": f"{kind}Pool{rank}d", **given, "y": flat(y), "dx": flat(x.grad)}


CONVS = [
    conv(1, [2, 7, 3], [4, 3, 3]),
    conv(1, [1, 11, 2], [3, 2, 4], stride=3, padding=2),
    conv(1, [2, 8, 4], [4, 1, 3], groups=4, dilation=2, padding="same"),
    conv(1, [1, 6, 1], [2, 1, 3], padding=[[2, 0]]),
    conv(2, [2, 5, 6, 3], [4, 3, 3, 3]),
    conv(2, [1, 6, 5, 2], [3, 2, 3, 2], stride=2, padding=1),
    conv(2, [1, 7, 6, 2], [3, 2, 3, 3], stride=[2, 1], padding=[0, 2]),
    conv(2, [1, 8, 8, 2], [2, 2, 3, 3], dilation=2, padding=2),
    conv(2, [1, 9, 7, 2], [2, 2, 3, 2], dilation=[2, 3], stride=[1, 2], padding=[1, 0]),
    conv(2, [2, 4, 4, 6], [4, 3, 3, 3], groups=2, padding="same"),
    conv(2, [2, 5, 4, 3], [3, 1, 3, 3], groups=3, padding=1),
    conv(2, [1, 5, 5, 2], [6, 1, 2, 2], groups=2, padding="valid"),
    conv(2, [2, 4, 3, 3], [5, 3, 1, 1]),
    conv(2, [1, 6, 6, 2], [2, 2, 1, 1], stride=2),
    conv(2, [1, 5, 4, 2], [3, 2, 3, 2], padding=[[0, 1], [2, 0]]),
    conv(2, [1, 6, 5, 1], [2, 1, 4, 2], padding="same"),
    conv(2, [1, 3, 3, 2], [2, 2, 3, 3]),
    conv(3, [1, 3, 4, 3, 2], [3, 2, 2, 2, 2]),
    conv(3, [1, 4, 5, 4, 2], [2, 1, 2, 3, 2], groups=2, stride=[1, 2, 1], padding=[1, 0, 1], dilation=[2, 1, 1]),
]

POOLS = [
    pool("max", 1, [2, 7, 3], 2),
    pool("max", 1, [1, 8, 2], 3, stride=1, padding=1),
    pool("max", 2, [2, 6, 6, 3], 2),
    pool("max", 2, [1, 7, 7, 2], 3, stride=2, padding=1),
    pool("max", 2, [1, 6, 6, 2], 3, modulus=3, stride=1, padding=1),
    pool("max", 2, [1, 6, 5, 2], [3, 2], modulus=2, stride=[1, 2]),
    pool("max", 2, [1, 5, 5, 1], 2, padding=[[0, 1], [1, 0]]),
    pool("max", 3, [1, 4, 4, 5, 2], [1, 2, 3], modulus=5, stride=[2, 1, 2], padding=[0, 1, 1]),
    pool("average", 1, [2, 7, 3], 2),
    pool("average", 1, [1, 7, 2], 3, stride=1, padding=1, countPadding=False),
    pool("average", 2, [2, 6, 6, 3], 2),
    pool("average", 2, [1, 7, 7, 2], 3, stride=2, padding=1),
    pool("average", 2, [1, 7, 7, 2], 3, stride=2, padding=1, countPadding=False),
    pool("average", 2, [1, 6, 5, 2], [2, 3], stride=[1, 2], padding=[1, 0]),
    pool("average", 2, [1, 5, 5, 1], 2, padding=[[0, 1], [1, 0]]),
    pool("average", 3, [1, 3, 4, 5, 2], [1, 2, 3], stride=[2, 1, 2], padding=[0, 1, 1], countPadding=False),
]

LINE = [-30.5, -8.0, -3.25, -1.0, -0.5, -0.0009765625, 0.0, 0.0009765625, 0.375, 0.5, 1.0, 1.5, 2.75, 5.0, 12.5]
POSITIVE = [0.0009765625, 0.125, 0.5, 1.0, 1.5, 2.75, 5.0, 1000.0]
ROWS = [[0.5, -1.25, 3.0], [80.0, 0.0, -80.0], [0.0, 0.0, 0.0], [-3.0, -2.5, 7.75]]


def elements(f, values, scale=1.0):
    x = torch.tensor(values, dtype=DT, requires_grad=True)
    y = f(x)
    y.backward(scale * torch.ones_like(y) if scale == 1.0 else numbers(y.shape, 11, 2))
    return {"x": values, "y": y.reshape(-1).tolist(), "dx": x.grad.reshape(-1).tolist()}


ACTIVATIONS = {
    "relu": elements(F.relu, LINE),
    "leakyRelu": elements(lambda x: F.leaky_relu(x, 0.125), LINE),
    "sigmoid": elements(torch.sigmoid, LINE),
    "tanh": elements(torch.tanh, LINE),
    "erf": elements(torch.erf, LINE),
    "sin": elements(torch.sin, LINE),
    "cos": elements(torch.cos, LINE),
    "exp": elements(torch.exp, LINE),
    "square": elements(torch.square, LINE),
    "abs": elements(torch.abs, LINE),
    "log": elements(torch.log, POSITIVE),
    "sqrt": elements(torch.sqrt, POSITIVE),
    "reciprocal": elements(torch.reciprocal, POSITIVE),
    "pow": elements(lambda x: torch.pow(x, 2.5), POSITIVE),
    "product": elements(lambda x: x.prod(), [0.5, -1.25, 3.0, 2.0]),
    "cumulativeSum": elements(lambda x: x.cumsum(0), LINE, scale=0),
    "softmax": elements(lambda x: F.softmax(x, -1), ROWS, scale=0),
    "logSoftmax": elements(lambda x: F.log_softmax(x, -1), ROWS, scale=0),
    "logSumExp": elements(lambda x: x.logsumexp(-1), ROWS, scale=0),
}

golden = {"torch": torch.__version__.split("+")[0], "convs": CONVS, "pools": POOLS, "activations": ACTIVATIONS}
text = json.dumps(golden, separators=(",", ":"))
text = text.replace('{"function"', '\n{"function"').replace('},"', '},\n"').replace(',"y"', ',\n"y"').replace(',"dx"', ',\n"dx"')
pathlib.Path(__file__).with_name("functions.json").write_text(text.replace(',"dweight"', ',\n"dweight"') + "\n")
