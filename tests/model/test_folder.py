import json
import shutil
from pathlib import Path

import pytest

from ekphrasis.model import Matcher, open_folder
from ekphrasis.model.folder import CONFIG, FILES
from ekphrasis.refusal import Refusal
from ekphrasis.words import say


@pytest.fixture
def copy(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def refused(folder: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        Matcher.load(folder)
    assert say(caught.value.key, **caught.value.facts)
    return caught.value


def test_a_folder_that_is_not_there_is_missing(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere").key == "model.missing"


@pytest.mark.parametrize("name", [CONFIG, *FILES])
def test_a_folder_without_one_of_its_files_is_missing(copy: Path, name: str) -> None:
    (copy / name).unlink()
    assert refused(copy).key == "model.missing"


@pytest.mark.parametrize("name", FILES)
def test_a_file_with_one_changed_byte_is_damaged_and_named(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    refusal = refused(copy)
    assert (refusal.key, refusal.facts) == ("model.damaged", {"file": name})


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"format": 1}', '{"format": 99}'])
def test_a_config_that_is_none_is_damaged(copy: Path, content: str) -> None:
    (copy / CONFIG).write_text(content, encoding="utf-8")
    refusal = refused(copy)
    assert (refusal.key, refusal.facts) == ("model.damaged", {"file": CONFIG})


def test_the_config_reads_back_as_it_was_written(tiny_model: Path) -> None:
    config = open_folder(tiny_model).config
    assert config.to_json() == json.loads((tiny_model / CONFIG).read_text(encoding="utf-8"))


def test_the_id_changes_with_a_file_and_not_with_the_score(copy: Path, tiny_model: Path) -> None:
    facts = json.loads((copy / CONFIG).read_text(encoding="utf-8"))
    facts["score"]["logit"] += 1
    (copy / CONFIG).write_text(json.dumps(facts), encoding="utf-8")
    before = open_folder(tiny_model).config
    assert open_folder(copy).config.model_id == before.model_id
    facts["files"]["text_tower.onnx"] = "0" * 64
    assert type(before).from_json(facts).model_id != before.model_id
