"""Whether a machine wrote a mail, and whether a machine may answer it (RFC 3834)."""

from channels.email.parse.model import Headers, Verdict

LOOP_HEADER = "X-Interaction-Hub"  # in every mail of ours that no human wrote


def judge(headers: Headers, has_report: bool) -> Verdict:
    """From the head alone, and whether a delivery report is in the mail."""
    if has_report:
        return Verdict("report", False, ("report",))
    if (headers.get("auto-submitted").strip().lower() or "no") != "no":
        return Verdict("auto_reply", False, ("auto-submitted",))
    return Verdict()
