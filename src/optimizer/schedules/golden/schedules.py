"""Writes schedules.json: the learning rates of PyTorch's schedulers, step by step, for a run of 40 steps.

    pip install torch==2.13.0 && python schedules.py
"""

import json
import pathlib

import torch
from torch.optim import lr_scheduler as schedulers

STEPS = 40


def run(rate, make):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    scheduler = make(optimizer)
    rates = []
    while True:
        rates.append(optimizer.param_groups[0]["lr"])
        if len(rates) == STEPS:
            return rates
        optimizer.step()
        scheduler.step()


def warm(steps, then):
    """PyTorch's linear warm-up begins with a share of the rate and reaches all of it one step before it ends."""

    def make(optimizer):
        rise = schedulers.LinearLR(optimizer, start_factor=1 / steps, total_iters=steps - 1)
        return schedulers.SequentialLR(optimizer, [rise, then(optimizer)], milestones=[steps])

    return make


def one_cycle(**options):
    return lambda o: schedulers.OneCycleLR(o, total_steps=STEPS, **options)


CASES = {
    "cosine(0.1)": run(0.1, lambda o: schedulers.CosineAnnealingLR(o, T_max=STEPS)),
    "cosine(0.1, end=0.01, steps=40)": run(0.1, lambda o: schedulers.CosineAnnealingLR(o, T_max=STEPS, eta_min=0.01)),
    "stepDecay(0.1, every=10)": run(0.1, lambda o: schedulers.StepLR(o, step_size=10)),
    "stepDecay(0.5, at=[7, 31], factor=0.5)": run(0.5, lambda o: schedulers.MultiStepLR(o, milestones=[7, 31], gamma=0.5)),
    "warmup(0.1, 8)": run(0.1, warm(8, lambda o: schedulers.ConstantLR(o, factor=1, total_iters=1))),
    "warmup(cosine(0.1), 8)": run(0.1, warm(8, lambda o: schedulers.CosineAnnealingLR(o, T_max=STEPS - 8))),
    "oneCycle(0.5)": run(0.5, one_cycle(max_lr=0.5)),
    "oneCycle(0.1, pctStart=0.1, divFactor=10, finalDivFactor=100)": run(
        0.1, one_cycle(max_lr=0.1, pct_start=0.1, div_factor=10, final_div_factor=100)
    ),
}

golden = {"torch": torch.__version__.split("+")[0], "steps": STEPS, "cases": CASES}
text = json.dumps(golden).replace('], "', '],\n    "').replace('"cases": {', '"cases": {\n    ')
pathlib.Path(__file__).with_name("schedules.json").write_text(text + "\n")
