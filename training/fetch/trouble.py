class Trouble(Exception):
    """What a person can put right, as one sentence for her: a file that is not there, a disk that is full."""
