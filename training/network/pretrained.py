"""The paper's pretrained weights by name, from this machine's cache or a folder of `fetch clip` (section 4.3)."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import try_to_load_from_cache
from safetensors import SafetensorError
from torch import nn

from ..fetch.trouble import Trouble
from .libraries import MPNetModel, open_clip

# OpenAI trained with QuickGELU; open_clip's plain "ViT-B-32" has GELU and would compute something else.
CLIP, CLIP_WEIGHTS = "ViT-B-32-quickgelu", "openai"
MPNET = "sentence-transformers/multi-qa-mpnet-base-cos-v1"
HUB = "hub"  # where in HF_HOME the libraries keep their cache
_SET_HOME = "then set HF_HOME to it"


@dataclass(frozen=True, slots=True, eq=False)
class Pretrained:
    """CLIP ViT-B/32 with OpenAI's weights, and MPNet with those that 215 million questions and answers gave."""

    clip: nn.Module
    mpnet: MPNetModel


def load_pretrained() -> Pretrained:
    """Both, from the libraries' cache, where `fetch clip` puts them. Raises Trouble where they are not there."""
    clip = load_clip()
    with _or_trouble(MPNET, _SET_HOME):
        mpnet = MPNetModel.from_pretrained(MPNET, add_pooling_layer=False, local_files_only=True)
    return Pretrained(clip, mpnet)


def load_clip(weights: Path | None = None) -> nn.Module:
    """CLIP alone, from the folder `weights` that `fetch clip` filled, or the libraries' cache. Raises Trouble where it
    is not there.
    """
    remedy = "then give it as --weights" if weights else _SET_HOME
    with _or_trouble(f"CLIP ViT-B/32 ({CLIP_WEIGHTS})", remedy):
        clip: nn.Module = open_clip.create_model(CLIP, pretrained=_kept_clip(weights))
    return clip


def _kept_clip(weights: Path | None) -> str:
    """open_clip's own file. Left to itself it would ask the network each time, which only `fetch` may."""
    repository = open_clip.get_pretrained_cfg(CLIP, CLIP_WEIGHTS)["hf_hub"].rstrip("/")
    for name in (open_clip.constants.HF_SAFE_WEIGHTS_NAME, open_clip.constants.HF_WEIGHTS_NAME):
        file = try_to_load_from_cache(repository, name, cache_dir=weights / HUB if weights else None)
        if isinstance(file, str):
            return file
    raise FileNotFoundError(repository)


@contextmanager
def _or_trouble(what: str, remedy: str) -> Iterator[None]:
    """One sentence instead of the libraries' own, of which there are dozens."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    except (OSError, RuntimeError, SafetensorError) as error:
        raise Trouble(
            f"The weights of {what} are not on this machine, or damaged. Where there is a network, `python -m training "
            f"fetch clip --out FOLDER` puts them into a folder; {remedy}."
        ) from error
    finally:
        logging.disable(before)
