"""open_clip, transformers and torchvision, imported so that they also work beside a torch for the processor alone."""

import torch

_MISSING = "torchvision::nms"
_OPERATORS = ("nms", "qnms")
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def declared() -> torch.library.Library | None:
    """Import torchvision, and declare the operators without which it does not load, where they are missing.

    Both libraries want torchvision for its transforms, or look into it where it is there. Its wheels are built for one
    torch with CUDA, and beside a torch without it their compiled operators stay out. They are then declared and not
    defined: nothing here calls them, and who calls them is told so. A torchvision that works is left as it is. What is
    returned holds the declarations as long as it is kept.
    """
    try:
        import torchvision  # noqa: F401
    except RuntimeError as error:
        if _MISSING not in str(error):
            raise
        library = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
        for name in _OPERATORS:
            library.define(name + _SCHEMA)  # type: ignore[no-untyped-call]
        return library
    return None


_declared = declared()

import open_clip  # noqa: E402
from torchvision import transforms  # noqa: E402
from transformers import MPNetConfig, MPNetModel  # noqa: E402

__all__ = ["MPNetConfig", "MPNetModel", "open_clip", "transforms"]
