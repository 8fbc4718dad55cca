"""What the page carries and the hub believes only because it signed it."""

from collections.abc import Callable
from datetime import datetime

from itsdangerous import BadData, URLSafeSerializer

from channels.base import Refused


class Seal:
    """Signs when a page was made, and which reference it may show. Nothing inside is secret."""

    def __init__(self, secret: str, now: Callable[[], datetime]) -> None:
        self._now = now
        self._pages = URLSafeSerializer(secret, salt="form.page")
        self._receipts = URLSafeSerializer(secret, salt="form.receipt")

    def page(self, form_id: str) -> str:
        """Says that this form was shown now."""
        return str(self._pages.dumps([form_id, int(self._now().timestamp() * 1000)]))

    def age(self, form_id: str, page: str) -> float:
        """Seconds since the page was made. Raises `Refused("stale_page")` when it was not made by us."""
        try:
            signed_form, at = self._pages.loads(page)
        except (BadData, ValueError, TypeError):
            raise Refused("stale_page", 422) from None
        if signed_form != form_id:
            raise Refused("stale_page", 422)
        return self._now().timestamp() - float(at) / 1000

    def receipt(self, form_id: str, reference: str) -> str:
        """Says that this form has led to this reference."""
        return str(self._receipts.dumps([form_id, reference]))

    def reference(self, form_id: str, receipt: str) -> str | None:
        """The reference of a receipt of ours, else nothing."""
        try:
            signed_form, reference = self._receipts.loads(receipt)
        except (BadData, ValueError, TypeError):
            return None
        return str(reference) if signed_form == form_id else None
