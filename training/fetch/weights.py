"""The published weights that the paper starts from, fetched by the libraries that made them known."""

from pathlib import Path

from .trouble import Trouble

CLIP = ("ViT-B-32", "openai")
MPNET = "sentence-transformers/multi-qa-mpnet-base-cos-v1"


def fetch_clip(folder: Path) -> None:
    """Put CLIP's and MPNet's weights into `folder`, a cache as both libraries lay it out: their `cache_dir`.

    What is there already is not fetched again. Raises Trouble where the network or the folder fails.
    """
    import open_clip
    from huggingface_hub import snapshot_download

    try:
        snapshot_download(MPNET, cache_dir=folder, allow_patterns=["*.json", "*.txt", "model.safetensors"])
        open_clip.download_pretrained(open_clip.get_pretrained_cfg(*CLIP), cache_dir=str(folder))
    except Exception as error:
        # Hub, transport and disk fail in as many ways as there are libraries between.
        told = str(error).strip().splitlines()[0]
        raise Trouble(
            f"The weights could not be fetched into {folder}: {told} This command needs the network. "
            "What came is kept, and the same command goes on from there."
        ) from error
