"""The card that goes with the model: what it is, from what it was made, what it measures, where it ends."""

from ekphrasis.model import Config

from .recipes import Recipe


def card(recipe: Recipe, config: Config, report: str) -> str:
    """The text of `CARD.md`; `report` is what `evaluate` printed for this very folder."""
    return f"""# The companion's model: CE-CLIP, preset `{recipe.name}`, version two

It finds, among poems that it has read, one that fits a picture. Model id `{config.model_id}`.

## What it is

- **Image tower**: EfficientNet-Lite2 at {config.image_size} pixels, its first blocks frozen as trained on ImageNet, its
  last six trained on; on top of it attention pooling, {recipe.size.image.maps} averaged two-layer maps to MiniLM's
  sentence space, and heads for subjects, moods and palette. The picture and its mirror image are averaged. Its
  certainties are calibrated on held-out pictures.
- **Text tower**: all-MiniLM-L6-v2, its first {recipe.size.text.frozen} of six layers frozen, {config.text_tokens} word
  pieces; on top of it a small map and heads for subjects and moods.
- **Joint vector**: sentence, subjects and mood, weighted; a text near to many pictures is marked down.
- **Cross-encoder**: {recipe.size.cross.layers} layers started from MiniLM's, over the picture's pooled features, its
  16 regions and its likeliest subjects as words, and the first {config.poem_tokens} word pieces of the poem. It
  re-ranks {config.depth} poems; its logit counts {config.score.logit:g} beside the cosine{_unheard(config)}.

Both transformers run in int8 (a scale for each channel, seven bits), the image tower in float32 from float16 weights.

## From what it was made

| part | rights |
|---|---|
| weights of EfficientNet-Lite2 | Apache-2.0; trained on ImageNet, whose pictures are for research |
| weights of all-MiniLM-L6-v2 | Apache-2.0, from a package under MIT |
| 12,630 paintings made before 1930 | in the public domain by age; their photographs from WikiArt, for research |
| their descriptions, subjects, moods and palettes | CC0; 9,044 of them in `training/descriptions.jsonl` |
| judgements of which poem fits which of these paintings | CC0; 1,487 artworks' in `training/judgements.jsonl` |
| the poems that were judged | in the public domain, or the anthology's, CC0 |
| the anthology's poems with their subjects and moods | CC0; a tenth of them held out |
| Flickr8k: 6,500 photos with captions | for research |
| MultiM-Poem: 6,129 captions with poems | for research; poems partly in copyright |

None of these pictures, captions or poems is in the folder; weights learned from them are. A tenth of pictures and poem
groups was held out, and choices were made there, but for one that `training/README.md` names.

## What it measures

Artworks that were never trained on, against the anthology as it was at the time. The command that prints this is in
`training/README.md`. 95 % intervals are bootstrapped over artworks.

```
{report.strip()}
```

## Where it ends

- It sees 224 × 224 pixels: small things in large pictures escape it, and abstract works are mostly guessed at.
- It has learned from Western painting of the nineteenth and early twentieth century above all.
- It reads English, and of a poem its first lines.
- "Sure" means that, of held-out artworks answered with such a score, three in four shared a subject with their poem.
- It says nothing of who is in a picture, and must not be asked.
"""


def _unheard(config: Config) -> str:
    if config.score.logit:
        return ""
    return ": on held-out artworks it did not better the towers yet, so they alone decide and it is not run"
