"""The published weights that the paper starts from, fetched by the libraries that made them known."""

from pathlib import Path

from huggingface_hub import snapshot_download

from ..network.libraries import open_clip
from ..network.pretrained import CLIP, CLIP_WEIGHTS, HUB, MPNET
from .trouble import Trouble


def fetch_clip(folder: Path) -> None:
    """Put CLIP's and MPNet's weights into `folder`, laid out as the libraries look for them when HF_HOME names it.

    What is there already is not fetched again. Raises Trouble where the network or the folder fails.
    """
    cache = folder / HUB
    try:
        snapshot_download(MPNET, cache_dir=cache, allow_patterns=["*.json", "*.txt", "model.safetensors"])
        open_clip.download_pretrained(open_clip.get_pretrained_cfg(CLIP, CLIP_WEIGHTS), cache_dir=str(cache))
    except Exception as error:
        # Hub, transport and disk fail in as many ways as there are libraries between.
        told = str(error).strip().partition("\n")[0]
        raise Trouble(
            f"The weights could not be fetched into {folder} ({told}). This command needs the network. "
            "What came is kept, and the same command goes on from there."
        ) from error
