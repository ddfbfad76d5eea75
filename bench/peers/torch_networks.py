"""The convolutional networks of the bench in PyTorch, by the names that Gradus gives them."""

from torch import nn
from torch.nn import functional as F


def cnn28():
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10)),
    )


def conv(inputs, outputs, size, stride=1):
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)


class Residual(nn.Module):
    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x))


class Subsample(nn.Module):
    """Every second row and column, and new channels of zeros: a shortcut without parameters."""

    def __init__(self, channels):
        super().__init__()
        self.channels = channels

    def forward(self, x):
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, self.channels))


def cifar(depth):
    """He et al. 2015, section 4.2: 6n + 2 layers for images of 32 by 32."""
    layers, inputs = [conv(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU()], 16
    for width in (16, 32, 64):
        for _ in range((depth - 2) // 6):
            stride = 1 if width == inputs else 2
            body = (conv(inputs, width, 3, stride), nn.BatchNorm2d(width), nn.ReLU(), conv(width, width, 3), nn.BatchNorm2d(width))
            layers.append(Residual(nn.Sequential(*body), nn.Identity() if stride == 1 else Subsample(width - inputs)))
            inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def bottlenecks(counts, classes):
    """He et al. 2015, table 1: the networks of 50, 101 and 152 layers."""
    layers, inputs = [conv(3, 64, 7, 2), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 64
    for stage, count in enumerate(counts):
        width = 64 << stage
        for block in range(count):
            stride = 2 if stage > 0 and block == 0 else 1
            body = nn.Sequential(
                *(conv(inputs, width, 1), nn.BatchNorm2d(width), nn.ReLU()),
                *(conv(width, width, 3, stride), nn.BatchNorm2d(width), nn.ReLU()),
                *(conv(width, 4 * width, 1), nn.BatchNorm2d(4 * width)),
            )
            projection = nn.Sequential(conv(inputs, 4 * width, 1, stride), nn.BatchNorm2d(4 * width))
            layers.append(Residual(body, projection if block == 0 else nn.Identity()))
            inputs = 4 * width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


networks = {
    "cnn28": cnn28,
    "resnet20": lambda: cifar(20),
    "resnet152-6n2": lambda: cifar(152),
    "resnet152-64px": lambda: bottlenecks([3, 8, 36, 3], 1000),
}
