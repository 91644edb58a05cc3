"""CE-CLIP as torch modules: two towers and the cross-encoder over the tokens of both."""
