"""The card of a folder that `export clip` writes: what it is, from what it was made, where it ends."""

from ekphrasis.model import Config

from .recipes_paper import PAPER_RECIPES


def card(config: Config, report: str | None) -> str:
    """The text of `CARD.md`; `report` is what `evaluate` printed for this very folder, or None where it has not yet."""
    trained = config.name in PAPER_RECIPES
    return f"""# The companion's model for a museum with a network: `{config.name}`

It finds, among poems that it has read, one that fits a picture. Model id `{config.model_id}`.

## What it is

- **Image tower**: CLIP's ViT-B/32 at {config.image_size} pixels, float16 weights computed in float32. The whole
  picture is squeezed to a square. CLIP learned from squares cut out of the middle, but a visitor who cannot see cannot
  keep what matters in the middle, so no edge is cut off.
- **Text tower**: CLIP's, {config.text_tokens} pieces of words at most; of a long poem it reads the beginning.
- **Shortlist**: the cosine of the two in CLIP's own space, in which nothing was trained here.
- **What is seen**: subjects, moods and palette are CLIP's answers to their words, asked with no training for it. Their
  certainties come from CLIP's own scale and from no artwork: they have not been calibrated.
- **Cross-encoder**: {_cross_encoder(config)}

## From what it was made

| part | rights |
|---|---|
| weights of CLIP ViT-B/32, by OpenAI | MIT; trained on 400 million pictures with texts from the web, not published |
{_ROWS_OF_PAPER if trained else ""}
Its publisher calls CLIP a research output and asks that each use be examined first. It has learned what the web says of
people, prejudice included.

## What it measures

{_measured(report)}

## Where it ends

- It sees {config.image_size} × {config.image_size} pixels: small things in large pictures escape it.
- It reads English, and of a poem its first lines.
- "Sure" and "likely" are {_certainty(config)}.
- It says nothing of who is in a picture, and must not be asked.
"""


_ROWS_OF_PAPER = """\
| weights of MPNet, multi-qa-mpnet-base-cos-v1 | its publisher's, to be read there |
| MultiM-Poem: pictures with poems | for research; poems partly in copyright, the pictures their photographers' |

None of these pictures or poems is in the folder; weights learned from them are.
"""


def _cross_encoder(config: Config) -> str:
    recipe = PAPER_RECIPES.get(config.name)
    if recipe is None:
        return "none was trained. The file that stands for it finds all poems alike and is not run: the towers decide."
    return (
        f"the paper's, by recipe `{config.name}`: {recipe.size.mpnet.layers} layers of MPNet over all tokens of both "
        f"towers, in int8.\n  It re-ranks {config.depth} poems; its logit counts {config.score.logit:g}, the cosine "
        f"{config.score.likeness:g}."
    )


def _measured(report: str | None) -> str:
    if report is None:
        return "Nothing has been measured yet: `python -m training evaluate` does it, and `card` writes it here."
    return f"```\n{report.strip()}\n```"


def _certainty(config: Config) -> str:
    recipe = PAPER_RECIPES.get(config.name)
    if recipe is None:
        return (
            f"cosines of {config.certainty.sure:g} and {config.certainty.likely:g}, about where others have called a "
            "picture and a text a pair"
        )
    if "bce" in recipe.losses:
        return "what the cross-encoder's score says, as it learned it with three false poems for each true one"
    return "never said: by this recipe a score tells which poem fits better, and not whether it fits"
