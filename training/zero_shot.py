"""What CLIP sees of the companion's closed lists with no training for it: a word is asked by its text (Radford, Kim and
others 2021, section 3.1), so that the same outputs come out as from heads that have learned.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from ekphrasis.assets import vocabulary
from ekphrasis.sight import phrase

from .image_poems import tokens
from .network.clip_towers import ClipTowers

_PLAIN = ("a painting", "a picture", "a photo of an artwork")
_SUBJECT = ("a painting of {}", "a picture of {}", "a drawing of {}", "an artwork that shows {}")
_MOOD = ("a {} painting", "a painting that feels {}", "a picture with a {} mood")
_PALETTE = ("a {} painting", "a painting in {} colours", "a picture in {} tones")
# Of the words nearest to a picture these many make the bar: a few more than people name in an artwork (five or six
# subjects, two or three words for its colours), so that the bar lies between the words that apply and the rest.
_NEAREST_SUBJECTS = 8
_NEAREST_PALETTE = 4
_AT_ONCE = 64


class ZeroShot(nn.Module):
    """The closed lists as constants in CLIP's joint space (words, joint), each word the mean of several wordings.

    The certainty of a subject or a colour is a softmax of two at CLIP's own learned scale: the word against a bar,
    which is the mean likeness of the words nearest to the picture, or that of a painting of nothing in particular where
    this is higher. So a word must stand out from its neighbours, and a picture that shows none is sure of none. It is
    CLIP's own word and no frequency: no labelled artworks went into it.
    """

    subjects: Tensor
    moods: Tensor
    palette: Tensor
    plain: Tensor
    scale: Tensor

    def __init__(self, towers: ClipTowers, context: int) -> None:
        super().__init__()
        asked = {
            "subjects": [[wording.format(phrase(word)) for wording in _SUBJECT] for word in vocabulary("subjects")],
            "moods": [[wording.format(word) for wording in _MOOD] for word in vocabulary("moods")],
            "palette": [[wording.format(word) for wording in _PALETTE] for word in vocabulary("palette")],
            "plain": [list(_PLAIN)],
        }
        for name, wordings in asked.items():
            self.register_buffer(name, _vectors(towers, wordings, context))
        self.register_buffer("scale", towers.clip.get_parameter("logit_scale").detach().exp())

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures' unit vectors (B, joint): certainties of subjects, moods, which add up to 1, and palette (B, n)."""
        plain = pictures @ self.plain.T
        moods = (pictures @ self.moods.T * self.scale).softmax(dim=-1)
        return (
            self._standing_out(pictures @ self.subjects.T, plain, _NEAREST_SUBJECTS),
            moods,
            self._standing_out(pictures @ self.palette.T, plain, _NEAREST_PALETTE),
        )

    def _standing_out(self, likeness: Tensor, plain: Tensor, nearest: int) -> Tensor:
        crowd = torch.topk(likeness, nearest, dim=-1).values.mean(dim=-1, keepdim=True)
        return torch.sigmoid((likeness - torch.maximum(crowd, plain)) * self.scale)


def _vectors(towers: ClipTowers, asked: list[list[str]], context: int) -> Tensor:
    """Unit vectors (n, joint) of n things, each asked in as many wordings."""
    ids = tokens([wording for wordings in asked for wording in wordings], context)
    with torch.no_grad():
        vectors = torch.cat([towers.read(ids[at : at + _AT_ONCE])[1] for at in range(0, len(ids), _AT_ONCE)])
    return functional.normalize(vectors.reshape(len(asked), -1, vectors.shape[-1]).mean(dim=1), dim=-1)
