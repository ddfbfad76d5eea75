"""Writes optimizers.json: what PyTorch's optimizers make of five parameters in twenty steps, in float64.

    pip install torch==2.13.0 && python optimizers.py

The gradients are given, not computed, so that a difference shows the optimizer's and nothing else. They are exact in float32,
differ by powers of ten in size, and one of them is 0 at every step.
"""

import json
import pathlib

import torch

STEPS = 20
SIZES = [1.0, 0.03125, 512.0, 0.0, 9.5367431640625e-07]
START = [0.5, -1.25, 2.0, 3.0, 0.0078125]


def gradient(step):
    return [size * ((7 * step + 13 * i) % 19 - 9) / 8 for i, size in enumerate(SIZES)]


def run(make, rate=None):
    parameter = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = make([parameter])
    rows = []
    for step in range(1, STEPS + 1):
        if rate:
            for group in optimizer.param_groups:
                group["lr"] = rate(step)
        parameter.grad = torch.tensor(gradient(step), dtype=torch.float64)
        optimizer.step()
        rows.append(parameter.tolist())
    return rows


SGD, ADAM, ADAMW = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
RMSPROP, ADAGRAD = torch.optim.RMSprop, torch.optim.Adagrad
CASES = {
    "sgd(0.1)": run(lambda p: SGD(p, lr=0.1)),
    "sgd(0.1, weightDecay=0.01)": run(lambda p: SGD(p, lr=0.1, weight_decay=0.01)),
    "sgd(0.1, momentum=0.9)": run(lambda p: SGD(p, lr=0.1, momentum=0.9)),
    "sgd(0.1, momentum=0.9, weightDecay=0.01)": run(lambda p: SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01)),
    "sgd(0.1, momentum=0.9, nesterov=true)": run(lambda p: SGD(p, lr=0.1, momentum=0.9, nesterov=True)),
    "sgd(inverse, momentum=0.9)": run(lambda p: SGD(p, lr=1, momentum=0.9), lambda step: 0.1 / step),
    "adam(0.001)": run(lambda p: ADAM(p, lr=0.001)),
    "adam(0.01, weightDecay=0.1)": run(lambda p: ADAM(p, lr=0.01, weight_decay=0.1)),
    "adam(0.01, beta1=0.5, beta2=0.9, epsilon=0.0001)": run(lambda p: ADAM(p, lr=0.01, betas=(0.5, 0.9), eps=1e-4)),
    "adamw(0.01)": run(lambda p: ADAMW(p, lr=0.01)),
    "adamw(0.01, weightDecay=0.1)": run(lambda p: ADAMW(p, lr=0.01, weight_decay=0.1)),
    "rmsprop(0.01)": run(lambda p: RMSPROP(p, lr=0.01)),
    "rmsprop(0.01, alpha=0.9, epsilon=0.001)": run(lambda p: RMSPROP(p, lr=0.01, alpha=0.9, eps=1e-3)),
    "rmsprop(0.003, momentum=0.9, weightDecay=0.1)": run(
        lambda p: RMSPROP(p, lr=0.003, momentum=0.9, weight_decay=0.1)
    ),
    "adagrad(0.1)": run(lambda p: ADAGRAD(p, lr=0.1)),
    "adagrad(0.1, epsilon=0.01, weightDecay=0.1)": run(lambda p: ADAGRAD(p, lr=0.1, eps=0.01, weight_decay=0.1)),
}

golden = {
    "torch": torch.__version__.split("+")[0],
    "start": START,
    "gradients": [gradient(step) for step in range(1, STEPS + 1)],
    "cases": CASES,
}
text = json.dumps(golden).replace("]], ", "]],\n    ").replace("], [", "],\n     [").replace('": {"', '": {\n    "')
pathlib.Path(__file__).with_name("optimizers.json").write_text(text + "\n")
