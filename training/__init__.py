"""Builds the model folder that ships: trains CE-CLIP, exports it and measures it. Needs the `training` extra."""
