"""The paper's network, full size once and small for the rest, against computations of its own."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the training extra")

from torch import nn  # noqa: E402

from training.image_poems import tokens  # noqa: E402
from training.network.clip_towers import ClipTowers, present, random_clip  # noqa: E402
from training.network.libraries import MPNetConfig, MPNetModel, open_clip  # noqa: E402
from training.network.mpnet import CLS, PAD, SEP, MPNet, random_mpnet  # noqa: E402
from training.network.paper import PaperNetwork  # noqa: E402
from training.network.pretrained import CLIP  # noqa: E402
from training.recipes_paper import PAPER, PAPER_SMOKE  # noqa: E402

SMALL = PAPER_SMOKE.size


@pytest.fixture(scope="module")
def full() -> PaperNetwork:
    return PaperNetwork(PAPER.size, None).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def small() -> PaperNetwork:
    torch.manual_seed(1)
    network = PaperNetwork(SMALL, None).eval()
    # As they start, segments are zero and positions and biases small: leaving them out would hardly be seen.
    for weight in network.cross.parameters():
        if weight.dim() > 1:
            weight.data.normal_(std=0.3)
    return network.requires_grad_(False)


def pixels(rows: int, side: int):
    return torch.rand(rows, 3, side, side, generator=torch.Generator().manual_seed(rows))


def poems(*texts: str):
    return tokens(texts, SMALL.clip.context)


def weights(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


def test_the_paper_network_has_the_published_sizes(full: PaperNetwork) -> None:
    assert weights(full.towers) == 151_277_313
    layer = 4 * (768 * 768 + 768) + (768 * 3072 + 3072) + (3072 * 768 + 768) + 2 * 2 * 768
    rows, places, norm, bias, segments = 3 * 768, 514 * 768, 2 * 768, 32 * 12, 2 * 768
    assert weights(full.cross) == 12 * layer + rows + places + norm + bias + segments
    assert weights(full.picture_map) == 768 * 382 + 382 + 382 * 768 + 768
    assert weights(full.poem_map) == 512 * 382 + 382 + 382 * 768 + 768
    assert full.head is not None
    assert weights(full.head) == 768 * 768 + 768 + 768 + 1


def test_what_goes_through_the_paper_network_has_the_printed_lengths(full: PaperNetwork) -> None:
    seen, whole = full.towers.see(pixels(1, 224))
    ids = tokens(["o sea " * 100, "night"], 77)
    read, poem = full.towers.read(ids)
    assert seen.shape == (1, 50, 768)
    assert whole.shape == (1, 512)
    assert read.shape == (2, 77, 512)
    assert poem.shape == (2, 512)
    there = present(ids)
    assert there.sum(dim=1).tolist() == [77, 3]
    states, bias = full.cross.sequence(
        full.picture_map(seen).expand(2, -1, -1), full.poem_map(read), there, apart=False
    )
    assert PAPER.size.sequence == 130
    assert states.shape == (2, 130, 768)
    assert (bias == 0).sum(dim=-1).flatten().tolist() == [130, 130 - 74]


def test_openai_clip_has_the_shapes_of_the_paper_preset(full: PaperNetwork) -> None:
    """open_clip's own configuration of the weights that the preset names, against what the preset builds."""
    with torch.device("meta"):
        published = open_clip.create_model(CLIP, device="meta")
    ours = full.towers.clip
    assert {name: each.shape for name, each in published.state_dict().items()} == {
        name: each.shape for name, each in ours.state_dict().items()
    }
    for tower in ("visual.transformer", "transformer"):
        first, other = (clip.get_submodule(tower).resblocks[0] for clip in (published, ours))
        assert type(first.mlp.gelu) is type(other.mlp.gelu)
        assert first.attn.num_heads == other.attn.num_heads


def test_the_towers_tokens_are_what_clip_pools() -> None:
    """CLIP's vectors from our tokens: the whole's token projected, and the token at the text's end."""
    torch.manual_seed(2)
    size = SMALL.clip
    clip = random_clip(size).eval().requires_grad_(False)
    towers = ClipTowers(clip)
    given, ids = pixels(2, size.image_size), poems("a boat", "a long poem of the night and of the sea")
    seen, whole = towers.see(given)
    read, text = towers.read(ids)
    mean, deviation = (
        torch.tensor(each)[:, None, None] for each in (open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD)
    )
    expected = clip.encode_image((given - mean) / deviation)
    assert torch.allclose(seen[:, 0] @ clip.visual.proj, expected, atol=1e-5)
    assert torch.allclose(whole, nn.functional.normalize(expected, dim=-1), atol=1e-5)
    ends = present(ids).sum(dim=1) - 1
    expected = clip.encode_text(ids)
    assert torch.allclose(read[torch.arange(2), ends] @ clip.text_projection, expected, atol=1e-5)
    assert torch.allclose(text, nn.functional.normalize(expected, dim=-1), atol=1e-5)


def test_every_image_token_is_vit_as_written_by_hand(small: PaperNetwork) -> None:
    clip = small.towers.clip
    size = SMALL.clip
    given = pixels(1, size.image_size)
    mean, deviation = (np.array(each) for each in (open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD))
    image = (given[0].double().numpy() - mean[:, None, None]) / deviation[:, None, None]
    w = {name: each.double().numpy() for name, each in clip.visual.state_dict().items()}
    patches = [
        w["conv1.weight"].reshape(size.image_width, -1)
        @ image[:, row : row + size.patch, column : column + size.patch].ravel()
        for row in range(0, size.image_size, size.patch)
        for column in range(0, size.image_size, size.patch)
    ]
    states = np.stack([w["class_embedding"], *patches]) + w["positional_embedding"]
    states = norm(states, w["ln_pre.weight"], w["ln_pre.bias"])
    heads = size.image_width // size.image_head
    for layer in range(size.image_layers):
        part = {name.split(".", 3)[3]: each for name, each in w.items() if f"resblocks.{layer}." in name}
        entering = norm(states, part["ln_1.weight"], part["ln_1.bias"])
        query, key, value = np.split(entering @ part["attn.in_proj_weight"].T + part["attn.in_proj_bias"], 3, axis=1)
        mixed = attention(query, key, value, heads, 0.0)
        states = states + mixed @ part["attn.out_proj.weight"].T + part["attn.out_proj.bias"]
        entering = norm(states, part["ln_2.weight"], part["ln_2.bias"])
        hidden = entering @ part["mlp.c_fc.weight"].T + part["mlp.c_fc.bias"]
        hidden = hidden / (1 + np.exp(-1.702 * hidden))
        states = states + hidden @ part["mlp.c_proj.weight"].T + part["mlp.c_proj.bias"]
    expected = norm(states, w["ln_post.weight"], w["ln_post.bias"])
    assert np.abs(small.towers.see(given)[0][0].numpy() - expected).max() < 1e-4


def test_the_cross_encoder_is_mpnet_as_written_by_hand(small: PaperNetwork) -> None:
    """`[CLS], I, [SEP], P, [PAD], [SEP]`, positions from 2 on, relative position bias, post-norm layers."""
    cross, width = small.cross, SMALL.mpnet.width
    seeded = torch.Generator().manual_seed(3)
    picture, poem = (torch.randn(1, length, width, generator=seeded) for length in (5, 7))
    there = torch.arange(7)[None] < 4
    w = {name: each.double().numpy() for name, each in cross.mpnet.state_dict().items()}
    segments = cross.segments.double().numpy()
    rows = w["embeddings.word_embeddings.weight"]
    sequence = np.concatenate(
        [
            rows[[CLS]], picture[0].numpy(), rows[[SEP]], poem[0, :4].numpy(), rows[[PAD] * 3], rows[[SEP]],
        ]
    )  # fmt: skip
    sequence = sequence + segments[[0] * 7 + [1] * 8] + w["embeddings.position_embeddings.weight"][2:17]
    states = norm(sequence, w["embeddings.LayerNorm.weight"], w["embeddings.LayerNorm.bias"])
    bias = relative_bias(len(sequence), w["encoder.relative_attention_bias.weight"])
    bias[:, :, 11:14] = -np.inf
    for layer in range(SMALL.mpnet.layers):
        part = {name.split(".", 3)[3]: each for name, each in w.items() if name.startswith(f"encoder.layer.{layer}.")}

        def linear(name: str, given, part=part):
            return given @ part[f"{name}.weight"].T + part[f"{name}.bias"]

        query, key, value = (linear(f"attention.attn.{name}", states) for name in "qkv")
        mixed = linear("attention.attn.o", attention(query, key, value, SMALL.mpnet.heads, bias))
        name = "attention.LayerNorm"
        states = norm(states + mixed, part[f"{name}.weight"], part[f"{name}.bias"])
        hidden = linear("intermediate.dense", states)
        hidden = hidden * 0.5 * (1 + np.vectorize(math.erf)(hidden / math.sqrt(2)))
        name = "output.LayerNorm"
        states = norm(states + linear("output.dense", hidden), part[f"{name}.weight"], part[f"{name}.bias"])
    read = cross(picture, poem, there)
    assert np.abs(read.cls[0].numpy() - states[0]).max() < 1e-5
    assert np.abs(read.picture[0].numpy() - states[1:6].mean(axis=0)).max() < 1e-5
    assert np.abs(read.poem[0].numpy() - states[7:11].mean(axis=0)).max() < 1e-5
    head = small.head
    expected = np.tanh(states[0] @ head[0].weight.double().numpy().T + head[0].bias.double().numpy())
    expected = expected @ head[2].weight.double().numpy().T + head[2].bias.double().numpy()
    assert small.score(picture, poem, there)[0] == pytest.approx(expected[0], abs=1e-5)


def test_pads_change_nothing(small: PaperNetwork) -> None:
    width = SMALL.mpnet.width
    seeded = torch.Generator().manual_seed(4)
    picture, poem = torch.randn(2, 5, width, generator=seeded), torch.randn(2, 7, width, generator=seeded)
    there = torch.arange(7)[None] < torch.tensor([[4], [7]])
    before = small.cross(picture, poem, there)
    poem[0, 4:] = 100.0
    pad = small.cross.mpnet.embeddings.word_embeddings.weight.data[PAD]
    kept = pad.clone()
    pad.fill_(9.0)
    after = small.cross(picture, poem, there)
    pad.copy_(kept)
    for name in ("cls", "picture", "poem"):
        assert torch.equal(getattr(before, name), getattr(after, name))


def test_what_clip_makes_of_its_own_pads_changes_no_score(small: PaperNetwork) -> None:
    ids = poems("a boat")
    other = ids.clone()
    other[0, int(present(ids).sum()) :] = 123
    given = pixels(1, SMALL.clip.image_size)
    assert torch.allclose(small(given, ids[None]).scores, small(given, other[None]).scores, atol=1e-6)


def test_read_apart_no_segment_knows_of_the_other(small: PaperNetwork) -> None:
    width = SMALL.mpnet.width
    seeded = torch.Generator().manual_seed(5)
    picture, poem, other = (torch.randn(1, length, width, generator=seeded) for length in (5, 7, 7))
    there = torch.ones(1, 7, dtype=torch.bool)
    first, second = (small.cross(picture, each, there, apart=True) for each in (poem, other))
    assert torch.equal(first.picture, second.picture)
    assert not torch.allclose(first.poem, second.poem)
    together = [small.cross(picture, each, there).picture for each in (poem, other)]
    assert not torch.allclose(*together)


def test_each_poem_is_scored_with_its_own_picture(small: PaperNetwork) -> None:
    given = pixels(2, SMALL.clip.image_size)
    ids = torch.stack([poems("a boat", "o night", "a tree by the river"), poems("rose", "moon", "the wind")])
    scored = small(given, ids, apart=True)
    for row in range(2):
        for column in range(3):
            alone = small(given[row : row + 1], ids[row : row + 1, column : column + 1], apart=column == 0)
            assert torch.allclose(alone.scores[0, 0], scored.scores[row, column], atol=1e-6)
            if column == 0:
                assert torch.allclose(alone.pictures[0], scored.pictures[row], atol=1e-6)
                assert torch.allclose(alone.poems[0], scored.poems[row], atol=1e-6)


def test_the_pooled_variant_scores_by_the_segments_cosine() -> None:
    network = PaperNetwork(SMALL, None, pooled=True).eval().requires_grad_(False)
    given, ids = pixels(1, SMALL.clip.image_size), poems("a boat")
    read = network.cross(network.picture_tokens(given), network.poem_tokens(ids), present(ids))
    expected = 20 * (read.picture @ read.poem.T) / (read.picture.norm() * read.poem.norm())
    assert network(given, ids[None]).scores[0, 0] == pytest.approx(float(expected), abs=1e-4)
    assert network.head is None


def test_a_start_keeps_only_the_rows_that_a_sequence_holds() -> None:
    """What `load_pretrained` gives has MPNet's whole vocabulary, of which three rows are ever read."""
    config = MPNetConfig(vocab_size=30, hidden_size=16, num_hidden_layers=1, num_attention_heads=2)
    given = MPNetModel(config, add_pooling_layer=False)
    rows = given.embeddings.word_embeddings.weight[:3].clone()
    assert torch.equal(MPNet(given, 16).mpnet.embeddings.word_embeddings.weight, rows)


def test_random_mpnet_has_the_published_epsilon_and_places() -> None:
    config = random_mpnet(SMALL.mpnet).config
    assert config.layer_norm_eps == 1e-5
    assert config.pad_token_id == PAD
    assert PAPER.size.mpnet.positions - 2 == 512


def norm(states, weight, bias):
    centred = states - states.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5) * weight + bias


def attention(query, key, value, heads: int, bias):
    """Of states (n, width) split into heads, with `bias` (heads, n, n) on the scores."""
    query, key, value = (np.stack(np.split(each, heads, axis=1)) for each in (query, key, value))
    scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1]) + bias
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
    return np.concatenate(list(mixed), axis=1)


def relative_bias(length: int, table):
    """(heads, n, n) from the table (32, heads): 16 buckets a side, 8 of them exact, the rest logarithmic up to 128."""
    bias = np.empty((table.shape[1], length, length))
    for query in range(length):
        for key in range(length):
            away = abs(key - query)
            bucket = away if away < 8 else min(15, 8 + int(math.log(away / 8) / math.log(128 / 8) * 8))
            bias[:, query, key] = table[bucket + (16 if key > query else 0)]
    return bias
