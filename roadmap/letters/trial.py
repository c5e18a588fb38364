"""The letter that is sent to see whether letters arrive."""

from html import escape

from roadmap.letters.letter import Letter

SUBJECT = "Проверка почты «Вехи»"


def trial_letter(pages: str) -> Letter:
    """It asks nothing of its reader; ``pages`` is the address that links in letters begin with."""
    lines = (
        "Это проверочное письмо: администратор «Вехи» проверяет, доходит ли её почта.",
        f"Ссылки в письмах ведут на {pages}.",
        "Отвечать не нужно.",
    )
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    html = f'<!doctype html><html lang="ru"><meta charset="utf-8"><title>{SUBJECT}</title>{paragraphs}</html>'
    return Letter(subject=SUBJECT, text="\n\n".join(lines) + "\n", html=html)
