"""The catalogue of bugs: one row for each, light to import.

``BUGS["softmax over queries"].load()`` imports its code.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple


class Bug(NamedTuple):
    """One bug.

    Fields:
        number: in the catalogue; two forms of one bug share it.
        family: what it has in common with its neighbours.
        name: a few words, unique.
        symptom: what one would notice first.
        kind: "layers", "stacks", "prefixes" or "training".
        attribute: what its code is called there, in `course_utils.bugs`.
    """

    number: int
    family: str
    name: str
    symptom: str
    kind: str
    attribute: str

    def load(self) -> Callable[..., Any]:
        """The broken layer's class, the broken function or the broken training."""
        module = import_module(f"course_utils.bugs.{MODULES[self.kind]}")
        found = getattr(module, self.attribute)
        return found() if self.kind == "prefixes" else found


MODULES = {
    "layers": "layers",
    "stacks": "stacks",
    "prefixes": "prefixes",
    "training": "training_bugs",
}

RESIDUAL, SOFTMAX, MASK = "residual", "scale or softmax", "mask"
LAYOUT, NORM, RECURRENCE = "head layout", "normalisation", "recurrence"
FEED, RANDOM = "feed-forward", "randomness"
PREFIX, GRADIENTS, OPTIMISER = "prefix", "gradients", "optimiser"
START, LOSS = "start", "pooling and loss"

LAYER_BUGS = (
    (1, RESIDUAL, "no residual around attention", "NoResidualAroundAttention",
     "rows grow alike with depth, and learning is slow"),
    (2, RESIDUAL, "no residual around feed-forward", "NoResidualAroundFeedForward",
     "the last state hardly depends on the first"),
    (3, RESIDUAL, "residual from the normed rows", "ResidualFromNormed",
     "row norms stay flat over depth; training is odd, without any error"),
    (4, RESIDUAL, "residual added twice", "ResidualTwice",
     "row norms double with every layer"),
    (5, SOFTMAX, "softmax over queries", "SoftmaxOverQueries",
     "the future leaks; the bias of q has no effect"),
    (6, SOFTMAX, "softmax over heads", "SoftmaxOverHeads",
     "weights sum to 1 over the heads, not over the keys"),
    (7, SOFTMAX, "divided by d_h", "DividedByHeadWidth",
     "attention is nearly uniform"),
    (8, SOFTMAX, "not divided at all", "NotScaled",
     "attention is nearly one-hot, and gradients vanish at large widths"),
    (9, SOFTMAX, "divided by the root of d", "DividedByRootOfModelWidth",
     "attention is somewhat too uniform; every test of structure passes"),
    (35, SOFTMAX, "exp in half precision", "HalfPrecisionExp",
     "NaN at large scores alone"),
    (10, MASK, "mask multiplied in after the softmax", "MaskAfterSoftmax",
     "masked weights are 0, but rows sum to less than 1"),
    (11, MASK, "large negative number after the softmax", "LargeNegativeAfterSoftmax",
     "enormous negative weights"),
    (12, MASK, "mask turned round", "MaskInverted",
     "training loss falls by leakage, accuracy stays near chance"),
    (13, MASK, "mask too weak", "MaskTooWeak",
     "validation is suspiciously good"),
    (14, MASK, "NaN where nothing may be attended", "NaNWhereNothingMayBeAttended",
     "NaN in some batches only"),
    (15, LAYOUT, "heads split without a transpose", "HeadsSplitByReshape",
     "plausible numbers; tokens and heads are mixed up"),
    (16, LAYOUT, "heads merged without a transpose", "HeadsMergedByReshape",
     "plausible numbers; tokens and heads are mixed up"),
    (17, LAYOUT, "keys from the weights of q", "KeysFromQueryWeights",
     "scores are symmetric"),
    (18, LAYOUT, "values from the raw stream", "ValuesFromRawStream",
     "wrong only where rows have an offset or another size"),
    (19, NORM, "norm over positions", "NormOverPositions",
     "the future leaks, and results depend on padding"),
    (20, NORM, "norm over positions and features", "NormOverPositionsAndFeatures",
     "the future leaks, and results depend on padding"),
    (21, NORM, "norm over the batch", "NormOverBatch",
     "other examples change the result"),
    (22, NORM, "sample variance", "SampleVariance",
     "every result is off by a little"),
    (23, NORM, "norm forgotten", "NormForgotten",
     "row norms drift, and wide models become unstable"),
    (25, RECURRENCE, "layer writes into its input", "WritesIntoItsInput",
     "stored states are later ones; the last state is right"),
    (32, RANDOM, "dropout in evaluation", "DropoutInEvaluation",
     "two equal calls differ"),
    (33, FEED, "dead ReLU", "DeadReLU",
     "feed-forward writes one constant row"),
    (34, FEED, "non-linearity forgotten", "NonLinearityForgotten",
     "feed-forward is one linear map"),
)  # fmt: skip

STACK_BUGS = (
    (24, RECURRENCE, "every layer reads H[0]", "first_state_for_all",
     "depth has no effect"),
    (25, RECURRENCE, "one tensor overwritten", "overwritten_in_place",
     "all stored states are equal; the last state is right"),
    (26, RECURRENCE, "one layer L times", "one_layer_for_all",
     "changing one layer changes all; too few parameters"),
    (27, RECURRENCE, "last layer skipped", "last_layer_skipped",
     "the last layer's weights never matter"),
    (28, RECURRENCE, "output of the layer before", "output_of_the_layer_before",
     "what comes out is H[L-1]"),
    (29, RECURRENCE, "H[0] not stored", "embeddings_not_stored",
     "L states in the place of L+1; the last state is right"),
    (30, RECURRENCE, "layers shifted by one", "layers_shifted",
     "the first layer runs twice, the last never"),
    (31, RECURRENCE, "layers reversed", "layers_reversed",
     "every layer matters, and the result is wrong"),
)  # fmt: skip

PREFIX_BUGS = (
    (36, PREFIX, "prefix rows dropped at the end only", "DroppedAtTheEnd",
     "the sequence grows by k rows a layer; the final shape is right"),
    (37, PREFIX, "rows dropped at the wrong end", "DroppedFromTheWrongEnd",
     "the final shape is right, and the last tokens are lost"),
    (38, PREFIX, "T - 1 rows kept", "OneTokenTooMany",
     "each layer loses a token"),
    (39, PREFIX, "k - 1 rows dropped", "OnePrefixRowTooFew",
     "each layer gains a row"),
    (40, PREFIX, "one prefix for all layers", "SamePrefixForAll",
     "the other prefixes never learn"),
    (41, PREFIX, "prompt in the place of prefixes", "PromptOnly",
     "only the first prefix learns"),
    (42, PREFIX, "prefix added to the tokens", "AddedToTheTokens",
     "shapes are right; NaN without prefix rows"),
    (43, PREFIX, "prefix masked out", "PrefixMaskedOut",
     "prefixes never learn"),
    (44, PREFIX, "causal mask not shifted", "TriangleNotShifted",
     "first tokens do not see the whole prefix, nor all tokens before them"),
    (45, PREFIX, "positions shifted by the prefix", "PositionsShifted",
     "all looks right, but results are not those of further keys and values"),
    (46, PREFIX, "prefix behind, mask in front", "AppendedWithoutItsMask",
     "right without a mask, wrong with one"),
)  # fmt: skip

TRAINING_BUGS = (
    (47, GRADIENTS, "states detached", "DetachedStates",
     "only the head learns"),
    (48, GRADIENTS, "no gradient through the frozen encoder",
     "NoGradientThroughTheFrozen", "the prompt never learns"),
    (52, GRADIENTS, "gradients not cleared", "GradientsNotCleared",
     "steps grow, and the loss takes off"),
    (49, OPTIMISER, "prompt in a plain list", "NotRegistered",
     "too few trained parameters; the prompt never learns"),
    (50, OPTIMISER, "frozen by zero gradients", "FrozenByZeroGradients",
     "weight decay shrinks what should stay"),
    (51, OPTIMISER, "optimiser built before the head", "OptimizerBeforeTheHead",
     "the head never learns"),
    (53, START, "new head at every step", "NewHeadEveryStep",
     "the loss returns to ln C again and again"),
    (54, START, "encoder at random", "RandomEncoder",
     "no better than without pre-training"),
    (58, START, "low-rank update random on both sides", "BothRandom",
     "worse than the base before the first step"),
    (58, START, "low-rank update zero on both sides", "BothZero",
     "the update never learns"),
    (55, LOSS, "softmax twice", "SoftmaxTwice",
     "the loss does not fall below a floor"),
    (56, LOSS, "mean over padding too", "MeanCountsPadding",
     "results depend on the longest text of a batch"),
    (56, LOSS, "first text for the first token", "FirstSequenceForFirstToken",
     "an error, or silence where a batch has as many texts as tokens"),
    (57, LOSS, "loss of every pair", "LossOfEveryPair",
     "predictions all approach the mean of the labels"),
)  # fmt: skip

TABLES = {
    "layers": LAYER_BUGS,
    "stacks": STACK_BUGS,
    "prefixes": PREFIX_BUGS,
    "training": TRAINING_BUGS,
}

BUGS: dict[str, Bug] = {
    name: Bug(number, family, name, symptom, kind, attribute)
    for kind, rows in TABLES.items()
    for number, family, name, attribute, symptom in rows
}


def bugs_of(kind: str) -> list[Bug]:
    """The bugs of "layers", "stacks", "prefixes" or "training", in order."""
    return [bug for bug in BUGS.values() if bug.kind == kind]
