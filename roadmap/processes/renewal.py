"""How a point is told that renews an accepted result."""

#: Begins the note of a point that no term of the document gave: loading and amending leave such points alone.
RENEWAL = "Продление"
