"""Ordinary mail: letters of customers, 3 to 30 kB, two fifths of them answers within a thread. Always the same."""

import itertools
import random
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP

_WORDS = ("router light order invoice cable week Monday please since morning support answer number delivery account "
         "screen password broken twice return shipping receipt customer address street battery update printer")
_FIRST = "Ann Ben Carla David Eva Frank Grace Hugo Ines Jan Karin Leo Mia Noah Olga Paul Rosa Sam Tina Uwe"
_LAST = "Adler Brandt Costa Dupont Evans Fischer Garcia Huber Ito Jensen Keller Li Moreau Novak Olsen Rossi"
WORDS, FIRST, LAST = _WORDS.split(), _FIRST.split(), _LAST.split()
PROGRAMS = ("Mozilla Thunderbird", "Apple Mail (2.3774)", "Microsoft Outlook 16.0", "Gmail")


def letters(count: int, seed: int = 1) -> Iterator[bytes]:
    """`count` mails as a mailbox would hold them, in the order in which they came."""
    dice = random.Random(seed)
    threads: list[tuple[str, str, str, str]] = []
    numbers = itertools.count()
    while count:
        number = next(numbers)
        mail_id = f"<{number}.{dice.getrandbits(48):x}@mail.example.net>"
        if threads and dice.random() < 0.4:
            before, subject, name, text = threads.pop(dice.randrange(len(threads)))
            mail = _letter(dice, number, mail_id, f"Re: {subject}", name, quoted=text)
            mail["In-Reply-To"], mail["References"] = before, before
        else:
            name, subject = f"{dice.choice(FIRST)} {dice.choice(LAST)} {number}", _sentence(dice, 5)
            mail = _letter(dice, number, mail_id, subject, name)
        raw = mail.as_bytes(policy=SMTP)
        if not 3_000 <= len(raw) <= 30_000:
            continue
        count -= 1
        threads.append((mail_id, mail["Subject"].removeprefix("Re: "), name, text_of(mail)[:4000]))
        yield raw


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def _letter(dice: random.Random, number: int, mail_id: str, subject: str, name: str, quoted: str = "") -> EmailMessage:
    mail = EmailMessage()
    local = name.lower().replace(" ", ".")
    for place in range(3):
        mail[f"X-Received-{place}"] = f"from relay{place}.example.net by mx.example.org id {dice.getrandbits(64):x}"
    mail["From"] = f"{name} <{local}@customers.example>"
    mail["To"] = "Support <support@example.org>"
    mail["Subject"] = subject
    mail["Date"] = f"Mon, 16 Nov 2026 {8 + number % 10:02}:{number % 60:02}:{number % 59:02} +0100"
    mail["Message-ID"] = mail_id
    mail["X-Mailer"] = dice.choice(PROGRAMS)
    paragraphs = [_sentence(dice, dice.randint(30, 90)) for _ in range(dice.randint(2, 12))]
    text = "Hello,\n\n" + "\n\n".join(paragraphs) + f"\n\nKind regards\n{name}\n"
    if quoted:
        text += "\nOn Mon, 16 Nov 2026 at 08:00, Support <support@example.org> wrote:\n"
        text += "".join(f"> {line}\n" for line in quoted.splitlines())
    mail.set_content(text)
    if dice.random() < 0.7:
        body = "".join(f"<p style='margin:0'>{line}</p>" for line in text.splitlines() if line)
        mail.add_alternative(f"<html><body><div>{body}</div></body></html>", subtype="html")
    if dice.random() < 0.15:
        mail.add_attachment(dice.randbytes(dice.randint(1_000, 12_000)), "image", "png", filename=f"photo {number}.png")
    return mail


def _sentence(dice: random.Random, words: int) -> str:
    return " ".join(dice.choices(WORDS, k=words)).capitalize()
