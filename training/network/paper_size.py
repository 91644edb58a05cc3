"""How large the paper's network is: plain numbers, read without the libraries that build it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClipSize:
    """CLIP's two towers; `joint` is the width of the space that they share."""

    image_size: int  # pixels of a side
    patch: int  # pixels of a patch's side
    image_width: int
    image_layers: int
    image_head: int  # width of an attention head
    text_width: int
    text_layers: int
    text_heads: int
    context: int  # places for a text's tokens
    words: int  # rows of the vocabulary
    joint: int

    @property
    def image_tokens(self) -> int:
        """The token that stands for the whole, and one for each patch."""
        return 1 + (self.image_size // self.patch) ** 2


@dataclass(frozen=True, slots=True)
class MPNetSize:
    layers: int
    width: int
    heads: int
    hidden: int  # of the feed-forward part
    positions: int  # rows of the table; the first two are never used
    dropout: float


@dataclass(frozen=True, slots=True)
class PaperSize:
    clip: ClipSize
    mpnet: MPNetSize
    map_hidden: int  # of the maps from a tower's tokens to the cross-encoder's

    @property
    def sequence(self) -> int:
        """Places of `[CLS], I, [SEP], P, [PAD], [SEP]`."""
        return self.clip.image_tokens + self.clip.context + 3
