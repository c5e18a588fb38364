"""The one refusal that every reader of documents raises."""


class DocumentRefused(ValueError):
    """A file that cannot be read as a document; ``str`` is one Russian line with the remedy."""
