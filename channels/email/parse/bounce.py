"""Bounces in free form: qmail, Exim, older Postfix and Sendmail, Exchange, Domino, Yahoo, QQ, NetEase, Aliyun."""

import re

from channels.email.parse.model import Headers
from channels.email.parse.verdict import local_part

_MOST = 50_000  # characters that are looked at
_LINES = 1_500
_EXCERPT = 600

_DAEMON = re.compile(
    r"(?:mailer[-_.]?daemon|postmaster|mail[-_.]?(?:delivery|system|daemon).*|mdaemon|bounce.*|"
    r"microsoftexchange[0-9a-f]+|daemon|mail-bounce.*)", re.I)
_SUBJECT = re.compile(
    r"undeliver|failure notice|delivery (?:status|failure|has failed|notification|problem|report)|returned mail|"
    r"mail (?:delivery|system error|could not)|message (?:delayed|not delivered|undeliverable)|delivery[- ]?delay|"
    r"non[- ]?remis|undelivered|warning: (?:could not send|message)|unzustellbar|nicht zugestellt|unzustellbarkeit|"
    r"zustellung|non remis|échec de (?:la )?remise|non distribu|no se puede entregar|no entregado|devuelto|"
    r"退信|未送达|无法投递|投递失败|传递失败|無法傳遞|未傳遞|未能送达|系统退信|配信不能|配信エラー|送信できません|"
    r"送信できません|system(?:s)? bounce|bounced mail|nondeliverable|mancato recapito|niet bestelbaar", re.I)
_WORDS = re.compile(
    r"could not be delivered|(?:was|were|is) not delivered|not (?:yet )?been delivered|unable to deliver|"
    r"undeliverable|delivery (?:to the following|has failed|failed)|permanent(?:ly)? (?:fatal )?(?:error|fail)|"
    r"wasn't able to deliver|did not reach|cannot be reached|had (?:permanent|transient)|couldn't be delivered|"
    r"could not send|user unknown|mailbox (?:unavailable|not found|full)|no such user|address not found|"
    r"konnte nicht zugestellt|nicht zugestellt werden|fehler bei der nachrichtenzustellung|nicht erreicht|"
    r"n['’]a pas pu être remis|échec de la remise|n['’]ont pas reçu|no se pudo entregar|no se ha podido entregar|"
    r"error de entrega|退信|退回|无法投递|未能送达|无法向|传递失败|投递失败|未傳遞|無法傳遞|配信できません|"
    r"配信されませんでした|"
    r"届けられません|\b5[05]\d[ -]", re.I)
_DELAY = re.compile(
    r"\bdelay|not yet (?:been )?deliver|still undelivered|will (?:keep|continue) (?:trying|to try|to be)|"
    r"warning: (?:could not send|message)|no action is required|transient non-fatal|verzögert|wird verspätet|retardé|"
    r"retrasad|延迟|延遲|遅延|稍后重试", re.I)
_GIVEN_UP = re.compile(
    r"giv(?:e|ing|en) up|permanent|will not be retried|no longer be|retry (?:time|timeout) exceeded", re.I)
_COPY = re.compile(
    r"^\s*(?:-{2,}\s*(?:below this line is a copy|this is a copy of|original message|returned message|"
    r"the header of the original|unsent message|message header|undelivered message|message contents|"
    r"原始邮件|原邮件).*|(?:return-path|received|message-id|x-mailer|mime-version)\s*:.*)$", re.I)
_ADDRESS = r"[^\s<>\"'(),;:\[\]|，；：（）]{1,128}@[A-Za-z0-9\u0080-\uffff](?:[\w.-]{0,250}\w)?"
_NAMED = re.compile(rf"^\s*(?:'|\"|<|&lt;|mailto:)?({_ADDRESS})(?:'|\"|>|&gt;)?\s*(?::|：|$|\(|<)")
_LABELLED = re.compile(
    rf"(?:收件人|收信人|无法发送到|无法送达|recipients?(?: address)?|rcpt to|to address|final-recipient|empfänger"
    rf"|destinataire|destinatario|宛先|受信者|to)\s*(?:\w{{0,20}}\s*;)?\s*[:：]\s*(?:<|&lt;)?\s*({_ADDRESS})", re.I)
_ANY = re.compile(_ADDRESS)
_ID = re.compile(r"^\s*(?:original )?message-id\s*:\s*(<[^<>\s]{3,990}>)", re.I | re.M)


def from_machine(headers: Headers) -> bool:
    """Whether the head says that a mail server wrote it."""
    path = headers.get("return-path").strip()
    return path.replace(" ", "") == "<>" or bool(_DAEMON.fullmatch(local_part(headers.get("from"))))


def is_bounce(headers: Headers, text: str) -> bool:
    """Whether a mail server says, in whatever words, that something was not delivered."""
    if headers.get("x-failed-recipients"):
        return True
    if not from_machine(headers) or headers.get("auto-submitted").strip().lower().startswith("auto-replied"):
        return False
    subject, words = bool(_SUBJECT.search(headers.get("subject"))), bool(_WORDS.search(text[:_EXCERPT * 5]))
    daemon = bool(_DAEMON.fullmatch(local_part(headers.get("from"))))
    return [subject, words, daemon].count(True) >= 2


def is_delay(headers: Headers, text: str) -> bool:
    """Whether the server will still try. `headers`: the subject often says it alone."""
    head = text[:_EXCERPT * 3]
    return bool(_DELAY.search(headers.get("subject")) or _DELAY.search(head)) and not _GIVEN_UP.search(head)


def mail_id(text: str) -> str:
    """The Message-ID that the text quotes, or ""."""
    found = _ID.search(text[:_MOST])
    return found[1] if found else ""


def excerpt(text: str) -> str:
    """The first words of the server, without the copy of our message."""
    return " ".join(" ".join(_explanation(text)).split())[:_EXCERPT]


def recipients(headers: Headers, text: str) -> list[tuple[str, str]]:
    """Each address that was not reached, with the words about it; one without an address when none is told."""
    lines = _explanation(text)
    ours = {one.lower() for name in ("to", "delivered-to", "from", "x-original-to")
            for one in _ANY.findall(headers.get(name)[:2000])}
    told = [one.lower() for one in _ANY.findall(headers.get("x-failed-recipients")[:20_000])]
    if not told:
        told = [one for one in _said(lines) if one not in ours]
    unique = list(dict.fromkeys(told))
    return [(one, _about(lines, one)) for one in unique] or [("", excerpt(text))]


def _explanation(text: str) -> list[str]:
    lines = text[:_MOST].splitlines()[:_LINES]
    end = next((at for at, line in enumerate(lines) if at > 0 and _COPY.match(line[:300])), len(lines))
    return lines[:end]


def _said(lines: list[str]) -> list[str]:
    """Addresses at the beginning of a line; else those that a label names; else the first one there is."""
    cut = [line[:500] for line in lines]
    for pattern in (_NAMED, _LABELLED):
        found = [match[1].lower().rstrip(".") for line in cut if (match := pattern.search(line))]
        if found:
            return found
    return [one.lower() for line in cut for one in _ANY.findall(line)][:1]


def _about(lines: list[str], address: str) -> str:
    """The lines from the address on, up to the next blank one after some words, or the next address."""
    start = next((at for at, line in enumerate(lines) if address in line.lower()), None)
    if start is None:
        return excerpt("\n".join(lines))
    words = [lines[start].strip()]
    for line in lines[start + 1:start + 12]:
        stripped = line.strip()
        if (not stripped and len(words) > 2) or _NAMED.match(line[:500]):
            break
        if stripped:
            words.append(stripped)
    return " ".join(words)[:_EXCERPT]
