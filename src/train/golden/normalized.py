"""Writes normalized.json: what PyTorch makes of a small network with batch normalization and a skip, in float64.

    pip install torch==2.13.0 && python normalized.py

Ten examples in batches of four, the last of two; gradient descent with momentum, and weight decay for the weights of the dense layers.
First weights and data follow from their place; biases begin at 0.
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
    return torch.tensor([((7 * i + offset) % modulus - modulus // 2) / 8 for i in range(size)], dtype=DT).reshape(shape)


class Residual(nn.Module):
    def __init__(self, *body):
        super().__init__()
        self.body = nn.Sequential(*body)

    def forward(self, x):
        return self.body(x) + x


net = nn.Sequential(
    nn.Linear(5, 6, bias=False),
    nn.BatchNorm1d(6),
    nn.ReLU(),
    Residual(nn.Linear(6, 6), nn.BatchNorm1d(6, momentum=0.3), nn.Tanh()),
    nn.Linear(6, 3),
).double()
with torch.no_grad():
    for place, (name, parameter) in enumerate(net.named_parameters()):
        if parameter.ndim == 2:
            parameter.copy_(numbers(parameter.shape, 11, place) / 2)
        elif name.endswith("bias"):
            parameter.zero_()

weights = [p for p in net.parameters() if p.ndim == 2]
others = [p for p in net.parameters() if p.ndim == 1]
optimizer = torch.optim.SGD([{"params": weights, "weight_decay": 0.05}, {"params": others}], lr=0.1, momentum=0.9)
x, target = numbers([10, 5], 23, 3), torch.tensor([(3 * i + i // 4) % 3 for i in range(10)])
losses = []
for _ in range(3):
    for start in range(0, 10, 4):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(x[start : start + 4]), target[start : start + 4])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
net.eval()
evaluated = nn.functional.cross_entropy(net(x), target).item()
state = {name: value.reshape(-1).tolist() for name, value in net.state_dict().items() if "num_batches" not in name}
golden = {"torch": torch.__version__.split("+")[0], "losses": losses, "evaluated": evaluated, "state": state}
text = json.dumps(golden, separators=(",", ":")).replace(',"', ',\n"')
pathlib.Path(__file__).with_name("normalized.json").write_text(text + "\n")
