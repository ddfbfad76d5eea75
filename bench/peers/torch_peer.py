"""PyTorch on the CPU as a contestant: one process, a JSON request per line on standard input, a JSON answer per line on standard output.

Networks, data, losses and optimizers are those of the other contestants; a step is the loop that every tutorial shows. Subnormals count
as zero, as in Gradus: a network that has learned its data would otherwise be slow for that reason alone.
"""

import json
import sys
import time

import torch
from torch import nn
from torch_networks import networks


def matmul(size):
    a, b = torch.rand(size, size) * 2 - 1, torch.rand(size, size) * 2 - 1
    c = torch.empty(size, size)
    return lambda: torch.mm(a, b, out=c)


def elementwise(length):
    a, b, c, d = (torch.rand(length) * 2 - 1 for _ in range(4))
    return lambda: torch.relu(a * b + c) * d


def total(length):
    a = torch.rand(length) * 2 - 1
    return lambda: a.sum()


def perceptron(sizes):
    layers = []
    for i in range(1, len(sizes)):
        layers += ([nn.ReLU()] if i > 1 else []) + [nn.Linear(sizes[i - 1], sizes[i])]
    return nn.Sequential(*layers)


def training(model, shape, batch, optimizer, inputs, targets, fused, channels_last=False):
    x = torch.frombuffer(bytearray(open(inputs, "rb").read()), dtype=torch.float32).reshape(-1, *shape)
    y = torch.frombuffer(bytearray(open(targets, "rb").read()), dtype=torch.int32).long()
    if len(shape) == 3:  # examples are channels-last
        x = x.permute(0, 3, 1, 2)
        x = x if channels_last else x.contiguous()
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
    loss = nn.CrossEntropyLoss()
    options = {"fused": True} if fused else {}
    if optimizer == "adam":
        rule = torch.optim.Adam(model.parameters(), lr=0.001, **options)
    elif optimizer == "sgdm":
        rule = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, **options)
    else:
        rule = torch.optim.SGD(model.parameters(), lr=0.1, **options)
    state = {"order": None, "position": len(y)}

    def step():
        if state["position"] + batch > len(y):
            state["order"], state["position"] = torch.randperm(len(y)), 0
        which = state["order"][state["position"] : state["position"] + batch]
        state["position"] += batch
        rule.zero_grad()
        loss(model(x[which]), y[which]).backward()
        rule.step()

    return step


def prepare(request):
    kind = request["kind"]
    if kind == "matmul":
        return matmul(request["size"])
    if kind == "elementwise":
        return elementwise(request["length"])
    if kind == "sum":
        return total(request["length"])
    model = perceptron(request["sizes"]) if kind == "mlp" else networks[request["network"]]()
    names = ("shape", "batch", "optimizer", "inputs", "targets", "fused", "channels_last")
    return training(model, *(request[name] for name in names))


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.set_flush_denormal(True)
    tasks = {}
    capability = torch.backends.cpu.get_cpu_capability()
    print(json.dumps({"version": torch.__version__, "capability": capability, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "prepare":
                tasks[request["task"]] = prepare(request)
                answer = {}
            elif request["do"] == "release":
                del tasks[request["task"]]
                answer = {}
            else:
                step, steps = tasks[request["task"]], request["steps"]
                begun = time.perf_counter()
                for _ in range(steps):
                    step()
                answer = {"milliseconds": 1000 * (time.perf_counter() - begun) / steps}
        except Exception as error:  # the other side decides what becomes of it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
