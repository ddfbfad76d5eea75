"""Writes sample.json: bilinear samples of small images at random places, in and out of them, by PyTorch's grid_sample."""

import json
import pathlib

import torch

torch.manual_seed(1)
batch, rows, columns, channels = 2, 5, 7, 2
images = torch.rand(batch, rows, columns, channels, dtype=torch.float64)
# Counted from the middle of the image, in pixels.
place_rows = (torch.rand(batch, rows, columns, dtype=torch.float64) * 2 - 1) * (rows / 2 + 2)
place_columns = (torch.rand(batch, rows, columns, dtype=torch.float64) * 2 - 1) * (columns / 2 + 2)
grid = torch.stack([place_columns * 2 / columns, place_rows * 2 / rows], -1)
sampled = torch.nn.functional.grid_sample(
    images.permute(0, 3, 1, 2), grid, mode="bilinear", padding_mode="zeros", align_corners=False
).permute(0, 2, 3, 1)
golden = {
    "torch": torch.__version__,
    "images": images.tolist(),
    "rows": place_rows.tolist(),
    "columns": place_columns.tolist(),
    "sampled": sampled.tolist(),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
