"""The words by which mail programs introduce what they quote, and sign what phones write.

Our own lists follow Outlook, Gmail, Apple Mail, Thunderbird, Yahoo, GMX, QQ Mail, NetEase, Foxmail, Becky! in English,
German, French, Spanish, Chinese and Japanese; mail-parser-reply adds its languages. Every pattern is meant for one
line of bounded length.
"""

import re
from typing import Literal

from mailparser_reply.constants import MAIL_LANGUAGES

Label = Literal["from", "sent", "to", "cc", "subject"]

_LABELS: dict[Label, str] = {
    "from": "from|von|absender|de|expéditeur|remitente|发件人|发信人|寄件者|寄件人|差出人|送信者|送信元"
            "|da|van|od|от|från|fra|보낸 ?사람",
    "sent": "sent|date|gesendet|datum|envoyé|envoyé le|enviado|enviado el|fecha|enviada em|发送时间"
            "|发送日期|发件时间|时间|日期"
            "|寄件日期|傳送時間|時間|送信日時|日時|日付|送信日|data|inviato|verzonden|wysłano|odesláno"
            "|отправлено|skickat"
            "|sendt|보낸 ?날짜",
    "to": "to|an|à|a|para|destinataire|destinatario|收件人|收信人|收件者|宛先|受信者|aan|do|komu|кому"
          "|till|til|받는 ?사람",
    "cc": "cc|kopie|copie|copia|抄送|抄送人|副本|c ?c|참조",
    "subject": "subject|betreff|objet|sujet|asunto|assunto|主题|标题|主旨|主題|標題|件名|表題|oggetto"
               "|onderwerp|temat|předmět"
               "|тема|ämne|emne|제목",
}
_LABEL = re.compile(
    r"^[\s*_|·•]*(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _LABELS.items()) + r")[\s*_]*[:：|]", re.I)

RULE = re.compile(r"^\s*(?:[-_=*─━—＿]\s?){5,}\s*$")
LIST_RULE = re.compile(r"^_{30,}\s*$")

_ORIGINAL = (
    "original message|original e-?mail|original appointment|reply message|replied message|urspr(?:ü"
    "|ue)ngliche nachricht"
    "|original ?nachricht|original-?nachricht|originalnachricht|message d['’]origine|message original"
    "|mensaje original"
    "|mensagem original|mensaje de origen|原始邮件|原始郵件|原始信件|原始訊息|原邮件|回复的原邮件"
    "|回复邮件|回复的邮件|邮件原件"
    "|元のメッセージ|オリジナルメッセージ|元のメール|messaggio originale|oorspronkelijk bericht|original ?meddelelse"
    "|oprindelig meddelelse|ursprungligt meddelande|oryginalna wiadomość|původní zpráva|исходное сообщение"
)
_FORWARDED = (
    "forwarded message|forwarded by|weitergeleitete nachricht|message transféré|message transmis|mensaje reenviado"
    "|mensagem encaminhada|转发的邮件|转发邮件信息|转发邮件|转发的原邮件|轉寄的郵件|轉寄郵件|已轉寄的郵件"
    "|転送されたメッセージ"
    "|転送メッセージ|転送|messaggio inoltrato|doorgestuurd bericht|videresendt|vidarebefordrat"
)
_DASHES = r"(?:[-_=*─━—\s\xa0]|&nbsp;){2,}"
ORIGINAL = re.compile(rf"^{_DASHES}(?:{_ORIGINAL})[\s\xa0:：]*(?:{_DASHES})?$", re.I)
FORWARDED = re.compile(
    rf"^(?:{_DASHES}(?:{_FORWARDED}).{{0,80}}"
    r"|(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)"
    r"|début du message (?:réexpédié|transféré)"
    r"|inicio del mensaje reenviado|inizio messaggio inoltrato|开始转发的邮件|以下是转发的邮件"
    r"|下面是被转发的邮件|開始轉寄郵件"
    r"|以下是轉寄的郵件|転送されたメール|begin doorgestuurd bericht)\s*[:：]?)\s*$", re.I)

# The verb stands right before the colon, or (German, Swedish) somewhere between date and colon.
WROTE = re.compile(
    r"(?:\b(?:wrote|writes|(?:a|à) écrit|escribió|escribio|ha scritto|escreveu|schreef|napsal(?:\(a\))?"
    r"|napisał(?:\(a\))?"
    r"|написала?|skrev|schrieb|geschrieben)|写道|寫道|写到|写信说|书写|さんは書きました|さんが書きました"
    r"|書きました|のメール"
    r"|さんは\s?wrote|さんwrote)\s*[:：]\s*$", re.I)
WROTE_WITHIN = re.compile(r"\b(?:schrieb|skrev|schreef|escribió|a écrit)\b.{0,250}[:：]\s*$", re.I)
# Gmail in Japanese has no verb at all.
DATED_ADDRESS = re.compile(r"^\s*\d{4}[年/-]\s?\d{1,2}[月/-]\s?\d{1,2}日?.{0,200}<[^<>\s]+@[^<>\s]+>\s*[:：]\s*$")
WHEN = re.compile(r"\d{1,2}\s?[:：.h時时点]\s?\d{2}|\b\d{4}\b|\d{4}年|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
OPENER = re.compile(
    r"^\s*(?:on|am|le|el|em|il|op|den|dnia|dne|at|in|在|于|mon|tue|wed|thu|fri|sat|sun|\"|“|<|\d{1,4}[.年/-])", re.I)

_PHONE = (
    r"sent from (?:my |mail for |outlook|yahoo|samsung|the |proton|aol|windows|gmail|xfinity|blackberry).{0,60}"
    r"|sent (?:via|with) (?:my |the |blackberry|proton|spark|samsung|outlook).{0,60}|get outlook for .{0,40}"
    r"|get bluemail for .{0,30}|von meinem .{1,50} gesendet\.?|diese nachricht wurde von meinem .{1,60} gesendet\.?"
    r"|gesendet (?:von|mit|über|aus) (?:meinem |mail |outlook|yahoo|der |samsung|web\.de|gmx|proton).{0,60}"
    r"|(?:holen sie sich )?outlook für (?:ios|android).{0,20}|envoyé (?:de|depuis|à partir de|avec|via) .{1,60}"
    r"|(?:obtenez|obtenir|télécharger) outlook pour .{1,30}|provenance : .{1,40} pour windows.{0,20}"
    r"|enviado (?:desde|do|con|a partir do) .{1,60}|(?:obtener|consigue) outlook para .{1,30}"
    r"|发自我的.{0,40}|发自\s?.{0,30}(?:手机|邮箱|大师|iphone|ipad|android|客户端).{0,10}|从我的.{1,40}发送.{0,10}"
    r"|从\s?.{1,30}发送|从 windows 版邮件发送|发送自.{1,40}|获取\s?.{0,6}outlook.{0,20}"
    r"|由.{1,20}邮箱.{0,6}发送|来自我的.{1,30}"
    r"|從我的.{1,40}(?:傳送|寄出)|傳送自.{1,40}|寄自我的.{1,30}|取得\s?outlook.{0,20}"
    r"|.{1,40}から送信(?:されました)?|outlook for (?:ios|android)\s?を入手.{0,10}|.{0,20}outlook.{0,20}を入手.{0,10}"
    r"|windows 版のメールから送信|inviato da(?:l mio)? .{1,40}|verstuurd vanaf .{1,40}|verzonden vanaf .{1,40}"
    r"|skickat från .{1,40}|sendt fra .{1,40}|wysłan[eo] z .{1,40}|отправлено с .{1,40}|나의 .{1,20}에서 보냄"
)
_OTHERS = "|".join(words for language in MAIL_LANGUAGES.values() if (words := language.get("sent_from")))
PHONE = re.compile(rf"^[\s*_<\[]*(?:{_PHONE}|(?:{_OTHERS}).{{0,60}})[\s*_>\].。]*$", re.I)

_FOREIGN = tuple(
    re.compile(language["wrote_header"], re.I)
    for name, language in MAIL_LANGUAGES.items() if name in {"cs", "da", "it", "ko", "nl", "pl", "sv"}
)


def label(line: str) -> Label | None:
    """Which field of a mail's head the line shows, such as "Von: Ann"."""
    found = _LABEL.match(line)
    return found.lastgroup if found else None  # type: ignore[return-value]


def introduces(line: str) -> bool:
    """Whether a line says who wrote what follows, and when."""
    if not line.rstrip().endswith((":", "：")) or not WHEN.search(line):
        return False
    if DATED_ADDRESS.match(line):
        return True
    if WROTE.search(line) or WROTE_WITHIN.search(line):
        return bool(OPENER.match(line)) or "@" in line
    return any(pattern.match(line) for pattern in _FOREIGN)
