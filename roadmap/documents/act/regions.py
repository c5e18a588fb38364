"""The region that the words of an act belong to, and its time zone."""

import re
from collections.abc import Iterable

#: Stems of the regions that do not live by Moscow time.
_ZONES = {
    "Europe/Kaliningrad": ("калининград",),
    "Europe/Samara": ("самарск", "удмурт"),
    "Europe/Saratov": ("саратовск",),
    "Europe/Ulyanovsk": ("ульяновск",),
    "Europe/Astrakhan": ("астраханск",),
    "Europe/Volgograd": ("волгоградск",),
    "Europe/Kirov": ("кировск",),
    "Asia/Yekaterinburg": (
        "башкортостан", "курганск", "оренбургск", "пермск", "свердловск", "тюменск", "челябинск", "ханты-мансийск",
        "ямало-ненецк", "сургут",
    ),
    "Asia/Omsk": ("омск",),
    "Asia/Novosibirsk": ("новосибирск",),
    "Asia/Barnaul": ("алтай",),
    "Asia/Tomsk": ("томск",),
    "Asia/Novokuznetsk": ("кемеровск", "кузбасс"),
    "Asia/Krasnoyarsk": ("красноярск", "тыва", "тувин", "хакас"),
    "Asia/Irkutsk": ("иркутск", "бурят"),
    "Asia/Chita": ("забайкальск",),
    "Asia/Yakutsk": ("якут", "саха", "амурск"),
    "Asia/Vladivostok": ("приморск", "хабаровск", "еврейск"),
    "Asia/Sakhalin": ("сахалинск",),
    "Asia/Magadan": ("магаданск",),
    "Asia/Kamchatka": ("камчатск", "чукотск"),
}  # fmt: skip
_NAMED = (
    re.compile(r"(?P<name>[А-ЯЁ][\w\-]+)ского\s+(?P<of>муниципального\s+)?(?P<kind>края|района|округа)"),
    re.compile(r"(?P<name>[А-ЯЁ][\w\-]+)ской\s+(?P<kind>области)"),
    re.compile(r"Республики\s+(?P<name>[А-ЯЁ][\w\-]+)"),
    re.compile(r"(?:города|г\.)\s+(?P<name>[А-ЯЁ][\w\-]+)"),
)
_KINDS = {"края": "ский край", "района": "ский район", "округа": "ский округ", "области": "ская область"}


def region_of(texts: Iterable[str]) -> str:
    """«Краснодарский край» from «…Краснодарского края»; empty where no text names a region."""
    for text in map(_quietly, texts):
        for pattern in _NAMED:
            match = pattern.search(text)
            if match is None or match["name"] == "Российской":
                continue
            parts = match.groupdict()
            if kind := parts.get("kind"):
                return match["name"] + _KINDS[kind]
            return f"Республика {match['name']}" if text[match.start()] == "Р" else match["name"]
    return ""


def _quietly(text: str) -> str:
    """«КРАСНОДАРСКОГО КРАЯ» as «Краснодарского края»."""
    if not text.isupper():
        return text
    return re.sub(r"\b(?:Края|Области|Района|Округа|Города)\b", lambda kind: kind[0].lower(), text.title())


def zone_of(region: str) -> str:
    """The IANA zone of a region; Moscow's where the region is not among those that differ."""
    words = region.casefold()
    found = (zone for zone, stems in _ZONES.items() if any(re.search(rf"\b{stem}", words) for stem in stems))
    return next(found, "Europe/Moscow")
