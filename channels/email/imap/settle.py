"""What becomes of a mail in its mailbox once it is in the ledger: only ever afterwards, only if the settings say so."""

from channels.base import Entry
from channels.email.imap.folder import Folder
from channels.email.imap.limits import Limits
from channels.email.ports import MailboxLedger
from channels.email.settings import Imap


async def settle(mailbox: str, imap: Imap, folder: Folder, ledger: MailboxLedger, limits: Limits) -> str | None:
    """Marks, moves or deletes what is due. A crash in between repeats it. Returns the code of a problem, or None.

    What is due is asked from the ledger each time, so nothing is forgotten, and what is there only in part stays.
    """
    if imap.after == "leave":
        return None
    if not folder.writable:
        return "read_only"
    days = imap.delete_days if imap.after == "delete" else 0
    due = await ledger.deletable(folder.uidvalidity, days)
    problem = None
    for start in range(0, len(due), limits.look):
        uids = sorted(due[start : start + limits.look])
        sizes: dict[int, bytes] = {}
        await folder.sizes(uids, sizes)
        long = [uid for uid in uids if int(sizes.get(uid, b"0")) > imap.max_bytes]
        await ledger.settled(tuple(Entry(mailbox, folder.uidvalidity, uid) for uid in long), "keep") if long else None
        rest = [uid for uid in uids if uid not in set(long)]
        if rest:
            problem = await _tell(imap, folder, rest) or problem
            await ledger.settled(tuple(Entry(mailbox, folder.uidvalidity, uid) for uid in rest), imap.after)
    return problem


async def _tell(imap: Imap, folder: Folder, uids: list[int]) -> str | None:
    if imap.after == "mark":
        await folder.mark(uids, "\\Seen")
        return None
    clean = await (folder.move(uids, imap.move_to) if imap.after == "move" else folder.delete(uids))
    return None if clean else "no_uidplus"
