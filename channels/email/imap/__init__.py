"""Mail out of mailboxes: one `Fetcher` for each, which keeps nothing itself and changes nothing unless told to.

The reader of what servers send, the limits and the connection are here; tags, states and the writing of commands are
aioimaplib's.
"""

from channels.email.imap.fetcher import Fetcher
from channels.email.imap.limits import Limits
from channels.email.imap.problem import ImapError
from channels.email.imap.sent import append_sent

__all__ = ["Fetcher", "ImapError", "Limits", "append_sent"]
