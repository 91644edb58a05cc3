"""What a person can cause, and is told about in a sentence."""


class Refusal(Exception):
    """Something a person can put right: a photo that cannot be opened, a folder with no model in it.

    `key` names a sentence in the words catalogue and `facts` fill its places; whoever meets the person
    (the page, the command line) looks the sentence up with `words.say(refusal.key, **refusal.facts)`.
    Any other exception is a fault of ours.
    """

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key, facts)
        self.key = key
        self.facts = facts
