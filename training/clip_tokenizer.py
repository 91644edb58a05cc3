"""CLIP's byte pair encoding as a `tokenizer.json`, from which the companion reads texts without open_clip."""

from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.normalizers import NFC, Lowercase, Replace, Sequence
from tokenizers.pre_tokenizers import ByteLevel, Split
from tokenizers.pre_tokenizers import Sequence as Steps
from tokenizers.processors import TemplateProcessing

from .network.libraries import open_clip

_WORD_END = "</w>"
# What a word is to CLIP. Its marks of start and end, where a poem has them as letters, are letters here.
_WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+"
# Of what ftfy mends in open_clip, what poems have: printers' quotes and ligatures, and signs that nobody sees.
_MENDED = {
    "[\u02bc\u2018-\u201b]": "'",
    "[\u201c-\u201f]": '"',
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufeff]": "",
}


def clip_tokenizer() -> Tokenizer:
    """A tokenizer that gives open_clip's own ids, from the start of the text to its end, without its zeros after it.

    What it leaves as it is, and ftfy would mend: letters garbled by a wrong encoding, entities of HTML, and letters of
    full or half width.
    """
    read = open_clip.tokenizer.SimpleTokenizer()
    tokenizer = Tokenizer(BPE(vocab=read.encoder, merges=list(read.bpe_ranks), end_of_word_suffix=_WORD_END))
    mended = [Replace(Regex(found), better) for found, better in _MENDED.items()]
    tokenizer.normalizer = Sequence([*mended, NFC(), Lowercase()])
    tokenizer.pre_tokenizer = Steps(
        [Split(Regex(_WORDS), "removed", invert=True), ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    start, end = (read.decoder[number] for number in (read.sot_token_id, read.eot_token_id))
    tokenizer.post_processor = TemplateProcessing(
        single=f"{start} $A {end}", special_tokens=[(start, read.sot_token_id), (end, read.eot_token_id)]
    )
    return tokenizer
