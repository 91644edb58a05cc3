"""One loudness for every voice: −16 LUFS over a reading, true peaks under −1 dBTP.

A voice gets one fixed gain, so that its lines keep their dynamics and the first need not wait for the last.
Loudness after ITU-R BS.1770-4; its true peak too, by four times oversampling.
"""

import numpy as np

from .utterance import RATE, Samples

SPEECH = -16.0
"""LUFS of a reading."""
EARCON = SPEECH - 6
"""LUFS of an earcon."""
CEILING = -1.0
"""dBTP that no peak passes."""

_MARGIN_DB = 0.2
_OVERSAMPLING = 4
_TAPS = 12
_REACH = int(0.0025 * RATE)
_FRAME = RATE // 200
_SILENT_DB = -50.0


def finished(samples: Samples, loudness: float) -> Samples:
    """A line as it is heard: silence cut from both ends, brought to SPEECH from its voice's own `loudness` (LUFS)."""
    return limited(trimmed(samples) * np.float32(10 ** ((SPEECH - loudness) / 20)))


def trimmed(samples: Samples) -> Samples:
    """`samples` from the first to the last frame of 5 ms within 50 dB of the loudest, one more kept at each end."""
    whole = len(samples) // _FRAME
    power = np.square(samples[: whole * _FRAME].reshape(whole, _FRAME)).mean(axis=1)
    if not whole or power.max() < 1e-9:
        return samples[:0]
    heard = np.flatnonzero(power > power.max() * 10 ** (_SILENT_DB / 10))
    cut = samples[max(0, heard[0] - 1) * _FRAME : (heard[-1] + 2) * _FRAME].copy()
    fade = np.linspace(0, 1, _FRAME, dtype=np.float32)
    cut[:_FRAME] *= fade[: len(cut)]
    cut[-_FRAME:] *= fade[::-1][-len(cut) :]
    return cut


def true_peak(samples: Samples) -> float:
    """dBTP of `samples`; −inf for silence."""
    peak = float(_envelope(samples).max(initial=0))
    return 20 * float(np.log10(peak)) if peak else float("-inf")


def limited(samples: Samples) -> Samples:
    """`samples` with true peaks held under CEILING by a gain that moves no faster than 2.5 ms."""
    ceiling = np.float32(10 ** ((CEILING - _MARGIN_DB) / 20))
    envelope = _envelope(samples)
    if envelope.max(initial=0) <= ceiling:
        return samples
    gain = np.minimum(1, ceiling / np.maximum(envelope, ceiling))
    # The least gain within 2·REACH, then averaged over REACH: nowhere above what the peak under it needs.
    held = np.lib.stride_tricks.sliding_window_view(np.pad(gain, 2 * _REACH, constant_values=1), 4 * _REACH + 1).min(1)
    smooth = np.hanning(2 * _REACH + 3)[1:-1]
    curve = np.convolve(np.pad(held, _REACH, mode="edge"), smooth / smooth.sum(), mode="valid")
    return (samples * curve).astype(np.float32)


def _envelope(samples: Samples) -> Samples:
    """The magnitude at each sample, the points between it and the next counted in."""
    if not len(samples):
        return np.abs(samples)
    envelope = np.abs(samples)
    reach = np.arange(-_TAPS, _TAPS) + 1
    window = np.hanning(2 * _TAPS + 1)[1:]
    for step in range(1, _OVERSAMPLING):
        kernel = np.sinc(reach - step / _OVERSAMPLING) * window
        between = np.convolve(samples, kernel[::-1].astype(np.float32), mode="full")[_TAPS - 1 :][: len(samples)]
        envelope = np.maximum(envelope, np.abs(between))
    return envelope
