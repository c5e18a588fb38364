"""Every Russian text of a letter. Pure: the same lines and day give the same letter."""

from roadmap.letters.letter import Addressee, Attachment, Letter, Line, Links, Origin, Part, letter

__all__ = ["Addressee", "Attachment", "Letter", "Line", "Links", "Origin", "Part", "letter"]
