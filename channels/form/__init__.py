"""Web forms: several, from configuration, each a page and an address to post to."""

from channels.form.channel import Forms
from channels.form.settings import DEFAULT_CONTACT, FormSettings, parse_forms

__all__ = ["DEFAULT_CONTACT", "FormSettings", "Forms", "parse_forms"]
