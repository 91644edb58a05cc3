"""A blind visitor photographs an artwork and hears the poem that fits it."""

import os

# Nothing that a visitor does is anybody else's business. These libraries would report to hosts of their own, and ask
# the environment once, as they load: so it must be said before any of them does, in each process.
os.environ.update(
    ORT_DISABLE_TELEMETRY="1",
    ORT_TELEMETRY_DISABLED="1",  # its name in some releases of ONNX Runtime
    GRADIO_ANALYTICS_ENABLED="False",
    HF_HUB_DISABLE_TELEMETRY="1",
)

from .companion import Cancelled, Choice, Companion, Reading, Stage
from .poem import Poem
from .refusal import Refusal
from .settings import Settings

__all__ = ["Cancelled", "Choice", "Companion", "Poem", "Reading", "Refusal", "Settings", "Stage"]
