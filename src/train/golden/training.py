"""Writes training.json: eight steps of gradient descent with PyTorch's gradient clipping and weight averaging, in float64.

    pip install torch==2.13.0 && python training.py

All inputs, targets and first parameters are exact in float32. Every step sees all examples.
"""

import json
import pathlib

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

STEPS = 8
F64 = torch.float64


def grid(rows, columns, scale):
    return [[scale * ((7 * i + 5 * j) % 13 - 6) for j in range(columns)] for i in range(rows)]


INPUTS = grid(6, 3, 0.5)
TARGETS = grid(6, 2, 2)
START = {"0.weight": grid(4, 3, 0.25), "0.bias": [0.5, 0, -0.5, 0.25], "2.weight": grid(2, 4, 0.125), "2.bias": [0, 1]}


def values(state):
    return {name: tensor.tolist() for name, tensor in state.items()}


def run(rate, momentum=0.9, clip_norm=None, clip_value=None, ema=None):
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).to(F64)
    net.load_state_dict({name: torch.tensor(value, dtype=F64) for name, value in START.items()})
    optimizer = torch.optim.SGD(net.parameters(), lr=rate, momentum=momentum)
    averaged = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(ema)) if ema else None
    inputs, targets = torch.tensor(INPUTS, dtype=F64), torch.tensor(TARGETS, dtype=F64)
    losses, norms = [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(inputs), targets)
        loss.backward()
        losses.append(loss.item())
        if clip_norm:
            norms.append(nn.utils.clip_grad_norm_(net.parameters(), clip_norm).item())
        if clip_value:
            nn.utils.clip_grad_value_(net.parameters(), clip_value)
        optimizer.step()
        if averaged:
            averaged.update_parameters(net)
    result = averaged.module if averaged else net
    return {"losses": losses, "norms": norms, "parameters": values(result.state_dict())}


golden = {
    "torch": torch.__version__.split("+")[0],
    "inputs": INPUTS,
    "targets": TARGETS,
    "start": START,
    "cases": {
        "clipNorm 1.5": run(0.05, clip_norm=1.5),
        "clipNorm 100": run(0.05, clip_norm=100),
        "clipValue 0.25": run(0.05, clip_value=0.25),
        "ema 0.75": run(0.05, ema=0.75),
    },
}
text = json.dumps(golden).replace("}}, ", "}},\n    ").replace('"cases": {', '"cases": {\n    ')
pathlib.Path(__file__).with_name("training.json").write_text(text + "\n")
