"""The copy of a sent mail in the mailbox's own folder. The mail is sent already: nothing here can undo or repeat it."""

import asyncio
import ssl

from channels.email import oauth
from channels.email.imap.limits import Limits
from channels.email.imap.link import Link
from channels.email.imap.login import opened
from channels.email.imap.names import encode_folder, quote
from channels.email.imap.problem import ImapError
from channels.email.imap.wire import SMALL
from channels.email.oauth import Grants
from channels.email.ports import Account

SECONDS = 60.0  # for all of it


async def append_sent(account: Account, raw: bytes, *, grants: Grants | None = None, limits: Limits | None = None,
                      tls: ssl.SSLContext | None = None, seconds: float = SECONDS) -> str:
    """Appends `raw` to `sent_folder`, marked as read. Returns "" or the code of what kept it from that.

    Raises nothing but cancellation. Does nothing where no folder is named.
    """
    imap = account.mailbox.imap
    if imap is None or not imap.sent_folder:
        return ""
    limits = limits or Limits()
    link = Link(imap, limits, tls)
    try:
        async with asyncio.timeout(seconds):
            await opened(link, account, grants or Grants(oauth.utc))
            link.wire.replies.append(raw)
            folder = quote(encode_folder(imap.sent_folder))
            await link.ok("APPEND", folder, "(\\Seen)", f"{{{len(raw)}}}", code="folder", budget=SMALL)
            await link.close()
    except ImapError as problem:
        return problem.code
    except TimeoutError:
        return "timeout"
    except OSError:
        return "lost"
    finally:
        link.drop()
    return ""
