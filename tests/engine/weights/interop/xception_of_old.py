"""Xception-65 under the names that timm gave it when it ported GluonCV's weights. timm has
dropped it since; what is called xception65 there now computes otherwise."""

from __future__ import annotations

import torch
from torch import nn


class Separable(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.conv_dw = nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False)
        self.bn = nn.BatchNorm2d(inputs)
        self.conv_pw = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv_pw(self.bn(self.conv_dw(x)))


class Block(nn.Module):
    def __init__(
        self, inputs: int, outputs: tuple[int, int, int], stride: int = 1, act_first: bool = True
    ) -> None:
        super().__init__()
        self.act_first = act_first
        self.skip = None
        if stride != 1 or inputs != outputs[-1]:
            self.skip = nn.Sequential()
            self.skip.add_module("conv1", nn.Conv2d(inputs, outputs[-1], 1, stride, bias=False))
            self.skip.add_module("bn1", nn.BatchNorm2d(outputs[-1]))
        self.rep = nn.ModuleDict()
        for i, width in enumerate(outputs, 1):
            self.rep[f"conv{i}"] = Separable(inputs, width, stride if i == 3 else 1)
            self.rep[f"bn{i}"] = nn.BatchNorm2d(width)
            inputs = width

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x
        for i in (1, 2, 3):
            if i > 1 or self.act_first:
                y = torch.relu(y)
            y = self.rep[f"bn{i}"](self.rep[f"conv{i}"](y))
        return y + (self.skip(x) if self.skip is not None else x)


class XceptionOfOld(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(32)
        self.conv2 = nn.Conv2d(32, 64, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(64)
        self.block1 = Block(64, (128,) * 3, 2, act_first=False)
        self.block2 = Block(128, (256,) * 3, 2, act_first=False)
        self.block3 = Block(256, (728,) * 3, 2)
        self.mid = nn.Sequential()
        for i in range(4, 20):
            self.mid.add_module(f"block{i}", Block(728, (728,) * 3))
        self.block20 = Block(728, (728, 1024, 1024), 2)
        self.conv3, self.bn3 = Separable(1024, 1536), nn.BatchNorm2d(1536)
        self.conv4, self.bn4 = Separable(1536, 1536), nn.BatchNorm2d(1536)
        self.conv5, self.bn5 = Separable(1536, 2048), nn.BatchNorm2d(2048)
        self.fc = nn.Linear(2048, 1000)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.bn1(self.conv1(x)))
        x = torch.relu(self.bn2(self.conv2(x)))
        x = self.block2(torch.relu(self.block1(x)))
        x = torch.relu(self.block20(self.mid(self.block3(x))))
        for i in (3, 4, 5):
            x = torch.relu(getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(x)))
        return self.fc(x.mean((2, 3)))
