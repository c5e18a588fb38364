"""What an installation consists of may be handed on: a licence that nobody has looked at stops the suite, by name."""

import re
from importlib.metadata import Distribution, distribution

import pytest

from tests.newest import pins
from tests.places import ROOT

#: Each lets a program under MIT use it; the LGPL, the MPL because they are libraries that are used unchanged.
ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT", "MIT-0", "MIT-CMU"),
    *("MPL-2.0", "LGPL-2.1-only", "LGPL-3.0-only", "PSF-2.0", "Zlib", "Unicode-3.0", "Artistic-2.0", "Unlicense"),
}
#: Older packages name a licence by a classifier.
CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "Artistic License": "Artistic-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
#: Read by a person: what their own words do not say in a form that can be compared.
READ = {"pypdfium2": ("BSD-3-Clause, Apache-2.0, dependency licenses", "Apache-2.0")}


def installed() -> list[Distribution]:
    """Every package of the lock that an installation on this platform has."""
    return [distribution(name) for name in pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))]


def licence(package: Distribution) -> str:
    """What a package says of its licence: an SPDX expression, classifiers («OR»: whoever lists several lets choose)."""
    said = package.metadata.json
    if expression := said.get("license_expression"):
        return str(expression)
    listed = [line.rpartition(":: ")[2] for line in said.get("classifier", []) if line.startswith("License :: ")]
    if listed := [one for one in listed if one != "OSI Approved"]:
        return " OR ".join(CLASSIFIERS.get(one, re.sub(r"[^\w.+-]+", "-", one)) for one in listed)
    words = str(said.get("license", "nothing")).strip().splitlines()[0]
    read, means = READ.get(package.name, ("", ""))
    return means if words == read else words


def is_allowed(expression: str) -> bool:
    """Of alternatives one, of what is joined all must be on the list."""
    words = re.findall(r"\(|\)|[^\s()]+", expression)
    try:
        return _either(words) and not words
    except IndexError:
        return False


def _either(words: list[str]) -> bool:
    found = _all(words)
    while words and words[0] == "OR":
        del words[0]
        found = _all(words) or found
    return found


def _all(words: list[str]) -> bool:
    found = _one(words)
    while words and words[0] == "AND":
        del words[0]
        found = _one(words) and found
    return found


def _one(words: list[str]) -> bool:
    word = words.pop(0)
    if word != "(":
        return word in ALLOWED
    found = _either(words)
    return words.pop(0) == ")" and found


def test_every_licence_of_an_installation_is_on_the_list() -> None:
    packages = installed()
    assert len(packages) > 100
    found = {package.name: licence(package) for package in packages}
    assert {name: words for name, words in found.items() if not is_allowed(words)} == {}


@pytest.mark.parametrize(
    ("expression", "is_good"),
    [
        ("MIT", True),
        ("GPL-3.0-or-later", False),
        ("MIT AND GPL-2.0-only", False),
        ("MIT OR GPL-2.0-only", True),
        ("GPL-2.0-only OR AGPL-3.0-only", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("MPL-2.0 AND (GPL-3.0-only OR SSPL-1.0)", False),
        ("(MIT", False),
        ("MIT MIT", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_of_alternatives_one_is_enough_and_what_is_joined_must_all_be_good(expression: str, is_good: bool) -> None:
    assert is_allowed(expression) is is_good
