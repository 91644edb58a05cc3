"""The real voices: what they make of a line, how loud, and how a line ends."""

import os
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pyloudnorm
import pytest

from ekphrasis.poem import Poem
from ekphrasis.refusal import Refusal
from ekphrasis.speech import EARCONS, RATE, Speaker, Spoken, Utterance, earcon, utterances
from ekphrasis.speech.espeak import Espeak
from ekphrasis.speech.levels import limited, trimmed, true_peak

POEM = Poem(
    "wharf",
    "The Wharf at Six",
    (
        ("The harbour keeps its lanterns low", "and every boat that rode the swell", "lies down along the stones,"),
        (
            "as dogs will, turning once or twice.",
            "Nobody calls. The nets are dry.",
            "What was it that we came to sell?",
        ),
    ),
    ("harbour",),
    "calm",
    ("dark",),
    "free verse",
)


def line(text: str, lang: str = "en") -> Utterance:
    return Utterance(text, "line", 0, 0.0, lang)


def said(speaker: Speaker, text: str, lang: str = "en") -> np.ndarray:
    (spoken,) = speaker.speak([line(text, lang)])
    return spoken.samples


@pytest.fixture(scope="module")
def hibari() -> Iterator[Speaker]:
    speaker = Speaker("hibari")
    yield speaker
    speaker.close()


@pytest.fixture(scope="module")
def espeak() -> Iterator[Speaker]:
    speaker = Speaker("espeak")
    yield speaker
    speaker.close()


@pytest.fixture(params=["hibari", "espeak"])
def speaker(request: pytest.FixtureRequest) -> Speaker:
    found: Speaker = request.getfixturevalue(request.param)
    return found


def whole(spoken: list[Spoken]) -> np.ndarray:
    return np.concatenate([each.samples for each in spoken])


def test_one_loudness_and_no_clipping(speaker: Speaker) -> None:
    sound = whole(list(speaker.speak(utterances(POEM, "by a poet"))))
    assert abs(pyloudnorm.Meter(RATE).integrated_loudness(sound) + 16) <= 1
    assert true_peak(sound) <= -1


def test_times_and_pauses_are_right_to_the_sample(speaker: Speaker) -> None:
    wanted = utterances(POEM, "by a poet")
    spoken = list(speaker.speak(wanted))
    assert [each.utterance for each in spoken] == list(wanted)
    sound, at = whole(spoken), 0
    for each in spoken:
        begin, end = round(each.start * RATE), round(each.end * RATE)
        assert begin == at
        assert np.abs(sound[begin : begin + RATE // 20]).max() > 1e-4
        assert np.abs(sound[end - RATE // 20 : end]).max() > 1e-4
        at += len(each.samples)
        assert at - end == round(each.utterance.pause * RATE)
        assert not sound[end:at].any()


@pytest.mark.parametrize("text", ["Nobody calls. The nets are dry.", "She waited… then the bell."])
def test_a_break_in_the_line_is_heard_and_no_longer_than_one_at_its_end(hibari: Speaker, text: str) -> None:
    sound = said(hibari, text)
    quiet = np.abs(sound[: len(sound) // 200 * 200]).reshape(-1, 200).max(1) < 1e-3
    longest = max(len(run) for run in "".join("q" if q else " " for q in quiet).split()) * 200 / RATE
    assert 0.3 <= longest <= 0.5


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Привет, мир", "ru"),
        ("안녕 하세요", "ko"),
        ("古池や蛙飛び込む", "ja"),
        ("床前明月光", "zh"),
        ("Le ciel est bleu", "fr-FR"),
        ("Häuser am Fluss", "de"),
        ("Saudade do mar", "pt-BR"),
        ("The 43 of 1961", "en"),
        ("3", "en"),
        ("Hm.", "en"),
    ],
)
def test_other_alphabets_and_digits_are_heard(hibari: Speaker, text: str, lang: str) -> None:
    sound = said(hibari, text, lang)
    assert len(sound) > 0.15 * RATE
    assert np.abs(sound).max() > 0.05


def test_a_title_in_a_language_that_no_voice_has_is_read_and_told() -> None:
    told: list[str] = []
    speaker = Speaker("espeak", told.append)
    (spoken,) = speaker.speak([Utterance("Qapla", "title", None, 0.0, "tlh-x-none")])
    assert len(spoken.samples) > 0.15 * RATE
    assert told == ["speech.unknown_language"]


@pytest.mark.parametrize("text", ["—", "…", ".", "😀", "", "-v", "<speak>", "\x00", "\ud800"])
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_voice_given_next_to_nothing_neither_fails_nor_hangs(hibari: Speaker, text: str, lang: str) -> None:
    assert len(said(hibari, text, lang)) < 3 * RATE


def test_the_longest_breath_is_spoken(hibari: Speaker) -> None:
    assert len(said(hibari, "all the long way home " * 13)) > 10 * RATE


def test_a_voice_of_no_name_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        Speaker("nobody")
    assert (refused.value.key, refused.value.facts["voice"]) == ("speech.unknown_voice", "nobody")


def test_espeak_that_is_not_installed_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Refusal) as refused:
        Espeak().speak("The sea", "en")
    assert refused.value.key == "speech.espeak_missing"


def test_espeak_keeps_pitch_and_length_through_the_change_of_rate() -> None:
    sound = Espeak().speak("mmmmmm ahhhh.", "en")
    made = subprocess.run(
        ["espeak-ng", "--stdin", "--stdout", "-s", "150", "-v", "en-us"], input=b"mmmmmm ahhhh.", capture_output=True
    ).stdout
    theirs = trimmed(np.frombuffer(made[44:], "<i2").astype(np.float32) / 32768)
    assert len(sound) / RATE == pytest.approx(len(theirs) / 22_050, abs=0.03)


def test_importing_the_room_loads_no_engine() -> None:
    heavy = "{'hibari', 'onnxruntime', 'scipy', 'soundfile'}"
    code = f"import sys, ekphrasis.speech; assert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})


def test_the_limiter_holds_peaks_between_the_samples_too() -> None:
    # A quarter of the rate at 45 degrees: every sample is 3 dB under the wave's true peak.
    tone = np.sin(np.pi / 2 * np.arange(RATE) + np.pi / 4).astype(np.float32)
    assert true_peak(tone) == pytest.approx(0, abs=0.1)
    assert true_peak(limited(tone)) <= -1
    burst = np.zeros(RATE, np.float32)
    burst[9_000:9_200] = 3 * tone[:200]
    assert true_peak(limited(burst)) <= -1
    quiet = tone * np.float32(0.5)
    assert limited(quiet) is quiet


def test_trimming_keeps_the_words_and_only_them() -> None:
    tone = np.sin(np.arange(RATE) / 20).astype(np.float32)
    padded = np.concatenate([np.zeros(RATE, np.float32), tone, np.zeros(RATE // 2, np.float32)])
    assert len(tone) <= len(trimmed(padded)) <= len(tone) + RATE // 50
    assert len(trimmed(np.zeros(RATE, np.float32))) == 0
    assert len(trimmed(np.zeros(0, np.float32))) == 0


@pytest.mark.parametrize("name", EARCONS)
def test_an_earcon_is_short_and_six_under_speech(name: str) -> None:
    sound = earcon(name)
    assert len(sound) / RATE < 0.6
    meter = pyloudnorm.Meter(RATE, block_size=len(sound) / RATE - 0.01)
    assert meter.integrated_loudness(sound) == pytest.approx(-22, abs=0.5)
    assert true_peak(sound) < -6
    assert abs(float(sound[0])) < 0.01 > abs(float(sound[-1]))
