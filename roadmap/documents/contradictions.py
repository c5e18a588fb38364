"""What is wrong in a document itself, found while it is imported: the checks of a catalogue, asked of the draft."""

from pydantic import ValidationError

from roadmap.catalogue.schema import Catalogue
from roadmap.documents.draft import drafted
from roadmap.documents.entries import FEDERAL
from roadmap.documents.importer import Found
from roadmap.review.check import Finding, check

#: A term that was not read stands among the questions of the import already.
ASKED_ANYWAY = frozenset({"unread"})


def contradictions(found: Found) -> list[Finding] | None:
    """The findings in the order of the document; None while the draft lacks what a catalogue must have."""
    try:
        catalogue = Catalogue.model_validate(drafted(found))
    except ValidationError:
        return None
    return [finding for finding in check(catalogue, FEDERAL) if finding.kind not in ASKED_ANYWAY]
