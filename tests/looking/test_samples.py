import io

import pytest
from PIL import Image

from ekphrasis.assets import ASSETS, vocabulary
from ekphrasis.framing import frame
from ekphrasis.photo import take
from ekphrasis.samples import Sample, samples


def test_there_are_enough_to_choose_from() -> None:
    assert len(samples()) >= 14
    assert len({sample.id for sample in samples()}) == len({sample.title for sample in samples()}) == len(samples())
    assert {sample.path for sample in samples()} == set((ASSETS / "samples").glob("*.webp"))


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.id)
def test_a_sample_is_small_described_and_taken_without_complaint(sample: Sample) -> None:
    data = sample.path.read_bytes()
    assert len(data) < 120_000
    assert min(Image.open(io.BytesIO(data)).size) >= 700
    assert sample.description.count(". ") == 1 and sample.description.endswith(".")
    assert set(sample.subjects) <= set(vocabulary("subjects"))
    photo = take(data)
    assert photo.judgements == ()
    assert not frame(photo).found
