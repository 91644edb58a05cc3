"""The paper's towers: CLIP, of which every output token goes on (section 4.3)."""

import torch
from torch import Tensor, nn

from .libraries import open_clip
from .paper_size import ClipSize


class ClipTowers(nn.Module):
    """Image tower and text tower, each giving all its last tokens, normalised, and its vector in the joint space.

    CLIP itself normalises and projects only the token that stands for the whole; the others take the same norm, as
    open_clip has it.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, clip: nn.Module) -> None:
        super().__init__()
        self.clip = clip
        for name, each in (("mean", open_clip.OPENAI_DATASET_MEAN), ("deviation", open_clip.OPENAI_DATASET_STD)):
            self.register_buffer(name, torch.tensor(each)[:, None, None], persistent=False)

    def see(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels (B, 3, s, s) from 0 to 1: tokens (B, i, image width), the whole before the patches, and vectors
        (B, joint) of unit length.
        """
        seen = self.clip.forward_intermediates(  # type: ignore[operator]
            image=(pixels - self.mean) / self.deviation,
            image_indices=1,
            normalize_intermediates=True,
            image_output_fmt="NLC",
            image_output_extra_tokens=True,
        )
        tokens = torch.cat([seen["image_intermediates_prefix"][0], seen["image_intermediates"][0]], dim=1)
        return tokens, seen["image_features"]

    def read(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Texts' ids (B, context): tokens (B, context, text width) and vectors (B, joint) of unit length."""
        read = self.clip.forward_intermediates(  # type: ignore[operator]
            text=ids, text_indices=1, normalize_intermediates=True
        )
        return read["text_intermediates"][0], read["text_features"]

    def set_learning(self, learning: bool) -> None:
        """Freeze both towers or let them learn.

        What leads into the joint space stays as it is: nothing that the cross-encoder reads passes through it.
        """
        self.clip.requires_grad_(learning)
        for beside in ("visual.proj", "text_projection", "logit_scale"):
            self.clip.get_parameter(beside).requires_grad_(False)


def present(ids: Tensor) -> Tensor:
    """Which of a text's places (B, context) hold a token: all up to its end, which has the highest id."""
    return torch.arange(ids.shape[-1], device=ids.device) <= ids.argmax(dim=-1, keepdim=True)


def random_clip(size: ClipSize) -> nn.Module:
    """CLIP with random weights and OpenAI's QuickGELU."""
    network: nn.Module = open_clip.CLIP(
        size.joint,
        {
            "image_size": size.image_size,
            "patch_size": size.patch,
            "width": size.image_width,
            "layers": size.image_layers,
            "head_width": size.image_head,
        },
        {
            "context_length": size.context,
            "vocab_size": size.words,
            "width": size.text_width,
            "heads": size.text_heads,
            "layers": size.text_layers,
        },
        quick_gelu=True,
    )
    return network
