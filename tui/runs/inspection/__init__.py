"""What the screen and the inspector say to each other, one JSON message a line."""

from __future__ import annotations

from tui.runs.inspection.data import (
    CheckData,
    ConvertData,
    DataConverted,
    DataSummary,
    DrawnPicture,
    PicturesDrawn,
    ProblemKind,
    ShowPictures,
    SurveyData,
)
from tui.runs.inspection.estimates import CacheEstimate, EstimateCache
from tui.runs.inspection.exports import ExportWeights, Form, WeightsExported
from tui.runs.inspection.looks import (
    BlockCost,
    BlockFacts,
    Costs,
    CountCosts,
    LookAtBlock,
    LookAtParameter,
    ParameterFacts,
    ValueFacts,
)
from tui.runs.inspection.models import PROTOCOL_VERSION, NetRead, Opened, OpenModel, ReadNet
from tui.runs.inspection.predictions import Predict, Predictions
from tui.runs.inspection.replies import NothingOpen, Phase, Refused
from tui.runs.inspection.trials import FindRate, LossCurve, OverfitBatch
from tui.runs.inspection.weights import (
    CompareWeights,
    Converted,
    ConvertWeights,
    Differences,
    DigestWeights,
    FilesVerified,
    GetWeights,
    GotWeights,
    VerifyFiles,
    WeightDifference,
    WeightDigests,
)

__all__ = [
    "PROTOCOL_VERSION",
    "Answer",
    "BlockCost",
    "BlockFacts",
    "CacheEstimate",
    "CheckData",
    "CompareWeights",
    "ConvertData",
    "ConvertWeights",
    "Converted",
    "Costs",
    "CountCosts",
    "DataConverted",
    "DataSummary",
    "Differences",
    "DigestWeights",
    "DrawnPicture",
    "EstimateCache",
    "ExportWeights",
    "FilesVerified",
    "FindRate",
    "Form",
    "GetWeights",
    "GotWeights",
    "LookAtBlock",
    "LookAtParameter",
    "LossCurve",
    "NetRead",
    "NothingOpen",
    "OpenModel",
    "Opened",
    "OverfitBatch",
    "ParameterFacts",
    "Phase",
    "PicturesDrawn",
    "Predict",
    "Predictions",
    "ProblemKind",
    "Question",
    "ReadNet",
    "Refused",
    "ShowPictures",
    "SurveyData",
    "ValueFacts",
    "VerifyFiles",
    "WeightDifference",
    "WeightDigests",
    "WeightsExported",
]

Question = (
    OpenModel
    | CheckData
    | SurveyData
    | ShowPictures
    | ConvertData
    | LookAtBlock
    | LookAtParameter
    | CountCosts
    | CompareWeights
    | DigestWeights
    | VerifyFiles
    | ConvertWeights
    | ReadNet
    | GetWeights
    | OverfitBatch
    | FindRate
    | EstimateCache
    | Predict
    | ExportWeights
)

Answer = (
    Phase
    | Opened
    | DataSummary
    | PicturesDrawn
    | DataConverted
    | BlockFacts
    | ParameterFacts
    | Costs
    | Differences
    | Converted
    | NetRead
    | GotWeights
    | NothingOpen
    | WeightDigests
    | FilesVerified
    | LossCurve
    | CacheEstimate
    | Predictions
    | WeightsExported
    | Refused
)
