"""Writes losses.json: PyTorch's cross entropy and mean squared error of four examples, with their gradients, in float64.

    pip install torch==2.13.0 && python losses.py

"sum" of the mean squared error adds over the outputs too. Logits reach from -800 to 800, so that what overflows shows.
"""

import json
import pathlib

import torch
from torch.nn import functional as F

LOGITS = [[0.5, -1.25, 3.0], [800.0, 0.0, -800.0], [0.0, 0.0, 0.0], [-3.0, -2.5, 7.75]]
LABELS = [2, 1, 0, 1]
SOFT = [[0.25, 0.25, 0.5], [1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.125, 0.75, 0.125]]


def run(loss, targets, reduction, **options):
    outputs = torch.tensor(LOGITS, dtype=torch.float64, requires_grad=True)
    value = loss(outputs, targets, reduction=reduction, **options)
    value.backward()
    return {"value": value.item(), "gradient": outputs.grad.tolist()}


labels = torch.tensor(LABELS)
soft = torch.tensor(SOFT, dtype=torch.float64)
cases = {}
for reduction in ["mean", "sum"]:
    cases[f"crossEntropy labels {reduction}"] = run(F.cross_entropy, labels, reduction)
    cases[f"crossEntropy soft {reduction}"] = run(F.cross_entropy, soft, reduction)
    for smoothing in [0.1, 0.5]:
        written = f"crossEntropy(labelSmoothing={smoothing})"
        cases[f"{written} labels {reduction}"] = run(F.cross_entropy, labels, reduction, label_smoothing=smoothing)
        cases[f"{written} soft {reduction}"] = run(F.cross_entropy, soft, reduction, label_smoothing=smoothing)
    cases[f"meanSquaredError soft {reduction}"] = run(F.mse_loss, soft, reduction)

golden = {
    "torch": torch.__version__.split("+")[0],
    "outputs": LOGITS,
    "labels": LABELS,
    "soft": SOFT,
    "cases": cases,
}
text = json.dumps(golden).replace("}, ", "},\n    ").replace('"cases": {', '"cases": {\n    ')
pathlib.Path(__file__).with_name("losses.json").write_text(text + "\n")
